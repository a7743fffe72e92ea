// When an unsuccessful delivery is retried, and when it is given up (RFC 5321 section 4.5.4.1). Pure.
#pragma once

#include <chrono>
#include <optional>

#include "base/clock.hpp"

namespace tidings::delivery {

/// What happens to a delivery whose answer was lost after its final dot.
enum class InDoubt {
  retry,  ///< once more after `in_doubt_after`, with the same Message-ID; held if that answer is lost too
  hold,   ///< nothing until an admin resolves it
};

struct RetryPolicy {
  std::chrono::milliseconds give_up_after = std::chrono::hours{24};  ///< counted from the first attempt
  std::optional<UtcTime> give_up_at{};  ///< at the latest then: when the digest's next edition is due
  InDoubt in_doubt = InDoubt::retry;
  std::chrono::milliseconds in_doubt_after = std::chrono::minutes{15};

  bool operator==(const RetryPolicy&) const = default;
};

/// The wait after the `attempt`th attempt (from 1) was deferred: 5, 15, 30 minutes, 1, 2, 4, 8 hours, then 8
/// again.
[[nodiscard]] std::chrono::milliseconds retry_delay(int attempt);

/// No delivery is postponed further than this. A later due time was set by a clock that was ahead, and counts
/// as due now.
inline constexpr std::chrono::hours longest_wait{9};

/// When a delivery deferred now is retried; nothing if it is to be given up. The last try is at the very end,
/// even if the next step of the schedule lies beyond it.
[[nodiscard]] std::optional<UtcTime> next_try(const RetryPolicy& policy, int attempt, UtcTime first_attempt,
                                              UtcTime now);

/// The back-off of a relay in trouble: 1 minute doubling to 1 hour, less up to a quarter by `jitter` (0..1).
[[nodiscard]] std::chrono::milliseconds relay_back_off(int failures, double jitter);

}  // namespace tidings::delivery
