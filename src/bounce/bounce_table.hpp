// Which reports were read and what they counted: the only writer of `bounce_mails` and `bounce_events`.
//
// All calls run within the caller's transaction. Not thread-safe. Any call may fail with the store's errors.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "store/database.hpp"

namespace tidings::bounce {

struct BounceEvent {
  SubscriberId subscriber{};
  EditionId edition{};   ///< 0: unknown
  std::string domain{};  ///< lower case
  UtcTime at{};
  std::string kind{};  ///< hard, soft, complaint
  std::string reason{};
  std::string status{};
  bool counts = false;
  bool suppressed = false;

  bool operator==(const BounceEvent&) const = default;
};

/// Mails of one edition to one domain sent within the same stretch of time, the unit in which storms are
/// measured. Edition 0: all reports about the domain, sent at unknown times.
struct Wave {
  std::string domain{};
  EditionId edition{};
  UtcTime from{};
  UtcTime until{};

  auto operator<=>(const Wave&) const = default;
};

class BounceTable {
 public:
  explicit BounceTable(store::Database& database) : database_(database) {}

  [[nodiscard]] Result<bool> seen(std::string_view mail_key);
  /// Remembers the mail; false if it was read before: then there is nothing to do.
  [[nodiscard]] Result<bool> remember(std::string_view mail_key, UtcTime at);
  /// Forgets mails that were read before that time, at most `limit`; returns how many.
  [[nodiscard]] Result<int> forget_mails(UtcTime before, int limit);
  [[nodiscard]] Result<void> set_outcome(std::string_view mail_key, std::string_view outcome);
  [[nodiscard]] Result<void> record(const BounceEvent& event);

  /// How many days (UTC) since then have a counted event.
  [[nodiscard]] Result<int> days_counted(SubscriberId subscriber, UtcTime since);

  /// The wave of the reported mail: `length` long, counted from the edition's scheduled time.
  [[nodiscard]] Result<Wave> wave_of(const BounceEvent& event, std::chrono::milliseconds length);
  /// How many subscribers of the wave have a hard or soft event since then.
  [[nodiscard]] Result<int> readers_hit(const Wave& wave, UtcTime since, bool only_hard);
  /// How many subscribers were sent a mail of the wave; 0 if the edition is unknown. Reads all of the
  /// domain's deliveries.
  [[nodiscard]] Result<int> readers_sent(const Wave& wave);

  /// In a storm: events of the wave since then no longer count; returns the subscribers whom they suppressed
  /// (each once).
  [[nodiscard]] Result<std::vector<SubscriberId>> discount(const Wave& wave, UtcTime since, bool hard_too);
  /// The same for one subscriber's hard and soft events.
  [[nodiscard]] Result<void> discount_one(SubscriberId subscriber, std::string_view domain, UtcTime since);

  /// For erasing a person: the events stay counted for their editions, without the domain.
  [[nodiscard]] Result<void> forget(SubscriberId subscriber);

  /// What came back of one edition: kind, reason, how many readers, and what it did to them; most frequent
  /// first.
  struct Returned {
    std::string kind{};
    std::string reason{};
    std::int64_t readers = 0;
    std::int64_t counted = 0;     ///< of them, counted a point
    std::int64_t suppressed = 0;  ///< of them, suppressed
  };
  [[nodiscard]] Result<std::vector<Returned>> returned(EditionId edition);

  /// How many events of each kind there are.
  [[nodiscard]] Result<std::vector<std::pair<std::string, std::int64_t>>> counts();

  /// Newest first.
  [[nodiscard]] Result<std::vector<BounceEvent>> history(SubscriberId subscriber, int limit = 20);

 private:
  store::Database& database_;
};

}  // namespace tidings::bounce
