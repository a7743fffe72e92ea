#include "base/clock.hpp"

#include <array>

#include <fmt/format.h>

namespace tidings {
namespace {

using namespace std::chrono_literals;

/// Reads exactly `count` digits at `at`, or -1.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

struct Fields {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::milliseconds> time;
};

Fields fields_of(UtcTime t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  return {.date = std::chrono::year_month_day{day}, .time = std::chrono::hh_mm_ss{t - day}};
}

}  // namespace

UtcTime SystemClock::now() const {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string format_rfc3339(UtcTime t) {
  const auto [date, time] = fields_of(t);
  const auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                time.hours().count(), time.minutes().count(), time.seconds().count());
  const auto ms = time.subseconds().count();
  return ms == 0 ? text + "Z" : fmt::format("{}.{:03}Z", text, ms);
}

Result<UtcTime> parse_rfc3339(std::string_view text) {
  const auto bad = [&] {
    return fail(Errc::bad_data, fmt::format("\"{}\" is not a time", text),
                "write it like 2026-01-05T08:00:00Z");
  };
  const int year = digits(text, 0, 4);
  const int month = digits(text, 5, 2);
  const int day = digits(text, 8, 2);
  const int hour = digits(text, 11, 2);
  const int minute = digits(text, 14, 2);
  const int second = digits(text, 17, 2);
  if (year < 0 || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0) return bad();
  if (text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') return bad();
  if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return bad();
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return bad();

  std::size_t at = 19;
  std::chrono::milliseconds fraction{0};
  if (at < text.size() && text[at] == '.') {
    std::int64_t scale = 100;
    const auto first = ++at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
      fraction += 1ms * ((text[at] - '0') * scale);
    if (at == first) return bad();
  }
  std::chrono::minutes offset{0};
  if (at < text.size() && (text[at] == 'Z' || text[at] == 'z')) {
    ++at;
  } else {
    const int off_hour = digits(text, at + 1, 2);
    const int off_minute = digits(text, at + 4, 2);
    if (at >= text.size() || (text[at] != '+' && text[at] != '-') || off_hour < 0 || off_hour > 23 ||
        off_minute < 0 || off_minute > 59 || text[at + 3] != ':') {
      return bad();
    }
    offset = std::chrono::minutes{off_hour * 60 + off_minute} * (text[at] == '-' ? -1 : 1);
    at += 6;
  }
  if (at != text.size()) return bad();
  // A leap second becomes the following second: sys_time has none.
  return UtcTime{std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
                 std::chrono::seconds{second} + fraction - offset};
}

std::string format_rfc5322_date(UtcTime t, std::chrono::minutes offset) {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const UtcTime local = t + offset;
  const auto [date, time] = fields_of(local);
  const std::chrono::weekday weekday{std::chrono::floor<std::chrono::days>(local)};
  const auto zone = std::chrono::abs(offset).count();
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} {}{:02}{:02}", days[weekday.c_encoding()],
                     static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
                     time.seconds().count(), offset.count() < 0 ? '-' : '+', zone / 60, zone % 60);
}

}  // namespace tidings
