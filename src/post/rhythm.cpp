#include "post/rhythm.hpp"

#include <algorithm>

namespace tidings::post {

std::optional<Silence> silence(std::vector<UtcTime> dates, UtcTime now) {
  using namespace std::chrono_literals;
  constexpr std::size_t fewest = 5;
  if (dates.size() < fewest) return std::nullopt;
  std::ranges::sort(dates, std::greater{});
  std::vector<std::chrono::milliseconds> gaps;
  for (std::size_t i = 1; i < dates.size(); ++i) gaps.push_back(dates[i - 1] - dates[i]);
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
  std::ranges::nth_element(gaps, middle);
  const auto since = now - dates.front();
  const auto usual = std::max<std::chrono::milliseconds>(*middle, 1h);
  const double times = static_cast<double>(since.count()) / static_cast<double>(usual.count());
  if (times < notable_silence || since < std::chrono::days{7}) return std::nullopt;
  return Silence{.since = since, .usual_gap = usual, .times = times};
}

}  // namespace tidings::post
