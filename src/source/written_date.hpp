// Dates as people write them into pages: "12.03.2026", "14 de marzo de 2026", "2026年3月12日", "March 12,
// 2026".
//
// Stricter than parse_feed_date(): needs day, month and year, so that telephone numbers, versions and "March
// 2026" are not dates. Western years from 1990 to 2099. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

namespace tidings::source {

struct WrittenDate {
  int year = 0;
  int first = 0;  ///< the day, or possibly the month in "03/12/2026"
  int second = 0;
  bool is_numeric = false;  ///< "03/12/2026": either number may be the month
  std::size_t begin = 0;    ///< its offset in the text, in bytes
  std::size_t end = 0;

  /// Read with the day first, or with the month first; nothing if there is no such day.
  [[nodiscard]] std::optional<std::chrono::year_month_day> day_first() const;
  [[nodiscard]] std::optional<std::chrono::year_month_day> month_first() const;
};

/// The first date in `text` that begins at a word within its first `within` bytes, including a weekday name
/// before it.
[[nodiscard]] std::optional<WrittenDate> find_written_date(std::string_view text, std::size_t within);

}  // namespace tidings::source
