#include "base/units.hpp"

#include <array>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace tidings {
namespace {

template <class Units>
Result<std::int64_t> sum_of_units(std::string_view text, const Units& units, std::string_view example) {
  const auto bad = [&](std::string_view why) {
    return fail(Errc::bad_data, fmt::format("\"{}\" {}", text, why),
                fmt::format("write it like {}", example));
  };
  constexpr auto max = std::numeric_limits<std::int64_t>::max();
  std::int64_t total = 0;
  std::size_t at = 0;
  if (text.empty()) return bad("is empty");
  while (at < text.size()) {
    std::int64_t number = 0;
    const auto first = at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      if (number > (max - 9) / 10) return bad("is too large");
      number = number * 10 + (text[at] - '0');
    }
    if (at == first) return bad("does not begin with a whole number");
    const auto unit_first = at;
    while (at < text.size() && (text[at] < '0' || text[at] > '9')) ++at;
    const auto name = text.substr(unit_first, at - unit_first);
    std::int64_t factor = 0;
    for (const auto& [unit, size] : units) {
      if (name == unit) factor = size;
    }
    if (factor == 0) return bad(name.empty() ? "has no unit" : "has an unknown unit");
    if (number > (max - total) / factor) return bad("is too large");
    total += number * factor;
  }
  return total;
}

using Unit = std::pair<std::string_view, std::int64_t>;
constexpr std::array<Unit, 6> durations{
    {{"w", 604'800'000}, {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::array<Unit, 7> sizes{{{"B", 1},
                                     {"kB", 1'000},
                                     {"MB", 1'000'000},
                                     {"GB", 1'000'000'000},
                                     {"KiB", 1 << 10},
                                     {"MiB", 1 << 20},
                                     {"GiB", 1 << 30}}};

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  TIDINGS_LET(const auto ms, sum_of_units(text, durations, "30m, 36h or 2d"));
  return std::chrono::milliseconds{ms};
}

std::string format_duration(std::chrono::milliseconds duration) {
  auto rest = duration.count();
  std::string text;
  for (const auto& [unit, size] : durations) {
    if (unit == "w" || unit == "d") {
      // Days only if they are whole: "36h" is clearer than "1d12h".
      if (rest == 0 || rest % size != 0) continue;
    }
    if (rest >= size) text += fmt::format("{}{}", rest / size, unit);
    rest %= size;
  }
  return text.empty() ? "0s" : text;
}

Result<std::int64_t> parse_size(std::string_view text) { return sum_of_units(text, sizes, "512KiB or 2MiB"); }

std::string format_size(std::int64_t size_bytes) {
  if (size_bytes < 1'000) return fmt::format("{} B", size_bytes);
  if (size_bytes < 999'500) return fmt::format("{} kB", (size_bytes + 500) / 1'000);
  if (size_bytes < 999'950'000) return fmt::format("{:.1f} MB", static_cast<double>(size_bytes) / 1e6);
  return fmt::format("{:.1f} GB", static_cast<double>(size_bytes) / 1e9);
}

}  // namespace tidings
