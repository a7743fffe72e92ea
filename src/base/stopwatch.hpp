// Measures a piece of work. Not for decisions: Clock is (base/clock.hpp).
#pragma once

#include <chrono>
#include <ctime>

namespace tidings {

class Stopwatch {
 public:
  [[nodiscard]] std::chrono::milliseconds elapsed() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began_);
  }
  /// Of all threads of the process.
  [[nodiscard]] std::chrono::milliseconds processor() const { return cpu_now() - cpu_began_; }

 private:
  static std::chrono::milliseconds cpu_now() {
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return std::chrono::milliseconds{used.tv_sec * 1000 + used.tv_nsec / 1'000'000};
  }

  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::chrono::milliseconds cpu_began_ = cpu_now();
};

}  // namespace tidings
