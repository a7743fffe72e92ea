// When a digest runs: the schedule grammar, and its exact instants in the newsletter's zone. Pure except for
// the zone table.
//
//   daily 07:30                      weekdays 07:30                  (Monday to Friday)
//   weekly monday,thursday 08:00     every 2 weeks monday 08:00 [from 2026-01-05]
//   monthly 1 08:00                  monthly 1,15 08:00              monthly last 08:00 (the last day)
//   monthly last friday 17:00        monthly first|second|third|fourth WEEKDAY 08:00
//   30 7 * * 1-5                     five-field cron: minute hour day-of-month month day-of-week
//   every post                       whenever there are new posts, at most once in a step of minutes
//
// Case does not matter; weekdays may be abbreviated to three letters; a time is HH:MM, or several joined by
// commas.
//
// - Weeks begin on Monday. "every N weeks" runs in the week of its `from` date and in each Nth week before
//   and after; without `from` the count starts at Monday 5 January 1970, so the result never depends on when
//   it is computed.
// - Days 29 to 31 of "monthly" mean the last day of shorter months. Cron keeps cron's meaning: no such day,
//   no run; if both day fields are restricted (neither begins with "*"), a day that matches either counts, as
//   in crontab(5).
// - Each wall-clock time runs once: one that DST skips at the first instant after the gap (several skipped
//   ones together), one that occurs twice at the first.
#pragma once

#include <array>
#include <bitset>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/zone.hpp"

namespace tidings::digest {

class Schedule {
 public:
  /// "every post": its runs are the instants at which it is asked whether there are posts; where there are
  /// none nothing was missed.
  [[nodiscard]] bool follows_posts() const { return rule_ == Rule::posts; }

  /// The time between two runs of "every post", from a minute to a day.
  void set_step(std::chrono::minutes step) { step_ = step; }
  static constexpr std::chrono::minutes usual_step{15};

  /// The first run strictly after `after`.
  [[nodiscard]] UtcTime next_run(UtcTime after, const Zone& zone) const;

  /// The newest run at or before that instant.
  [[nodiscard]] UtcTime last_run(UtcTime at_or_before, const Zone& zone) const;

  /// For people, in English: "every Monday and Thursday at 08:00".
  [[nodiscard]] std::string describe() const;

  /// As written, blanks collapsed.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  friend class ScheduleParser;

  enum class Rule { weekdays, month_days, nth_weekday, cron, posts };

  [[nodiscard]] bool runs_on(std::chrono::local_days day) const;
  [[nodiscard]] bool cron_runs_on(const std::chrono::year_month_day& date, unsigned weekday) const;
  [[nodiscard]] std::string describe_days() const;

  Rule rule_ = Rule::weekdays;
  std::bitset<7> weekdays_;                  // by c_encoding: Sunday is 0
  int every_weeks_ = 1;                      // with weekdays_
  std::chrono::local_days anchor_{};         // the Monday from which every_weeks_ counts
  std::bitset<33> month_days_;               // 1..31; 32 is "last"
  int nth_ = 0;                              // with nth_weekday: 1..4, or 0 for the last
  std::bitset<13> months_;                   // cron only
  bool both_day_fields_ = false;             // cron: month_days_ and weekdays_ are both restricted
  std::vector<std::chrono::minutes> times_;  // ascending, unique, from midnight on the wall clock
  std::chrono::minutes step_ = usual_step;   // "every post", counted from 1970 on
  std::string text_;
};

/// Errc::config names the wrong word, with the nearest known one as hint; also for a cron line that never
/// matches ("0 0 30 2 *").
[[nodiscard]] Result<Schedule> parse_schedule(std::string_view text);

}  // namespace tidings::digest
