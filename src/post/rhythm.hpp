// How often a source posts, and whether it has been silent unusually long. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "base/clock.hpp"

namespace tidings::post {

struct Silence {
  std::chrono::milliseconds since{};      ///< the newest post
  std::chrono::milliseconds usual_gap{};  ///< the median between two posts, at least an hour
  double times = 0;                       ///< since / usual_gap

  bool operator==(const Silence&) const = default;
};

/// Worth reporting: five times the usual gap, and at least a week.
inline constexpr double notable_silence = 5;

/// `dates` of the newest posts in any order. Nothing if there are fewer than five, or the silence is not
/// notable.
[[nodiscard]] std::optional<Silence> silence(std::vector<UtcTime> dates, UtcTime now);

}  // namespace tidings::post
