#include "subscriber/import_dates.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"

namespace tidings::subscriber {
namespace {

/// Skips `count` digits, or returns false without moving.
bool take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return false;
  if (!std::ranges::all_of(text.substr(0, count), [](char c) { return c >= '0' && c <= '9'; })) return false;
  text.remove_prefix(count);
  return true;
}

bool take_char(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// The zone after a time in RFC 3339 form; nothing if it is not a zone. Go writes "+0000 UTC", PostgreSQL
/// "+00".
std::optional<std::string> zone_of(std::string_view text) {
  text = trim(text);
  for (const std::string_view end : {"UTC", "GMT", "Z"}) {
    if (text.size() >= end.size() && ascii_iequals(text.substr(text.size() - end.size()), end)) {
      text = trim(text.substr(0, text.size() - end.size()));
      break;
    }
  }
  if (text.empty()) return "Z";
  const char sign = text.front();
  if (!take_char(text, "+-")) return std::nullopt;
  const auto hours = text.substr(0, 2);
  if (!take_digits(text, 2)) return std::nullopt;
  take_char(text, ":");
  const auto minutes = text.empty() ? std::string_view{"00"} : text;
  if (minutes.size() != 2) return std::nullopt;
  return fmt::format("{}{}:{}", sign, hours, minutes);
}

/// "09:30", "09:30:15.123456 ..." as RFC 3339 writes it, with the zone.
std::optional<std::string> time_of(std::string_view text) {
  if (trim(text).empty()) return "00:00:00Z";
  auto rest = text;
  if (!take_digits(rest, 2) || !take_char(rest, ":") || !take_digits(rest, 2)) return std::nullopt;
  const auto minutes = text.substr(0, 5);
  std::string_view seconds = "00";
  if (take_char(rest, ":")) {
    seconds = rest.substr(0, 2);
    if (!take_digits(rest, 2)) return std::nullopt;
    if (take_char(rest, ".,")) {
      while (take_digits(rest, 1)) {
      }
    }
  }
  const auto zone = zone_of(rest);
  if (!zone) return std::nullopt;
  return fmt::format("{}:{}{}", minutes, seconds, *zone);
}

/// Skips at most that many digits.
std::optional<int> take_number(std::string_view& text, std::size_t most) {
  int value = 0;
  std::size_t count = 0;
  for (; count < most && count < text.size() && text[count] >= '0' && text[count] <= '9'; ++count) {
    value = 10 * value + (text[count] - '0');
  }
  text.remove_prefix(count);
  return count > 0 ? std::optional{value} : std::nullopt;
}

/// "9:52 PM +0100" in 24 hours and two digits; unchanged if it is not a time.
std::string in_24_hours(std::string_view text) {
  text = trim(text);
  auto rest = text;
  const auto hour = take_number(rest, 2);
  if (!hour) return std::string{text};
  const auto minutes_end = std::min(rest.size(), rest.find_first_not_of(":0123456789."));
  const auto minutes = rest.substr(0, minutes_end);
  auto behind = trim(rest.substr(minutes_end));
  int since_noon = *hour;
  const auto half = ascii_lower(behind.substr(0, 2));
  if ((half == "am" || half == "pm") && (behind.size() == 2 || behind[2] == ' ')) {
    if (*hour < 1 || *hour > 12) return std::string{text};
    behind = trim(behind.substr(2));
    since_noon = *hour % 12 + (half == "pm" ? 12 : 0);
  }
  const auto whole = minutes.empty() ? std::string{":00"} : std::string{minutes};
  return fmt::format("{:02}{}{}{}", since_noon, whole, behind.empty() ? "" : " ", behind);
}

/// "6/17/2009 9:52 PM", "17-06-2009 21:52" or, whatever the order, "17.06.2009" with the year first, for
/// read_date(); other forms are unchanged.
std::string year_first(std::string_view text, DateOrder order) {
  auto rest = text;
  const auto first = take_number(rest, 2);
  const auto mark = rest.substr(0, 1);
  const bool has_dots = mark == ".";
  const std::string_view marks = order == DateOrder::year_first    ? "."
                                 : order == DateOrder::month_first ? "/."
                                                                   : "/-.";
  if (!first || mark.empty() || !take_char(rest, marks)) return std::string{text};
  const auto second = take_number(rest, 2);
  const bool same = take_char(rest, mark);
  const auto year = take_number(rest, 4);
  if (!second || !same || !year || *year < 1000) return std::string{text};
  const auto [month, day] =
      order == DateOrder::month_first && !has_dots ? std::pair{*first, *second} : std::pair{*second, *first};
  const auto date = fmt::format("{:04}-{:02}-{:02}", *year, month, day);
  take_char(rest, ",");
  rest = trim(rest);
  return rest.empty() ? date : fmt::format("{} {}", date, in_24_hours(rest));
}

std::optional<int> month_of(std::string_view word) {
  static constexpr std::array<std::string_view, 12> months{"january",   "february", "march",    "april",
                                                           "may",       "june",     "july",     "august",
                                                           "september", "october",  "november", "december"};
  const auto lower = ascii_lower(word.ends_with('.') ? word.substr(0, word.size() - 1) : word);
  for (std::size_t i = 0; i < months.size(); ++i) {
    if (lower.size() >= 3 && months.at(i).starts_with(lower)) return static_cast<int>(i) + 1;
  }
  return lower == "sept" ? std::optional{9} : std::nullopt;
}

bool is_weekday(std::string_view word) {
  const auto lower = ascii_lower(word);
  return lower.size() >= 3 &&
         std::ranges::any_of(std::array<std::string_view, 7>{"monday", "tuesday", "wednesday", "thursday",
                                                             "friday", "saturday", "sunday"},
                             [&](auto day) { return day.starts_with(lower); });
}

/// "Apr 5, 2023 2:22 PM", "5 April 2023", "Wed, 05 Apr 2023 14:22:11 GMT" with the year first; unchanged
/// without a month's name.
std::string without_names(std::string_view text) {
  const auto blank = replace_all(text.substr(0, text.find('(')), ",", " ");
  std::vector<std::string_view> words;
  for (const auto word : split(blank, ' ')) {
    if (!word.empty() && word != "at" && !(words.empty() && is_weekday(word))) words.push_back(word);
  }
  if (words.size() < 3) return std::string{text};
  auto month = month_of(words[0]);
  auto day = words[1];
  if (!month) {
    month = month_of(words[1]);
    day = words[0];
  }
  const auto day_number = take_number(day, 2);
  auto year = words[2];
  const auto year_number = take_number(year, 4);
  const bool is_ordinal = day == "st" || day == "nd" || day == "rd" || day == "th";
  if (!month || !day_number || (!day.empty() && !is_ordinal) || !year_number || *year_number < 1000 ||
      !year.empty()) {
    return std::string{text};
  }
  std::string time;
  for (std::size_t i = 3; i < words.size(); ++i) {
    auto word = words[i];
    if ((word.starts_with("GMT") || word.starts_with("UTC")) && word.size() > 3) word.remove_prefix(3);
    time += (time.empty() ? "" : " ") + std::string{word};
  }
  const auto date = fmt::format("{:04}-{:02}-{:02}", *year_number, *month, *day_number);
  return time.empty() ? date : fmt::format("{} {}", date, in_24_hours(time));
}

/// Seconds or milliseconds since 1970, of this century.
std::optional<UtcTime> unix_time(std::string_view text) {
  if (text.size() != 10 && text.size() != 13) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = 10 * value + (c - '0');
  }
  return UtcTime{std::chrono::milliseconds{text.size() == 10 ? 1000 * value : value}};
}

}  // namespace

Result<UtcTime> read_date(std::string_view text, DateOrder order) {
  text = trim(text);
  if (const auto turned = year_first(text, order); turned != text) {
    if (auto date = read_date(turned)) return date;
  }
  // Exact to the millisecond only in our own form.
  if (auto exact = parse_rfc3339(text)) return exact;
  if (const auto time = unix_time(text)) return *time;
  const auto plain = without_names(text);
  auto rest = std::string_view{plain};
  if (take_digits(rest, 4) && take_char(rest, "-") && take_digits(rest, 2) && take_char(rest, "-"))
    take_digits(rest, 2);
  std::string date = plain.substr(0, plain.size() - rest.size());
  if (!rest.empty() && !take_char(rest, " Tt")) date.clear();
  for (const auto& written : {std::string{rest}, in_24_hours(rest)}) {
    const auto time = time_of(written);
    if (!time || date.size() != 10) continue;
    if (auto read = parse_rfc3339(fmt::format("{}T{}", date, *time))) return read;
  }
  return fail(Errc::bad_data, fmt::format("\"{}\" is not a date", truncate_utf8(clean_utf8(text), 40)),
              "write it like 2026-01-05 or 2026-01-05T08:00:00Z");
}

}  // namespace tidings::subscriber
