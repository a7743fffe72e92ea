// How often a source posts, and whether it has been silent for longer than that explains. Pure.
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

/// Worth telling a person: five times the usual gap and a week.
inline constexpr double notable_silence = 5;

/// `dates` of the newest posts in any order. Nothing if fewer than five tell no habit, or the silence is not
/// notable.
[[nodiscard]] std::optional<Silence> silence(std::vector<UtcTime> dates, UtcTime now);

}  // namespace tidings::post
