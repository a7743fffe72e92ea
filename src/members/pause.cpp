#include "members/pause.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"

namespace tidings::members {
namespace {

std::chrono::local_days day_of(const Zone& zone, UtcTime time) {
  return std::chrono::floor<std::chrono::days>(zone.to_local(time));
}

std::string text_of(std::chrono::local_days day) {
  const std::chrono::year_month_day date{day};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::optional<unsigned> number(std::string_view digits) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::optional<std::chrono::local_days> read_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = number(text.substr(0, 4));
  const auto month = number(text.substr(5, 2));
  const auto day = number(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                         std::chrono::month{*month}, std::chrono::day{*day}};
  return date.ok() ? std::optional{std::chrono::local_days{date}} : std::nullopt;
}

}  // namespace

Result<UtcTime> parse_day(std::string_view day, const Zone& zone, UtcTime now) {
  if (const auto wanted = read_day(trim(day))) return zone.to_utc(LocalTime{*wanted});
  return fail(Errc::bad_data, fmt::format("\"{}\" is not a day", truncate_utf8(clean_utf8(day), 40)),
              fmt::format("write it as {}", text_of(day_of(zone, now))));
}

Result<UtcTime> parse_pause_end(std::string_view day, const Zone& zone, UtcTime now) {
  const auto today = day_of(zone, now);
  const auto wanted = read_day(trim(day));
  if (!wanted) {
    return fail(Errc::bad_data, fmt::format("\"{}\" is not a day", truncate_utf8(clean_utf8(day), 40)),
                fmt::format("write it as {}", text_of(today + std::chrono::weeks{4})));
  }
  if (*wanted <= today) {
    return fail(Errc::bad_data, fmt::format("{} is not to come", text_of(*wanted)),
                fmt::format("the first day possible is {}", text_of(today + std::chrono::days{1})));
  }
  if (*wanted > today + longest_pause) {
    return fail(Errc::bad_data, fmt::format("{} is more than a year away", text_of(*wanted)),
                fmt::format("the last day possible is {}", text_of(today + longest_pause)));
  }
  return zone.to_utc(LocalTime{*wanted});
}

std::string day_text(const Zone& zone, UtcTime time) { return text_of(day_of(zone, time)); }

}  // namespace tidings::members
