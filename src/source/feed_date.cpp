#include "source/feed_date.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "base/zone.hpp"
#include "source/date_words.hpp"

namespace tidings::source {
namespace {

using std::chrono::minutes;

constexpr auto none = std::string_view::npos;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A run of digits in the text.
struct Number {
  int value = 0;
  std::size_t digits = 0;
};

struct Parts {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int milliseconds = 0;
  bool numeric = false;  ///< without a month's name
  std::optional<minutes> offset;
  std::optional<Zone> zone;
};

/// Two-digit years from 90 on belong to the last century.
int full_year(Number number) {
  if (number.digits > 2) return number.value;
  return number.value + (number.value >= 90 ? 1900 : 2000);
}

/// June 31 is July 1: off by a day is better than no date. In numeric dates, hours, minutes and seconds may
/// overflow too ("25:14:55" is 01:14:55 of the next day); beside a month's name such numbers are something
/// else.
std::optional<UtcTime> instant(const Parts& parts) {
  using namespace std::chrono;
  const year_month first{year{parts.year}, month{static_cast<unsigned>(parts.month)}};
  if (parts.year < 1 || parts.year > 9999 || !first.ok() || parts.day < 1 || parts.day > 31)
    return std::nullopt;
  const bool end_of_day = parts.hour == 24 && parts.minute == 0 && parts.second == 0;
  const bool in_range = (parts.hour < 24 || end_of_day) && parts.minute < 60 && parts.second <= 60;
  if (!in_range && (!parts.numeric || parts.hour > 30)) return std::nullopt;
  const auto wall = sys_days{first / 1} + days{parts.day - 1} + hours{parts.hour} + minutes{parts.minute} +
                    seconds{parts.second} + milliseconds{parts.milliseconds};
  if (parts.zone) return parts.zone->to_utc(LocalTime{wall.time_since_epoch()});
  return UtcTime{wall - parts.offset.value_or(minutes{0})};
}

class DateReader {
 public:
  DateReader(std::string_view text, std::optional<int> assumed) : text_(text), assumed_(assumed) {}

  std::optional<UtcTime> read();

