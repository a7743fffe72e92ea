#include "post/first_sight.hpp"

#include <algorithm>

namespace tidings::post {
namespace {

/// Published before the last good reading, which did not show it.
bool is_late(const Post& post, const Reading& reading) {
  if (!reading.last_good || !post.published || *post.published > reading.now) return false;
  return published_before(*post.published, *reading.last_good);
}

}  // namespace

std::vector<std::optional<UtcTime>> dates_by_neighbours(std::span<const source::Entry> entries, UtcTime now) {
  std::vector<std::optional<UtcTime>> out;
  for (const auto& entry : entries) {
    const auto date = entry.published ? entry.published : entry.updated;
    out.push_back(date && *date <= now ? date : std::nullopt);
  }
  std::vector<std::optional<UtcTime>> after = out;
  for (std::size_t i = after.size(); i-- > 1;) {
    if (!after[i - 1]) after[i - 1] = after[i];
  }
  std::optional<UtcTime> before;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i]) {
      before = out[i];
    } else {
      out[i] = before && after[i] ? std::max(before, after[i]) : before ? before : after[i];
    }
  }
  return out;
}

std::vector<bool> to_set_aside(std::span<const Post* const> fresh, std::size_t entries,
                               const Reading& reading) {
  std::vector<bool> out(fresh.size(), false);
  const auto is_undated = [](const Post* post) { return !post->published; };
  if (!reading.last_good) {
    std::transform(fresh.begin(), fresh.end(), out.begin(), is_undated);
    return out;
  }
  const auto late = static_cast<std::size_t>(
      std::ranges::count_if(fresh, [&](const Post* post) { return is_late(*post, reading); }));
  const bool flood = late > always_fine && 2 * late > entries;
  std::size_t undated = 0;
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    out[i] = is_undated(fresh[i]) ? ++undated > always_fine : flood && is_late(*fresh[i], reading);
  }
  return out;
}

}  // namespace tidings::post
