// Who works on the deliveries of a server, for the rates that they share and for people.
//
// A relay's rate is everybody's: each worker has the nth part of it, leased for seconds by its heartbeat. One
// that joins waits with its first message until the others have noticed; the part of one that died comes back
// when its heartbeat is too old. No row is touched for a message. Times are the server's.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/database.hpp"

namespace tidings::delivery {

/// One that was heard of lately.
struct WorkerRow {
  std::string owner{};  ///< owner_of()
  UtcTime since{};
  bool is_sending = false;  ///< else it waits for work
  std::int64_t sent = 0;    ///< messages accepted since it began
  std::int64_t rate = 0;    ///< of them in the last minute, by the second
  std::int64_t blocks = 0;  ///< that it holds

  [[nodiscard]] std::string host() const { return owner.substr(0, owner.find(' ')); }
  /// "worker-1", or "send" for whoever holds the sender's lock.
  [[nodiscard]] std::string name() const { return owner.substr(owner.rfind(' ') + 1); }
  bool operator==(const WorkerRow&) const = default;
};

class WorkerTable {
 public:
  /// How long a heartbeat counts, and how often one is due.
  static constexpr std::chrono::milliseconds lasts{5000};
  static constexpr std::chrono::milliseconds every{1000};

  explicit WorkerTable(store::Database& database) : database_(database) {}

  struct Beat {
    std::string owner{};
    bool is_sending = false;
    std::int64_t sent = 0;
    std::int64_t rate = 0;
  };
  /// Returns how many are sending, the caller included if it is.
  [[nodiscard]] Result<std::int64_t> beat(const Beat& beat);
  [[nodiscard]] Result<void> leave(const std::string& owner);
  /// In order of owner.
  [[nodiscard]] Result<std::vector<WorkerRow>> list();

 private:
  store::Database& database_;
};

/// A worker's part of each rate, kept by a heartbeat.
class Share {
 public:
  /// `database` must outlive it.
  Share(store::Database& database, std::string owner) : table_(database), owner_(std::move(owner)) {}

  /// While it sends, once a second: its part, 1 if it is alone; 0 until others have noticed that it began.
  /// `accepted`: messages since the last call.
  [[nodiscard]] Result<double> sending(std::int64_t accepted);
  /// It waits for work and has no part.
  [[nodiscard]] Result<void> waiting();
  [[nodiscard]] Result<void> leave() { return table_.leave(owner_); }

 private:
  using Clock = std::chrono::steady_clock;
  [[nodiscard]] std::int64_t rate();

  WorkerTable table_;
  std::string owner_;
  std::optional<Clock::time_point> began_;  ///< to send; nothing while it waits
  Clock::time_point waited_{};              ///< its last heartbeat as one that waits
  std::int64_t sent_ = 0;
  std::deque<std::pair<Clock::time_point, std::int64_t>> last_minute_;  ///< when, and sent_ then
};

}  // namespace tidings::delivery