 private:
  [[nodiscard]] std::optional<UtcTime> epoch() const;
  bool compact();
  bool ordinal(Number year, int day_of_year);
  bool ordinal_or_week(std::size_t length);
  [[nodiscard]] std::size_t digits_at(std::size_t from) const;
  [[nodiscard]] Number part(std::size_t from, std::size_t count) const;
  bool scan();
  bool scan_number();
  bool scan_word();
  bool scan_time(Number hour);
  bool scan_offset();
  bool zone_name(std::string_view word);
  [[nodiscard]] bool is_offset_before_year() const;
  bool settle();
  bool settle_by_numbers();
  Number number();
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Parts parts_;
  std::vector<Number> numbers_;
  char separator_ = 0;  ///< between the first numbers
  int month_word_ = 0;
  bool month_first_ = false;
  bool has_time_ = false;
  bool afternoon_ = false;
  bool forenoon_ = false;
  bool other_words_ = false;
  std::optional<int> assumed_;  ///< minutes east of UTC if there is no zone
};

Number DateReader::number() {
  Number read;
  while (is_digit(peek())) {
    if (read.digits < 9) read.value = read.value * 10 + (peek() - '0');
    ++read.digits;
    ++at_;
  }
  return read;
}

/// Seconds since 1970 by ten digits, milliseconds by thirteen; from 2001 on.
std::optional<UtcTime> DateReader::epoch() const {
  const auto whole = text_.substr(0, text_.find('.'));
  if ((whole.size() != 10 && whole.size() != 13) || !std::all_of(whole.begin(), whole.end(), is_digit))
    return std::nullopt;
  std::int64_t value = 0;
  for (const char c : whole) value = value * 10 + (c - '0');
  return from_ms(whole.size() == 10 ? value * 1000 : value);
}

/// The number of digits at `from`.
std::size_t DateReader::digits_at(std::size_t from) const {
  auto end = from;
  while (end < text_.size() && is_digit(text_[end])) ++end;
  return end - from;
}

/// The number made of `count` digits at `from`.
Number DateReader::part(std::size_t from, std::size_t count) const {
  int value = 0;
  for (std::size_t i = from; i < from + count; ++i) value = value * 10 + (text_[i] - '0');
  return {.value = value, .digits = count};
}

bool DateReader::ordinal(Number year, int day_of_year) {
  using namespace std::chrono;
  parts_.year = full_year(year);
  if (day_of_year < 1 || day_of_year > 366) return false;
  const year_month_day date{sys_days{std::chrono::year{parts_.year} / January / 1} + days{day_of_year - 1}};
  parts_.month = static_cast<int>(static_cast<unsigned>(date.month()));
  parts_.day = static_cast<int>(static_cast<unsigned>(date.day()));
  return date.year() == std::chrono::year{parts_.year};
}

/// The ordinal YYYY-DDD and YY-DDD, and the week date YYYY-Www-D, after a year of `length` digits.
bool DateReader::ordinal_or_week(std::size_t length) {
  if (digits_at(length + 1) == 3) {
    at_ = length + 4;
    return peek() != '-' && ordinal(part(0, length), part(length + 1, 3).value);
  }
  if (length != 4 || !text_.substr(4).starts_with("-w") || digits_at(6) != 2) return false;
  const int day = digits_at(9) == 1 ? part(9, 1).value : 1;
  at_ = text_.size() > 8 && text_[8] == '-' ? 10 : 8;
  using namespace std::chrono;
  // Week 1 contains January 4.
  const sys_days fourth{std::chrono::year{part(0, 4).value} / January / 4};
  const auto monday = fourth - (weekday{fourth} - Monday);
  const year_month_day date{monday + days{(part(6, 2).value - 1) * 7 + day - 1}};
  parts_.year = static_cast<int>(date.year());
  parts_.month = static_cast<int>(static_cast<unsigned>(date.month()));
  parts_.day = static_cast<int>(static_cast<unsigned>(date.day()));
  return part(6, 2).value <= 53 && day >= 1 && day <= 7;
}

/// Dates that are one run of digits, before any time: YYYYMMDD, YYYYMM, YYYYDDD, YYMMDD, YYDDD, YYYY; or a
/// year and what ordinal_or_week() reads.
bool DateReader::compact() {
  const auto length = digits_at(0);
  if ((length == 4 || length == 2) && text_.substr(length).starts_with('-')) return ordinal_or_week(length);
  at_ = length;
  if (length == 14) {  // YYYYMMDDhhmmss
    parts_ = {.year = part(0, 4).value,
              .month = part(4, 2).value,
              .day = part(6, 2).value,
              .hour = part(8, 2).value,
              .minute = part(10, 2).value,
              .second = part(12, 2).value,
              .offset = {},
              .zone = {}};
    has_time_ = true;
    return true;
  }
  if (length == 8) {
    parts_.year = part(0, 4).value;
    parts_.month = part(4, 2).value;
    parts_.day = part(6, 2).value;
    // "20031231T101455": the time without colons.
    if ((peek() == 't' || peek() == ' ') && (digits_at(at_ + 1) == 6 || digits_at(at_ + 1) == 4) &&
        text_.substr(at_).find(':') == none) {
      const auto clock = at_ + 1;
      parts_.hour = part(clock, 2).value;
      parts_.minute = part(clock + 2, 2).value;
      parts_.second = digits_at(clock) == 6 ? part(clock + 4, 2).value : 0;
      at_ = clock + digits_at(clock);
      has_time_ = true;
    }
    return true;
  }
  const char next = peek();
  if (next != '\0' && next != 't') return false;
  if (length == 7) return ordinal(part(0, 4), part(4, 3).value);
  if (length == 5) return ordinal(part(0, 2), part(2, 3).value);
  if (length == 6 && part(4, 2).value <= 12 && (text_.starts_with("19") || text_.starts_with("20")) &&
      part(2, 2).value > 12) {
    parts_ = {.year = part(0, 4).value, .month = part(4, 2).value, .day = 1, .offset = {}, .zone = {}};
    return true;
  }
  if (length == 6) {
    parts_ = {.year = full_year(part(0, 2)),
              .month = part(2, 2).value,
              .day = part(4, 2).value,
              .offset = {},
              .zone = {}};
    return true;
  }
  if (length == 4 && part(0, 4).value >= 1900 && part(0, 4).value <= 2100) {
    parts_ = {.year = part(0, 4).value, .month = 1, .day = 1, .offset = {}, .zone = {}};
    return true;
  }
  return false;
}

/// hh:mm, hh:mm:ss, hh:mm:ss.fff after the hour has been read.
bool DateReader::scan_time(Number hour) {
  if (has_time_ || hour.digits > 2) return false;
  parts_.hour = hour.value;
  const char clock_mark = peek();
  ++at_;
  if (!is_digit(peek())) return false;
  const auto minute = number();
  parts_.minute = minute.value;
  if (minute.digits > 2) return false;
  if (peek() == clock_mark && is_digit(peek(1))) {
    ++at_;
    const auto second = number();
    parts_.second = second.value;
    if (second.digits > 2) return false;
  }
  if (peek() == ':' && is_digit(peek(1))) return false;  // "1:2:3:4"
  if ((peek() == '.' || peek() == ',') && is_digit(peek(1))) {
    ++at_;
    int scale = 100;
    for (; is_digit(peek()); ++at_) {
      parts_.milliseconds += scale * (peek() - '0');
      scale /= 10;
    }
  }
  has_time_ = true;
  return true;
}

/// +hh:mm, -hhmm, +hh; also after "GMT" and "UTC".
bool DateReader::scan_offset() {
  const bool west = peek() == '-';
  ++at_;
  const auto first = number();
  if (first.digits > 4) return false;
  int offset_minutes = 0;
  if (peek() == ':' && is_digit(peek(1))) {
    ++at_;
    offset_minutes = first.value * 60 + number().value;
  } else if (first.digits >= 3) {
    offset_minutes = first.value / 100 * 60 + first.value % 100;
  } else {
    offset_minutes = first.value * 60;
  }
  if (offset_minutes >= 26 * 60) return false;  // "-9999"
  parts_.offset = minutes{west ? -offset_minutes : offset_minutes};
  // "+00:zz", "-06:00Textra"
  return peek() != ':' && !(peek() >= 'a' && peek() <= 'z');
}

/// "Sun Jul 15 01:16:00 +0000 2012"
bool DateReader::is_offset_before_year() const {
  const auto rest = text_.substr(at_);
  if (parts_.offset || month_word_ == 0 || numbers_.size() != 1 || rest.size() != 10 || rest[5] != ' ')
    return false;
  return std::all_of(rest.begin() + 1, rest.begin() + 5, is_digit) &&
         std::all_of(rest.begin() + 6, rest.end(), is_digit);
}

bool DateReader::zone_name(std::string_view word) {
  if (const auto offset = zone_offset_of(word)) {
    if (!parts_.offset) parts_.offset = minutes{*offset};
    return true;
  }
  return false;
}

bool DateReader::scan_number() {
  const auto start = at_;
  const auto read = number();
  if (peek() == ':') return scan_time(read);
  // "8 Jan 2026 10.15", "8 janvier 2026 à 10h15": after a complete date a dot or an h is a colon.
  const bool whole_date = (month_word_ != 0 && numbers_.size() == 2) || numbers_.size() == 3;
  const bool minutes_follow = is_digit(peek(1)) && is_digit(peek(2)) && !is_digit(peek(3));
  if (whole_date && !has_time_ && (peek() == '.' || peek() == 'h') && minutes_follow) return scan_time(read);
  if (numbers_.size() == 3 && !has_time_ && start > 0 && text_[start - 1] == 't' &&
      read.digits == 2) {  // "2003-12-31T10Z"
    parts_.hour = read.value;
    has_time_ = true;
    return true;
  }
  if (numbers_.size() == 1 && separator_ == 0 && start > 0) separator_ = text_[start - 1];
  if (read.digits > 4 && !(read.digits <= 9 && numbers_.size() >= 2)) return false;
  numbers_.push_back(read);
  return numbers_.size() <= 5;
}

bool DateReader::scan_word() {
  const auto start = at_;
  while (at_ < text_.size() && !is_digit(text_[at_]) &&
         std::string_view{" \t,;:+()[]<>|"}.find(text_[at_]) == none) {
    if (text_[at_] == '-' || (text_[at_] == '.' && at_ > start)) break;
    if (text_[at_] == '/' && (at_ + 1 >= text_.size() || is_digit(text_[at_ + 1]))) break;
    ++at_;
  }
  const auto word = text_.substr(start, at_ - start);
  if (word.empty()) {
    ++at_;
    return true;
  }
  if (word.find('/') != none) {
    std::string zone{word};
    while (peek() == '_' || (peek() == '-' && !is_digit(peek(1)))) {
      zone += text_[at_++];
      while (at_ < text_.size() && text_[at_] >= 'a' && text_[at_] <= 'z') zone += text_[at_++];
    }
    if (zone.starts_with("etc/")) {
      zone_name(std::string_view{zone}.substr(4));  // one that is unknown says nothing
      return true;
    }
    if (const auto found = Zone::find_ignoring_case(zone)) parts_.zone = *found;
    return true;
  }
  if (const int month = month_of_name(word); month != 0) {
    // In "mar 3 mar 2026" the first is Tuesday: the later month counts.
    if (month_word_ == 0) month_first_ = numbers_.empty();
    month_word_ = month;
    return true;
  }
  const auto half = half_of_day(word);
  // Without a zone, Korean words for half a day mean Korea's zone; the same for Japan and China.
  if (half != HalfOfDay::unknown && !parts_.offset) assumed_ = assumed_offset_of(word);
  afternoon_ = afternoon_ || half == HalfOfDay::second;
  forenoon_ = forenoon_ || half == HalfOfDay::first;
  if (half != HalfOfDay::unknown) return true;
  if (has_time_ && zone_name(word)) return true;
  other_words_ = true;  // weekdays, "at", "de", "st" ... add nothing
  return word.size() <= 40;
}

bool DateReader::scan() {
  while (at_ < text_.size()) {
    const char c = peek();
    if (is_digit(c)) {
      if (!scan_number()) return false;
    } else if ((c == '+' || c == '-') && has_time_ && is_digit(peek(1)) &&
               (numbers_.size() >= 2 || month_word_ != 0 || parts_.year != 0) && !parts_.offset.has_value() &&
               (numbers_.size() + (month_word_ != 0 ? 1 : 0) >= 3 || parts_.year != 0)) {
      if (!scan_offset()) return false;
    } else if ((c == '+' || c == '-') && has_time_ && is_digit(peek(1)) &&
               (parts_.offset == minutes{0} || is_offset_before_year())) {
      if (!scan_offset()) return false;  // "GMT-05:00"
    } else if (c == '+' && has_time_ && peek(1) >= 'a' && peek(1) <= 'z') {
      return false;  // "+zz:00"
    } else if (c == ' ' || c == '-' || c == '/' || c == '.' || c == ',' || c == ':' || c == ';' || c == '(' ||
               c == ')' || c == '+' || c == '\'' || c == '|' || c == '[' || c == ']' || c == '<' ||
               c == '>') {
      ++at_;
    } else if (!scan_word()) {
      return false;
    }
  }
  return true;
}

bool DateReader::settle_by_numbers() {
  if (numbers_.size() < 3) {
    if (numbers_.size() != 2 || numbers_[0].digits != 4 || separator_ != '-' || other_words_) return false;
    parts_.year = numbers_[0].value;  // W3CDTF: YYYY-MM
    parts_.month = numbers_[1].value;
    parts_.day = 1;
    return true;
  }
  const auto [a, b, c] = std::tie(numbers_[0], numbers_[1], numbers_[2]);
  if (a.digits == 4) {
    if (separator_ == '-' && numbers_.size() > 3 && !has_time_) return false;  // "2013-01-27-01"
    parts_.year = a.value;
    parts_.month = b.value;
    parts_.day = c.value;
    return true;
  }
  if (c.digits == 4 || separator_ != '-') {
    // 31.12.2003 and 31-12-2003 begin with the day; 12/31/2003 with the month, if it can.
    const bool month_first = separator_ == '/' ? a.value <= 12 : a.value <= 12 && b.value > 12;
    parts_.year = full_year(c);
    parts_.month = month_first ? a.value : b.value;
    parts_.day = month_first ? b.value : a.value;
    return true;
  }
  parts_.year = full_year(a);  // ISO 8601 with a year of two digits
  parts_.month = b.value;
  parts_.day = c.value;
  return true;
}

bool DateReader::settle() {
  if (parts_.year != 0) return true;  // compact() has already read it
  if (month_word_ == 0) return settle_by_numbers();
  parts_.month = month_word_;
  if (numbers_.empty()) return false;
  if (numbers_.size() == 1) {
    if (numbers_[0].digits != 4 || has_time_) return false;
    parts_.year = numbers_[0].value;  // "March 2026"
    parts_.day = 1;
    return true;
  }
  // The year is the four-digit number, or else the later one.
  const bool year_first = numbers_[0].digits == 4 || (numbers_[0].value > 31 && numbers_[0].digits >= 2);
  parts_.year = full_year(year_first ? numbers_[0] : numbers_[1]);
  parts_.day = (year_first ? numbers_[1] : numbers_[0]).value;
  return true;
}

std::optional<UtcTime> DateReader::read() {
  if (auto time = epoch()) return time;
  const bool was_compact = compact();
  if (!was_compact) {
    at_ = 0;
    parts_ = {};
    has_time_ = false;
  }
  if (!scan() || !settle()) return std::nullopt;
  parts_.numeric = month_word_ == 0;
  if (afternoon_ && parts_.hour < 12) parts_.hour += 12;
  if (forenoon_ && parts_.hour == 12) parts_.hour = 0;
  if (has_time_ && !parts_.offset && !parts_.zone && assumed_) parts_.offset = minutes{*assumed_};
  return instant(parts_);
}

/// ISO 8601:1988 omits the century with a '-': "-0312" and "-03-12" are December 2003, "-03-12-31" is its
/// last day.
std::optional<UtcTime> without_century(std::string_view text) {
  if (text.size() >= 8 && text[2] == '-' && text[5] == '-') return DateReader{text, std::nullopt}.read();
  std::string digits;
  for (const char c : text) {
    if (is_digit(c)) digits += c;
  }
  const bool hyphen = text.size() == 5 && text[2] == '-';
  if (digits.size() != 4 || (text.size() != 4 && !hyphen)) return std::nullopt;
  const auto two = [&](std::size_t at) { return (digits[at] - '0') * 10 + (digits[at + 1] - '0'); };
  return instant({.year = full_year({.value = two(0), .digits = 2}),
                  .month = two(2),
                  .day = 1,
                  .offset = {},
                  .zone = {}});
}

}  // namespace

std::optional<UtcTime> parse_feed_date(std::string_view text) {
  constexpr std::size_t longest = 200;
  const auto folded = fold_case(replace_all(collapse_blanks(text), "\xE2\x88\x92", "-"));
  if (folded.empty() || folded.size() > longest) return std::nullopt;
  if (folded.front() == '-') return without_century(folded.substr(1));
  const auto mended = separate_cjk_units(western_years(folded));
  const bool korean = folded.find("년") != std::string::npos;
  return DateReader{mended, korean ? assumed_offset_of("오전") : std::nullopt}.read();
}

}  // namespace tidings::source
