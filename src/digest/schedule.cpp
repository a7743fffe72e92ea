#include "digest/schedule.hpp"

#include <algorithm>
#include <charconv>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/text.hpp"
#include "base/units.hpp"

namespace tidings::digest {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::minutes;
using std::chrono::weekday;
using std::chrono::year_month_day;

namespace {

// A date that matches a cron line's fields occurs at least once in 28 years, except for leap years missing at
// centuries.
constexpr int search_days = 366 * 45;
constexpr std::size_t last_day = 32;  // in month_days_

// Monday 5 January 1970: day 0 was a Thursday.
constexpr local_days first_monday{days{4}};

constexpr std::array<const char*, 7> weekday_names{"sunday",   "monday", "tuesday", "wednesday",
                                                   "thursday", "friday", "saturday"};
constexpr std::array<const char*, 12> month_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                  "jul", "aug", "sep", "oct", "nov", "dec"};

const std::vector<std::string>& rule_words() {
  static const std::vector<std::string> words{"daily", "weekdays", "weekly", "every", "monthly"};
  return words;
}

const std::vector<std::string>& weekday_words() {
  static const std::vector<std::string> words(weekday_names.begin(), weekday_names.end());
  return words;
}

const std::vector<std::string>& ordinal_words() {
  static const std::vector<std::string> words{"last", "first", "second", "third", "fourth"};
  return words;
}

local_days monday_of(local_days day) { return day - (weekday{day} - std::chrono::Monday); }

/// Only digits; no sign.
std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || text.size() > 4 || error != std::errc{} || end != text.data() + text.size() ||
      text[0] == '-') {
    return std::nullopt;
  }
  return value;
}

/// 0 to 6; full names and their first three letters.
std::optional<unsigned> weekday_number(std::string_view word) {
  for (unsigned i = 0; i < 7; ++i) {
    const std::string_view name = weekday_names[i];
    if (word == name || word == name.substr(0, 3)) return i;
  }
  return std::nullopt;
}

std::string capitalised(std::string_view word) {
  std::string out{word};
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

/// "a", "a and b", "a, b and c".
std::string enumerate(std::span<const std::string> words) {
  if (words.size() < 2) return words.empty() ? std::string{} : words[0];
  return join(words.first(words.size() - 1), ", ") + " and " + words.back();
}

}  // namespace

// ---- parsing
// --------------------------------------------------------------------------------------------------------

/// Reads one schedule word by word. Lives only inside parse_schedule().
class ScheduleParser {
 public:
  explicit ScheduleParser(std::string_view text) {
    schedule_.text_ = collapse_blanks(text);
    lower_ = ascii_lower(schedule_.text_);
    if (!lower_.empty()) words_ = split(lower_, ' ');
  }

  Result<Schedule> parse() {
    if (words_.empty()) return wrong("is empty", "for example \"weekly monday 08:00\"");
    const std::string_view word = words_[0];
    if (word == "daily") return daily(0x7F);
    if (word == "weekdays") return daily(0x3E);
    if (word == "weekly") return weekly(1);
    if (word == "every") return every();
    if (word == "monthly") return monthly();
    if (words_.size() == 5 && (word[0] == '*' || (word[0] >= '0' && word[0] <= '9'))) return cron();
    if (nearest(word, rule_words())) return unknown(word, rule_words(), "");
    return wrong(fmt::format("\"{}\" is not a schedule", word),
                 "begin with daily, weekdays, weekly, every N weeks or monthly, or give five cron fields");
  }

 private:
  struct Range {
    const char* field;
    int low;
    int high;
  };

  [[nodiscard]] tl::unexpected<Error> wrong(std::string_view what, std::string hint) const {
    return fail(Errc::config, fmt::format("schedule \"{}\": {}", schedule_.text_, what), std::move(hint));
  }

  [[nodiscard]] tl::unexpected<Error> unknown(std::string_view word, std::span<const std::string> known,
                                              std::string_view otherwise) const {
    const auto near = did_you_mean(word, known);
    return wrong(fmt::format("unknown word \"{}\"", word), near.empty() ? std::string{otherwise} : near);
  }

  [[nodiscard]] bool has(std::size_t index) const { return index < words_.size(); }

  [[nodiscard]] Result<void> end_at(std::size_t count) const {
    if (words_.size() <= count) return {};
    return wrong(fmt::format("unexpected word \"{}\"", words_[count]),
                 "a schedule ends with its time, such as 08:00");
  }

