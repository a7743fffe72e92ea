// How much a relay may be driven right now: rates, pauses after trouble, and the slow start after a pause.
// Pure: times are passed in.
//
// Trouble that is policy (421, x.7.x, quota, reputation) pauses the relay for at least ten minutes, doubling
// to an hour; it then starts with one session and gets one more a minute, until one minute has gone well at
// full strength. A run waits for a pause only as long as RelayOptions::patience; otherwise the relay is out
// for this run. Other trouble (no connection, refused login) puts it out for this run only: whoever starts
// the next one has mended it, or finds out at once. So does a relay that refuses nearly everybody, see
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

/// What is remembered of a relay between runs (table `relays`).
struct RelayMemory {
  std::string name{};      ///< RelayOptions::name()
  bool lock_step = false;  ///< it mishandled a group of commands
  int failures = 0;        ///< policy troubles in a row
  std::optional<UtcTime> paused_until{};
  std::string last_error{};       ///< empty once it has worked again
  bool out = false;               ///< of no use when the run ended
  std::string refused_alike{};    ///< the words in which it refused nearly everybody, while that stands
  std::optional<UtcTime> seen{};  ///< when that run ended
  bool works = false;             ///< it has taken mail of the edition at hand; only told to recall()
  std::int64_t taken = 0;         ///< by this run; only told by memory()

  /// Refused by words of 5yz rather than asked to wait.
  [[nodiscard]] bool refuses() const { return last_error.starts_with('5') || !refused_alike.empty(); }
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

  void grouping_failed() { lock_step_ = true; }
  void accepted(Time now);
  /// After an answer about a message. True if the relay is paused or out because of it; words_of_brake() then
  /// says whether it is because nearly everybody is refused alike.
  struct Heard {
    const Outcome& outcome;
    std::string_view domain;
    int attempt = 1;
  };
  bool answered(const Heard& heard, Time now);
  [[nodiscard]] const std::string& words_of_brake() const { return watch_.words(); }
  /// Trouble that concerns everybody. True if the relay is paused or out now.
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
