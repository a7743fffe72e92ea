// How much a relay may be used right now: rates, pauses after trouble, and the slow start after a pause.
// Pure: times are passed in.
//
// Policy trouble (421, x.7.x, quota, reputation) pauses the relay for at least ten minutes, doubling up to an
// hour; it then starts with one session and gets one more per minute, until one minute has gone well at full
// strength. A run waits for a pause only as long as RelayOptions::patience; otherwise the relay is out for
// this run. Other trouble (no connection, refused login) puts it out only for this run: before the next one
// it has been fixed, or fails again at once. The same holds for a relay that refuses nearly everybody, see
// RefusalWatch.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "delivery/outcome.hpp"
#include "delivery/refusal_watch.hpp"
#include "delivery/relay.hpp"
#include "delivery/throttle.hpp"

namespace tidings::delivery {

/// What is remembered about a relay between runs (table `relays`).
struct RelayMemory {
  std::string name{};      ///< RelayOptions::name()
  bool lock_step = false;  ///< it mishandled a group of commands
  int failures = 0;        ///< consecutive policy troubles
  std::optional<UtcTime> paused_until{};
  std::string last_error{};       ///< empty once it has worked again
  bool out = false;               ///< unusable when the run ended
  std::string refused_alike{};    ///< the words in which it refused nearly everybody, as long as that holds
  std::optional<UtcTime> seen{};  ///< when that run ended
  bool works = false;             ///< it has accepted mail of the current edition; only passed to recall()
  std::int64_t taken = 0;         ///< by this run; only returned by memory()

  /// Whether it refused with 5yz rather than asking to wait.
  [[nodiscard]] bool refuses() const { return last_error.starts_with('5') || !refused_alike.empty(); }
  bool operator==(const RelayMemory&) const = default;
};

class RelayHealth {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit RelayHealth(const RelayOptions& options);

  /// At the start of a run: forgets earlier failures, keeps pauses and lock-step.
  void begin_run(Time now);
  void recall(const RelayMemory& memory, UtcTime utc_now, Time now);
  [[nodiscard]] RelayMemory memory(UtcTime utc_now, Time now) const;

  /// Unusable until the end of this run.
  [[nodiscard]] bool is_out() const { return out_; }
  [[nodiscard]] bool is_usable(Time now) const { return !out_ && now >= resume_; }
  [[nodiscard]] Time resume() const { return resume_; }
  /// The number of sessions it may have.
  [[nodiscard]] int allowed_sessions(Time now) const;
  /// When it may have one more; nothing if it has all.
  [[nodiscard]] std::optional<Time> next_session(Time now) const;
  [[nodiscard]] Throttle& throttle() { return throttle_; }
  [[nodiscard]] Dialect dialect() const { return lock_step_ ? Dialect::lock_step : options_.dialect; }

  void grouping_failed() { lock_step_ = true; }
  void accepted(Time now);
  /// After an answer about a message. True if the relay is now paused or out because of it; words_of_brake()
  /// then says whether because nearly everybody is refused alike.
  struct Heard {
    const Outcome& outcome;
    std::string_view domain;
    int attempt = 1;
  };
  bool answered(const Heard& heard, Time now);
  [[nodiscard]] const std::string& words_of_brake() const { return watch_.words(); }
  /// Trouble that concerns everybody. True if the relay is now paused or out.
  bool trouble(const Outcome& outcome, Time now);
  /// A connection could not be opened, or broke before it was useful. `some_open`: the relay only wants
  /// fewer.
  enum class Others { none_open, some_open };
  bool open_failed(const Outcome& outcome, Others others, Time now);
  void opened() { failed_opens_ = 0; }
  /// The earliest time to open another connection.
  [[nodiscard]] Time next_open() const { return next_open_; }

 private:
  void pause(Time now);

  RelayOptions options_;
  Throttle throttle_;
  bool lock_step_ = false;
  bool out_ = false;
  int failures_ = 0;
  int failed_opens_ = 0;
  RefusalWatch watch_;
  bool works_ = false;
  std::int64_t taken_ = 0;
  std::string refused_alike_;  ///< of an earlier run
  bool ramping_ = false;
  Time resume_{};
  Time next_open_{};
  std::string last_error_;
};

}  // namespace tidings::delivery