  Result<void> read_times(std::size_t index) {
    if (!has(index)) return wrong("the time is missing", "end it with a time, such as 08:00");
    for (const auto piece : split(words_[index], ',')) {
      const auto parts = split(piece, ':');
      const auto hour = parts.size() == 2 ? number(parts[0]) : std::nullopt;
      const auto minute = parts.size() == 2 && parts[1].size() == 2 ? number(parts[1]) : std::nullopt;
      if (!hour || !minute || *hour > 23 || *minute > 59) {
        return wrong(fmt::format("\"{}\" is not a time of day", piece),
                     "write it as HH:MM from 00:00 to 23:59");
      }
      schedule_.times_.emplace_back(*hour * 60 + *minute);
    }
    sort_times();
    return {};
  }

  void sort_times() {
    auto& times = schedule_.times_;
    std::sort(times.begin(), times.end());
    times.erase(std::unique(times.begin(), times.end()), times.end());
  }

  Result<void> read_weekdays(std::size_t index) {
    if (!has(index)) return wrong("the weekday is missing", "name one or more, such as monday,thursday");
    for (const auto piece : split(words_[index], ',')) {
      const auto day = weekday_number(piece);
      if (!day) return unknown(piece, weekday_words(), "name weekdays in English, such as monday,thursday");
      schedule_.weekdays_.set(*day);
    }
    return {};
  }

  Result<Schedule> daily(unsigned weekdays) {
    schedule_.weekdays_ = weekdays;
    TIDINGS_TRY(read_times(1));
    TIDINGS_TRY(end_at(2));
    return std::move(schedule_);
  }

  Result<Schedule> weekly(std::size_t index) {
    TIDINGS_TRY(read_weekdays(index));
    TIDINGS_TRY(read_times(index + 1));
    TIDINGS_TRY(end_at(index + 2));
    return std::move(schedule_);
  }

  Result<Schedule> every() {
    if (has(1) && words_[1] == "post") {
      schedule_.rule_ = Schedule::Rule::posts;
      TIDINGS_TRY(end_at(2));
      return std::move(schedule_);
    }
    const auto count = has(1) ? number(words_[1]) : std::nullopt;
    if (!count || *count < 1 || *count > 52) {
      return wrong("\"every\" needs a number of weeks from 1 to 52, or \"post\"",
                   "for example \"every 2 weeks monday 08:00\" or \"every post\"");
    }
    if (!has(2) || (words_[2] != "weeks" && words_[2] != "week")) {
      const std::vector<std::string> known{"weeks"};
      if (has(2))
        return unknown(words_[2], known, "only weeks can be counted, such as \"every 2 weeks monday 08:00\"");
      return wrong("the word \"weeks\" is missing", "for example \"every 2 weeks monday 08:00\"");
    }
    schedule_.every_weeks_ = *count;
    schedule_.anchor_ = first_monday;
    if (words_.size() > 5) {
      TIDINGS_TRY(read_anchor());
      words_.resize(5);
    }
    return weekly(3);
  }

  Result<void> read_anchor() {
    const std::vector<std::string> known{"from"};
    if (words_[5] != "from")
      return unknown(words_[5], known, "after the time only \"from 2026-01-05\" may follow");
    const auto parts = has(6) ? split(words_[6], '-') : std::vector<std::string_view>{};
    const bool shaped =
        parts.size() == 3 && parts[0].size() == 4 && parts[1].size() == 2 && parts[2].size() == 2;
    const auto year = shaped ? number(parts[0]) : std::nullopt;
    const auto month = shaped ? number(parts[1]) : std::nullopt;
    const auto day = shaped ? number(parts[2]) : std::nullopt;
    const bool read = year && month && day;
    const auto date =
        read ? year_month_day{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                              std::chrono::day{static_cast<unsigned>(*day)}}
             : year_month_day{};
    if (!read || !date.ok()) return wrong("\"from\" needs a date", "write it as 2026-01-05");
    TIDINGS_TRY(end_at(7));
    schedule_.anchor_ = monday_of(local_days{date});
    return {};
  }

  Result<Schedule> monthly() {
    if (!has(1))
      return wrong("the day is missing", "for example \"monthly 1 08:00\" or \"monthly last friday 17:00\"");
    const auto ordinal = std::find(ordinal_words().begin(), ordinal_words().end(), words_[1]);
    const bool weekday_follows = has(2) && !words_[2].empty() && words_[2][0] >= 'a' && words_[2][0] <= 'z';
    if (ordinal != ordinal_words().end() && (weekday_follows || words_[1] != "last")) {
      schedule_.rule_ = Schedule::Rule::nth_weekday;
      schedule_.nth_ = static_cast<int>(ordinal - ordinal_words().begin());
      return weekly(2);
    }
    schedule_.rule_ = Schedule::Rule::month_days;
    for (const auto piece : split(words_[1], ',')) {
      const auto day = number(piece);
      if (piece == "last") {
        schedule_.month_days_.set(last_day);
      } else if (day && *day >= 1 && *day <= 31) {
        schedule_.month_days_.set(static_cast<std::size_t>(*day));
      } else if (day) {
        return wrong(fmt::format("there is no day {} in a month", *day), "days go from 1 to 31, or \"last\"");
      } else {
        return unknown(piece, ordinal_words(),
                       "name a day from 1 to 31, \"last\" or a weekday such as \"last friday\"");
      }
    }
    TIDINGS_TRY(read_times(2));
    TIDINGS_TRY(end_at(3));
    return std::move(schedule_);
  }

