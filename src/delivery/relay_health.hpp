// How much a relay may be driven right now: rates, pauses after trouble, and the slow start after a pause. Pure: times are passed in.
//
// Trouble that is policy (421, x.7.x) pauses the relay for at least ten minutes, doubling to an hour; it then starts with one
// session and gets one more a minute, until one minute has gone well at full strength. A run waits for a pause only as long as
// RelayOptions::patience; otherwise the relay is out for this run. Other trouble (no connection, refused login) puts it out for
// this run only: whoever starts the next one has mended it, or finds out at once.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "delivery/outcome.hpp"
#include "delivery/relay.hpp"
#include "delivery/throttle.hpp"

namespace tidings::delivery {

/// What is remembered of a relay between runs (table `relays`).
struct RelayMemory {
  std::string name{};      ///< host:port
  bool lock_step = false;  ///< it mishandled a group of commands
  int failures = 0;        ///< policy troubles in a row
  std::optional<UtcTime> paused_until{};
  std::string last_error{};

  bool operator==(const RelayMemory&) const = default;
};

class RelayHealth {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit RelayHealth(const RelayOptions& options);

  /// At the start of a run: yesterday's failures do not count, pauses and lock-step do.
  void begin_run(Time now);
  void recall(const RelayMemory& memory, UtcTime utc_now, Time now);
  [[nodiscard]] RelayMemory memory(UtcTime utc_now, Time now) const;

  /// Not before the end of this run.
  [[nodiscard]] bool is_out() const { return out_; }
  [[nodiscard]] bool is_usable(Time now) const { return !out_ && now >= resume_; }
  [[nodiscard]] Time resume() const { return resume_; }
  /// How many sessions it may have.
  [[nodiscard]] int allowed_sessions(Time now) const;
  /// When it may have one more; nothing if it has all.
  [[nodiscard]] std::optional<Time> next_session(Time now) const;
  [[nodiscard]] Throttle& throttle() { return throttle_; }
  [[nodiscard]] Dialect dialect() const { return lock_step_ ? Dialect::lock_step : options_.dialect; }

  void lied() { lock_step_ = true; }
  void accepted(Time now);
  /// True if the relay is paused or out now.
  bool trouble(const Outcome& outcome, Time now);
  /// A connection could not be opened, or broke before it was of use. `others_open`: it only wants fewer.
  enum class Others { none_open, some_open };
  bool open_failed(const Outcome& outcome, Others others, Time now);
  void opened() { failed_opens_ = 0; }
  /// Not before this should another connection be opened.
  [[nodiscard]] Time next_open() const { return next_open_; }

 private:
  void pause(Time now);

  RelayOptions options_;
  Throttle throttle_;
  bool lock_step_ = false;
  bool out_ = false;
  int failures_ = 0;
  int failed_opens_ = 0;
  int policy_answers_ = 0;
  bool ramping_ = false;
  Time resume_{};
  Time next_open_{};
  std::string last_error_;
};

}  // namespace tidings::delivery
