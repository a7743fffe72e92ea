// The consent log: what was agreed to, when and from where; the proof that a list is lawful. The only writer
// of `consents`.
//
// Rows are only added, never changed; they are deleted when the person is erased. Each is written in the
// transaction that changes the subscription, by whoever changes it (subscriber_table.hpp).
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "store/bulk.hpp"
#include "store/database.hpp"

namespace tidings::subscriber {

enum class ConsentEvent { requested, confirmed, withdrawn, expired, changed };
[[nodiscard]] std::string_view name_of(ConsentEvent event);

/// The origin of a change. `one_click` is a mail provider's POST (RFC 8058); `system` is our own
/// housekeeping.
enum class Origin { cli, import, web, one_click, mailto, complaint, system };
[[nodiscard]] std::string_view name_of(Origin origin);

struct Consent {
  std::string digest{};  ///< empty: all of them
  ConsentEvent event = ConsentEvent::requested;
  UtcTime at{};
  Origin origin = Origin::cli;
  std::string detail{};

  bool operator==(const Consent&) const = default;
};

/// The digests that stand in the place of one: those the person changed to when they last left it, and so on.
/// `history`: oldest first. Empty if they never changed from it.
[[nodiscard]] std::vector<std::string> in_place_of(std::string_view digest, std::span<const Consent> history);

class ConsentLog {
 public:
  explicit ConsentLog(store::Database& database) : database_(database) {}

  /// Within the caller's transaction. The detail is cleaned and cut to 500 bytes.
  [[nodiscard]] Result<void> record(SubscriberId subscriber, const Consent& consent);

  /// From now on record() collects rows until end_bulk(); the caller flushes them. Within the caller's
  /// transaction.
  store::RowBatch& begin_bulk();
  void end_bulk() { batch_.reset(); }

  /// Oldest first.
  [[nodiscard]] Result<std::vector<Consent>> history(SubscriberId subscriber);

  /// How many of an edition's recipients left its digest between `from` and `until` by themselves (link,
  /// provider's button, mail), by origin.
  struct Leavers {
    EditionId edition{};
    std::string_view digest{};
    UtcTime from{};
    UtcTime until{};
  };
  [[nodiscard]] Result<std::vector<std::pair<std::string, std::int64_t>>> left(const Leavers& which);

  /// How many people did each in the weeks that begin at `first`, whatever the digest; weeks count from 0.
  using Acts = std::map<std::pair<std::int64_t, ConsentEvent>, std::int64_t>;
  [[nodiscard]] Result<Acts> people_by_week(UtcTime first);

  /// Within the caller's transaction; for erasing a person only.
  [[nodiscard]] Result<void> forget(SubscriberId subscriber);

 private:
  store::Database& database_;
  std::optional<store::Statement> insert_;  // kept, because an import runs it for each line
  std::optional<store::RowBatch> batch_;    // only in bulk
};

}  // namespace tidings::subscriber