  // ---- cron ----

  static std::optional<int> cron_value(std::string_view text, const Range& range) {
    if (std::string_view{range.field} == "month") {
      for (int i = 0; i < 12; ++i) {
        if (text == month_names[static_cast<std::size_t>(i)]) return i + 1;
      }
    }
    if (std::string_view{range.field} == "day of the week") {
      if (const auto day = weekday_number(text)) return static_cast<int>(*day);
    }
    const auto value = number(text);
    return value && *value >= range.low && *value <= range.high ? value : std::nullopt;
  }

  /// One field as the set of its values, indexed by value.
  [[nodiscard]] Result<std::vector<bool>> cron_field(std::size_t index, const Range& range) const {
    std::vector<bool> values(static_cast<std::size_t>(range.high) + 1);
    for (const auto item : split(words_[index], ',')) {
      const auto slash = item.find('/');
      const auto body = item.substr(0, slash);
      const auto step = slash == std::string_view::npos ? std::optional{1} : number(item.substr(slash + 1));
      const auto dash = body.find('-');
      const bool star = body == "*";
      const auto low = star ? std::optional{range.low} : cron_value(body.substr(0, dash), range);
      const auto high = star                             ? std::optional{range.high}
                        : dash == std::string_view::npos ? low
                                                         : cron_value(body.substr(dash + 1), range);
      const bool step_without_range =
          slash != std::string_view::npos && !star && dash == std::string_view::npos;
      if (!low || !high || !step || *low > *high || *step < 1 || step_without_range) {
        return wrong(fmt::format("\"{}\" is not a cron {}", item, range.field),
                     fmt::format("use *, */2, numbers from {} to {}, ranges such as 1-5, and commas",
                                 range.low, range.high));
      }
      for (int value = *low; value <= *high; value += *step) values[static_cast<std::size_t>(value)] = true;
    }
    return values;
  }

  Result<Schedule> cron() {
    schedule_.rule_ = Schedule::Rule::cron;
    TIDINGS_LET(const auto minute, cron_field(0, {"minute", 0, 59}));
    TIDINGS_LET(const auto hour, cron_field(1, {"hour", 0, 23}));
    TIDINGS_LET(const auto month_day, cron_field(2, {"day of the month", 1, 31}));
    TIDINGS_LET(const auto month, cron_field(3, {"month", 1, 12}));
    TIDINGS_LET(const auto week_day, cron_field(4, {"day of the week", 0, 7}));
    for (int time = 0; time < 24 * 60; ++time) {
      if (hour[static_cast<std::size_t>(time / 60)] && minute[static_cast<std::size_t>(time % 60)]) {
        schedule_.times_.emplace_back(time);
      }
    }
    for (std::size_t i = 1; i <= 31; ++i) schedule_.month_days_[i] = month_day[i];
    for (std::size_t i = 1; i <= 12; ++i) schedule_.months_[i] = month[i];
    for (std::size_t i = 0; i <= 7; ++i) {
      if (week_day[i]) schedule_.weekdays_.set(i % 7);
    }
    schedule_.both_day_fields_ = words_[2][0] != '*' && words_[4][0] != '*';
    // 28 years contain every pairing of date and weekday.
    const local_days start{
        year_month_day{std::chrono::year{2000}, std::chrono::January, std::chrono::day{1}}};
    for (int i = 0; i < 28 * 366; ++i) {
      if (schedule_.runs_on(start + days{i})) return std::move(schedule_);
    }
    return wrong("this date never occurs", "check the day of the month against the month");
  }

  std::string lower_;
  std::vector<std::string_view> words_;
  Schedule schedule_;
};

Result<Schedule> parse_schedule(std::string_view text) {
  if (text.size() > 200) return fail(Errc::config, "schedule: longer than 200 bytes");
  return ScheduleParser{text}.parse();
}

// ---- running
// --------------------------------------------------------------------------------------------------------

bool Schedule::cron_runs_on(const year_month_day& date, unsigned week_day) const {
  if (!months_[static_cast<unsigned>(date.month())]) return false;
  const bool by_date = month_days_[static_cast<unsigned>(date.day())];
  const bool by_weekday = weekdays_[week_day];
  return both_day_fields_ ? by_date || by_weekday : by_date && by_weekday;
}

