#include "delivery/retry.hpp"

#include <algorithm>
#include <array>

namespace tidings::delivery {

using namespace std::chrono_literals;

std::chrono::milliseconds retry_delay(int attempt) {
  static constexpr std::array<std::chrono::minutes, 7> steps{5min,   15min,  30min, 60min,
                                                             120min, 240min, 480min};
  const auto index = static_cast<std::size_t>(std::max(attempt, 1) - 1);
  return steps[std::min(index, steps.size() - 1)];
}

std::optional<UtcTime> next_try(const RetryPolicy& policy, int attempt, UtcTime first_attempt, UtcTime now) {
  UtcTime end = first_attempt + policy.give_up_after;
  if (policy.give_up_at) end = std::min(end, *policy.give_up_at);
  if (now >= end) return std::nullopt;
  return std::min(now + retry_delay(attempt), end);
}

std::chrono::milliseconds relay_back_off(int failures, double jitter) {
  const auto doublings = std::clamp(failures - 1, 0, 6);
  const std::chrono::milliseconds full = std::min<std::chrono::milliseconds>(1min * (1 << doublings), 60min);
  return full -
         std::chrono::duration_cast<std::chrono::milliseconds>(full * (0.25 * std::clamp(jitter, 0.0, 1.0)));
}

}  // namespace tidings::delivery
