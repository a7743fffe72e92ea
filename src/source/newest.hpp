// The newest of many items. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <vector>

#include "base/clock.hpp"

namespace tidings::source {

/// Keeps the `most` newest items in their order and returns how many it removed. An item without a date
/// counts as old as the dated one before it; of equals the first are kept.
template <class Item, class DateOf>
std::size_t keep_newest(std::vector<Item>& items, std::size_t most, DateOf date_of) {
  if (items.size() <= most) return 0;
  std::vector<UtcTime> dates;
  dates.reserve(items.size());
  UtcTime last = UtcTime::max();
  for (const auto& item : items) {
    const std::optional<UtcTime> own = date_of(item);
    if (own) last = *own;
    dates.push_back(last);
  }
  std::vector<std::size_t> order(items.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return dates[a] > dates[b]; });
  const auto left_out = items.size() - most;
  order.resize(most);
  std::ranges::sort(order);
  std::vector<Item> kept;
  kept.reserve(most);
  for (const auto index : order) kept.push_back(std::move(items[index]));
  items = std::move(kept);
  return left_out;
}

}  // namespace tidings::source