bool Schedule::runs_on(local_days day) const {
  const unsigned week_day = weekday{day}.c_encoding();
  const year_month_day date{day};
  switch (rule_) {
    case Rule::weekdays: {
      if (!weekdays_[week_day]) return false;
      const auto weeks = (monday_of(day) - anchor_).count() / 7;
      return every_weeks_ == 1 || weeks % every_weeks_ == 0;
    }
    case Rule::month_days: {
      if (month_days_[static_cast<unsigned>(date.day())]) return true;
      const auto length = (date.year() / date.month() / std::chrono::last).day();
      if (date.day() != length) return false;
      for (auto later = static_cast<std::size_t>(static_cast<unsigned>(length)) + 1; later <= last_day;
           ++later) {
        if (month_days_[later]) return true;
      }
      return false;
    }
    case Rule::nth_weekday: {
      if (!weekdays_[week_day]) return false;
      if (nth_ == 0) return year_month_day{day + days{7}}.month() != date.month();
      return static_cast<int>((static_cast<unsigned>(date.day()) - 1) / 7) + 1 == nth_;
    }
    case Rule::cron: return cron_runs_on(date, week_day);
    case Rule::posts: return true;
  }
  return false;
}

UtcTime Schedule::next_run(UtcTime after, const Zone& zone) const {
  if (follows_posts()) return last_run(after, zone) + step_;
  // A day early: if a wall time occurs twice, `after` may read earlier than the instants that follow it.
  auto day = std::chrono::floor<days>(zone.to_local(after)) - days{1};
  for (int i = 0; i < search_days; ++i, day += days{1}) {
    if (!runs_on(day)) continue;
    // Instants never decrease along the wall clock: see Zone::to_utc().
    const auto time = std::partition_point(
        times_.begin(), times_.end(), [&](minutes t) { return zone.to_utc(LocalTime{day + t}) <= after; });
    if (time != times_.end()) return zone.to_utc(LocalTime{day + *time});
  }
  TIDINGS_CHECK(false && "a schedule that parsed has runs");
  return {};
}

UtcTime Schedule::last_run(UtcTime at_or_before, const Zone& zone) const {
  if (follows_posts()) {
    const auto since_1970 = at_or_before.time_since_epoch();
    const auto past = since_1970 % std::chrono::milliseconds{step_};
    return at_or_before - (past.count() < 0 ? past + step_ : past);
  }
  auto day = std::chrono::floor<days>(zone.to_local(at_or_before)) + days{1};
  for (int i = 0; i < search_days; ++i, day -= days{1}) {
    if (!runs_on(day)) continue;
    const auto time = std::partition_point(times_.begin(), times_.end(), [&](minutes t) {
      return zone.to_utc(LocalTime{day + t}) <= at_or_before;
    });
    if (time != times_.begin()) return zone.to_utc(LocalTime{day + *std::prev(time)});
  }
  TIDINGS_CHECK(false && "a schedule that parsed has runs");
  return {};
}

// ---- in words
// -------------------------------------------------------------------------------------------------------

std::string Schedule::describe_days() const {
  std::vector<std::string> names;
  for (unsigned i = 1; i <= 7; ++i) {
    if (weekdays_[i % 7]) names.push_back(capitalised(weekday_names[i % 7]));
  }
  switch (rule_) {
    case Rule::weekdays:
      if (every_weeks_ > 1) return fmt::format("every {} weeks on {}", every_weeks_, enumerate(names));
      if (weekdays_.all()) return "every day";
      if (weekdays_ == std::bitset<7>{0x3E}) return "Monday to Friday";
      return "every " + enumerate(names);
    case Rule::month_days: {
      std::vector<std::string> dates;
      for (std::size_t i = 1; i <= 31; ++i) {
        if (month_days_[i]) dates.push_back(std::to_string(i));
      }
      std::string out =
          dates.empty() ? "" : fmt::format("{} {}", dates.size() == 1 ? "day" : "days", enumerate(dates));
      if (month_days_[last_day]) out += out.empty() ? "the last day" : " and the last day";
      return fmt::format("on {} of each month", out);
    }
    case Rule::nth_weekday:
      return fmt::format("on the {} {} of each month", ordinal_words()[static_cast<std::size_t>(nth_)],
                         enumerate(names));
    case Rule::cron:
    case Rule::posts: break;
  }
  return "cron " + text_;
}

std::string Schedule::describe() const {
  if (rule_ == Rule::cron) return describe_days();
  if (follows_posts()) return fmt::format("with every post, at most every {}", format_duration(step_));
  std::vector<std::string> times;
  for (const auto time : times_)
    times.push_back(fmt::format("{:02}:{:02}", time.count() / 60, time.count() % 60));
  return fmt::format("{} at {}", describe_days(), enumerate(times));
}

}  // namespace tidings::digest
