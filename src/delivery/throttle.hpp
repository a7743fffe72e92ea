// A rate limit as a token bucket: each message takes one token; unused tokens beyond a second's worth are
// lost. Pure.
#pragma once

#include <algorithm>
#include <chrono>

namespace tidings::delivery {

class Throttle {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Messages per second; 0 is unlimited.
  Throttle(double rate, Time now) : rate_(rate), level_(std::min(rate, 1.0)), at_(now) {}

  [[nodiscard]] double rate() const { return rate_; }

  /// How many messages may be sent now, at most `wanted`.
  [[nodiscard]] int allowance(Time now, int wanted) {
    if (rate_ <= 0) return wanted;
    fill(now);
    return std::min(wanted, static_cast<int>(level_));
  }
  void took(int count) {
    if (rate_ > 0) level_ -= count;
  }
  /// When one more may be sent.
  [[nodiscard]] Time next(Time now) {
    if (rate_ <= 0) return now;
    fill(now);
    if (level_ >= 1) return now;
    return now +
           std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>((1 - level_) / rate_));
  }

 private:
  void fill(Time now) {
    level_ =
        std::min(std::max(rate_, 1.0), level_ + rate_ * std::chrono::duration<double>(now - at_).count());
    at_ = now;
  }

  double rate_;
  double level_;
  Time at_;
};

}  // namespace tidings::delivery
