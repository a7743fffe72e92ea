// Progress of a long job on standard error: on a terminal one line that is written over, elsewhere a plain
// line every ten seconds, nothing with -q. One look for all jobs.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace tidings::cli {

/// How far a job is.
struct Step {
  std::string what;  ///< "weekly#12"; a new one begins a new count
  std::string unit;  ///< "messages"
  std::int64_t done = 0;
  std::int64_t all = 0;     ///< 0: unknown, so that nothing is left to tell
  std::int64_t before = 0;  ///< of `done`, by earlier runs: not part of the rate
};

/// "weekly#12: 120 of 400 messages, 30/s, 9s left"
[[nodiscard]] std::string in_words(const Step& step, std::chrono::milliseconds elapsed);

/// The same with a bar, in at most `columns`.
[[nodiscard]] std::string drawn(const Step& step, std::chrono::milliseconds elapsed, int columns);

class Progress {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Place { nowhere, terminal, lines };
  struct Options {
    Place place = Place::nowhere;
    std::chrono::milliseconds every{};
    int columns = 80;
    std::function<Clock::time_point()> now = Clock::now;
    std::function<void(std::string_view)> write;
  };

  /// As standard error and -q want it. The variable TIDINGS_PROGRESS ("1s") changes the ten seconds.
  Progress();
  explicit Progress(Options options) : options_(std::move(options)), last_(options_.now()) {}
  ~Progress() { end(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Costs next to nothing until it is time to write.
  void show(const Step& step);
  /// Removes the line of a terminal, before something else is written.
  void end();

 private:
  Options options_;
  std::string what_;
  Clock::time_point last_;  ///< when a job last told of itself: a new one began then
  Clock::time_point began_{};
  Clock::time_point written_{};
};

}  // namespace tidings::cli
