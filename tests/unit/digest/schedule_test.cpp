#include "digest/schedule.hpp"

#include <set>

#include <doctest/doctest.h>

using namespace tidings;
using namespace tidings::digest;
using namespace std::chrono;

namespace {

UtcTime at(std::string_view text) { return *parse_rfc3339(text); }
Zone zone(std::string_view name) { return *Zone::find(name); }

std::vector<std::string> runs(std::string_view schedule, std::string_view zone_name, std::string_view after,
                              int count) {
  const auto parsed = parse_schedule(schedule);
  REQUIRE_MESSAGE(parsed, (parsed ? "" : parsed.error().line()));
  const auto where = zone(zone_name);
  std::vector<std::string> out;
  auto t = at(after);
  for (int i = 0; i < count; ++i) {
    t = parsed->next_run(t, where);
    out.push_back(format_rfc3339(t));
  }
  return out;
}

using Times = std::vector<std::string>;

}  // namespace

TEST_CASE("schedule: each rule runs when it says") {
  CHECK(runs("daily 07:30", "UTC", "2026-01-05T07:30:00Z", 2) ==
        Times{"2026-01-06T07:30:00Z", "2026-01-07T07:30:00Z"});
  CHECK(runs("daily 18:00,07:30", "UTC", "2026-01-05T07:30:00Z", 2) ==
        Times{"2026-01-05T18:00:00Z", "2026-01-06T07:30:00Z"});
  CHECK(runs("weekdays 07:30", "UTC", "2026-01-08T12:00:00Z", 3) ==
        Times{"2026-01-09T07:30:00Z", "2026-01-12T07:30:00Z", "2026-01-13T07:30:00Z"});
  CHECK(runs("weekly monday,thursday 08:00", "Europe/Athens", "2026-01-05T06:00:00Z", 3) ==
        Times{"2026-01-08T06:00:00Z", "2026-01-12T06:00:00Z", "2026-01-15T06:00:00Z"});
  CHECK(runs("Weekly  MON 8:00", "UTC", "2026-01-05T07:59:59Z", 1) == Times{"2026-01-05T08:00:00Z"});
  CHECK(runs("monthly 1 08:00", "UTC", "2026-01-05T00:00:00Z", 2) ==
        Times{"2026-02-01T08:00:00Z", "2026-03-01T08:00:00Z"});
  CHECK(runs("monthly 1,15 08:00", "UTC", "2026-01-05T00:00:00Z", 2) ==
        Times{"2026-01-15T08:00:00Z", "2026-02-01T08:00:00Z"});
  CHECK(runs("monthly last friday 17:00", "UTC", "2026-01-05T00:00:00Z", 3) ==
        Times{"2026-01-30T17:00:00Z", "2026-02-27T17:00:00Z", "2026-03-27T17:00:00Z"});
  CHECK(runs("monthly second tuesday 09:00", "UTC", "2026-01-05T00:00:00Z", 2) ==
        Times{"2026-01-13T09:00:00Z", "2026-02-10T09:00:00Z"});
  CHECK(runs("monthly first sunday 09:00", "UTC", "2026-02-01T09:00:00Z", 1) ==
        Times{"2026-03-01T09:00:00Z"});
}

TEST_CASE("schedule: a month that is too short runs on its last day, once") {
  CHECK(
      runs("monthly 31 08:00", "UTC", "2026-01-31T08:00:00Z", 4) ==
      Times{"2026-02-28T08:00:00Z", "2026-03-31T08:00:00Z", "2026-04-30T08:00:00Z", "2026-05-31T08:00:00Z"});
  CHECK(runs("monthly 29,30,31 08:00", "UTC", "2028-02-01T00:00:00Z", 2) ==
        Times{"2028-02-29T08:00:00Z", "2028-03-29T08:00:00Z"});
  CHECK(runs("monthly 29 08:00", "UTC", "2026-02-01T00:00:00Z", 1) == Times{"2026-02-28T08:00:00Z"});
  CHECK(runs("monthly 30 08:00", "UTC", "2026-04-01T00:00:00Z", 2) ==
        Times{"2026-04-30T08:00:00Z", "2026-05-30T08:00:00Z"});
  CHECK(runs("monthly last 08:00", "UTC", "2026-02-01T00:00:00Z", 2) ==
        Times{"2026-02-28T08:00:00Z", "2026-03-31T08:00:00Z"});
}

TEST_CASE("schedule: every N weeks counts from its date, or from 5 January 1970, whenever it is asked") {
  CHECK(runs("every 2 weeks monday 08:00 from 2026-01-05", "UTC", "2026-01-01T00:00:00Z", 3) ==
        Times{"2026-01-05T08:00:00Z", "2026-01-19T08:00:00Z", "2026-02-02T08:00:00Z"});
  CHECK(runs("every 2 weeks monday,thursday 08:00 from 2026-01-14", "UTC", "2026-01-01T00:00:00Z", 3) ==
        Times{"2026-01-01T08:00:00Z", "2026-01-12T08:00:00Z", "2026-01-15T08:00:00Z"});
  // 1970-01-05 plus 2922 weeks is 2026-01-05.
  CHECK(runs("every 2 weeks monday 08:00", "UTC", "2026-01-01T00:00:00Z", 2) ==
        Times{"2026-01-05T08:00:00Z", "2026-01-19T08:00:00Z"});
  CHECK(runs("every 1 week monday 08:00", "UTC", "2026-01-05T09:00:00Z", 1) == Times{"2026-01-12T08:00:00Z"});
  CHECK(runs("every 3 weeks sunday 08:00", "UTC", "1969-12-01T00:00:00Z", 2) ==
        Times{"1969-12-21T08:00:00Z", "1970-01-11T08:00:00Z"});
}

TEST_CASE("schedule: cron fields mean what crontab(5) says") {
  CHECK(runs("30 7 * * 1-5", "UTC", "2026-01-09T08:00:00Z", 1) == Times{"2026-01-12T07:30:00Z"});
  CHECK(runs("0 */6 * * *", "UTC", "2026-01-09T08:00:00Z", 3) ==
        Times{"2026-01-09T12:00:00Z", "2026-01-09T18:00:00Z", "2026-01-10T00:00:00Z"});
  CHECK(runs("0 8 1 jan,jul *", "UTC", "2026-01-09T08:00:00Z", 2) ==
        Times{"2026-07-01T08:00:00Z", "2027-01-01T08:00:00Z"});
  // Both day fields restricted: either is enough.
  CHECK(runs("0 8 13 * fri", "UTC", "2026-01-09T08:00:00Z", 3) ==
        Times{"2026-01-13T08:00:00Z", "2026-01-16T08:00:00Z", "2026-01-23T08:00:00Z"});
  // A field that begins with a star restricts nothing by itself: both must hold.
  CHECK(runs("0 8 */2 * mon", "UTC", "2026-01-05T08:00:00Z", 2) ==
        Times{"2026-01-19T08:00:00Z", "2026-02-09T08:00:00Z"});
  CHECK(runs("0 8 * * 7", "UTC", "2026-01-05T08:00:00Z", 1) == Times{"2026-01-11T08:00:00Z"});
  CHECK(runs("0 8 * * 5-7", "UTC", "2026-01-05T08:00:00Z", 3) ==
        Times{"2026-01-09T08:00:00Z", "2026-01-10T08:00:00Z", "2026-01-11T08:00:00Z"});
  CHECK(runs("0 8 31 * *", "UTC", "2026-01-31T08:00:00Z", 1) == Times{"2026-03-31T08:00:00Z"});
  CHECK(runs("0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", 1) == Times{"2104-02-29T00:00:00Z"});
}

TEST_CASE("schedule: a wall time that does not exist runs once, right after the gap") {
  // Athens, 2026-03-29: 03:00 becomes 04:00 at 01:00Z.
  CHECK(runs("daily 03:30", "Europe/Athens", "2026-03-27T12:00:00Z", 3) ==
        Times{"2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"});
  CHECK(runs("*/20 3 * * *", "Europe/Athens", "2026-03-28T12:00:00Z", 2) ==
        Times{"2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"});
  CHECK(runs("daily 02:30", "America/New_York", "2026-03-08T00:00:00Z", 2) ==
        Times{"2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"});
  // Samoa had no 30 December 2011.
  CHECK(runs("daily 12:00", "Pacific/Apia", "2011-12-29T00:00:00Z", 3) ==
        Times{"2011-12-29T22:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T22:00:00Z"});
}

TEST_CASE("schedule: a wall time that occurs twice runs once, at the first") {
  // Athens, 2026-10-25: 04:00 becomes 03:00 at 01:00Z.
  CHECK(runs("daily 03:30", "Europe/Athens", "2026-10-24T12:00:00Z", 2) ==
        Times{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"});
  CHECK(
      runs("*/30 3,4 * * *", "Europe/Athens", "2026-10-24T12:00:00Z", 4) ==
      Times{"2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T02:00:00Z", "2026-10-25T02:30:00Z"});
  // Asked inside the second 03:30, the first one is past.
  CHECK(runs("daily 03:30", "Europe/Athens", "2026-10-25T01:20:00Z", 1) == Times{"2026-10-26T01:30:00Z"});
}

TEST_CASE(
    "schedule: the last run is the newest one at or before, for each minute around a change of the clocks") {
  for (const auto* name : {"Europe/Athens", "America/New_York", "Australia/Lord_Howe", "UTC"}) {
    const auto where = zone(name);
    for (const auto* text : {"daily 03:30", "daily 02:15,02:45", "* * * * *", "weekly sunday 02:30",
                             "monthly last sunday 03:00"}) {
      const auto schedule = *parse_schedule(text);
      for (const auto* day : {"2026-03-08T00:00:00Z", "2026-03-29T00:00:00Z", "2026-04-04T12:00:00Z",
                              "2026-10-03T12:00:00Z", "2026-10-25T00:00:00Z", "2026-11-01T00:00:00Z"}) {
        for (auto t = at(day); t < at(day) + hours{9}; t += minutes{7}) {
          const auto last = schedule.last_run(t, where);
          const auto next = schedule.next_run(t, where);
          REQUIRE(last <= t);
          REQUIRE(t < next);
          REQUIRE(schedule.next_run(last, where) == next);
          REQUIRE(schedule.last_run(last, where) == last);
          REQUIRE(schedule.last_run(next - milliseconds{1}, where) == last);
        }
      }
    }
  }
}

TEST_CASE("schedule: a mistake is named, with the nearest known word") {
  struct Row {
    const char* text;
    const char* what;
    const char* hint;
  };
  const Row rows[] = {
      {"", "is empty", "weekly monday 08:00"},
      {"weekley monday 08:00", "\"weekley\"", "did you mean \"weekly\"?"},
      {"weekly mondy 08:00", "\"mondy\"", "did you mean \"monday\"?"},
      {"weekly monday,thurday 08:00", "\"thurday\"", "did you mean \"thursday\"?"},
      {"weekly 08:00", "\"08:00\"", "weekdays"},
      {"weekly monday", "time is missing", "08:00"},
      {"weekly", "weekday is missing", "monday"},
      {"daily 7.30", "\"7.30\" is not a time", "HH:MM"},
      {"daily 24:00", "\"24:00\"", "23:59"},
      {"daily 07:60", "\"07:60\"", "HH:MM"},
      {"daily 07:30 08:30", "unexpected word \"08:30\"", "time"},
      {"daily -1:30", "\"-1:30\"", "HH:MM"},
      {"monthly 0 08:00", "no day 0", "1 to 31"},
      {"monthly 32 08:00", "no day 32", "1 to 31"},
      {"monthly lst friday 08:00", "\"lst\"", "did you mean \"last\"?"},
      {"monthly last fryday 08:00", "\"fryday\"", "did you mean \"friday\"?"},
      {"monthly", "day is missing", "monthly 1 08:00"},
      {"monthly first 08:00", "\"08:00\"", "weekdays"},
      {"every 0 weeks monday 08:00", "1 to 52", "every 2 weeks"},
      {"every 2 days monday 08:00", "\"days\"", "weeks"},
      {"every 2 weeks monday 08:00 from 2026-02-30", "needs a date", "2026-01-05"},
      {"every 2 weeks monday 08:00 frm 2026-02-20", "\"frm\"", "did you mean \"from\"?"},
      {"every 2 weeks monday 08:00 from 2026-02-20 now", "\"now\"", "time"},
      {"60 7 * * *", "\"60\" is not a cron minute", "0 to 59"},
      {"0 7 * * 8", "day of the week", "0 to 7"},
      {"0 7 * foo *", "\"foo\" is not a cron month", "1 to 12"},
      {"0 7-5 * * *", "\"7-5\"", "ranges"},
      {"0 */0 * * *", "\"*/0\"", "numbers"},
      {"0 5/2 * * *", "\"5/2\"", "ranges"},
      {"0 0 30 2 *", "never occurs", "month"},
      {"fortnightly", "\"fortnightly\" is not a schedule", "cron"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto schedule = parse_schedule(row.text);
    REQUIRE_FALSE(schedule);
    CAPTURE(schedule.error().line());
    CHECK(schedule.error().code == Errc::config);
    CHECK(schedule.error().what.find(row.what) != std::string::npos);
    CHECK(schedule.error().hint.find(row.hint) != std::string::npos);
    CHECK(schedule.error().line().find('\n') == std::string::npos);
  }
}

TEST_CASE("schedule: a schedule cut at every byte is read or refused, never worse") {
  for (const std::string text : {"every 2 weeks monday,thursday 08:00 from 2026-01-05",
                                 "monthly last friday 17:00", "*/5 1-4/2 1,2 jan-mar mon-fri"}) {
    for (std::size_t size = 0; size <= text.size(); ++size) {
      if (const auto schedule = parse_schedule(text.substr(0, size))) {
        CHECK(schedule->next_run(from_ms(0), zone("UTC")) > from_ms(0));
      }
    }
    CHECK(parse_schedule(text));
  }
}

TEST_CASE("schedule: it describes itself") {
  const std::pair<const char*, const char*> rows[] = {
      {"daily 07:30", "every day at 07:30"},
      {"weekdays 07:30,18:00", "Monday to Friday at 07:30 and 18:00"},
      {"weekly thu,mon,sun 8:00", "every Monday, Thursday and Sunday at 08:00"},
      {"every 2 weeks monday 08:00", "every 2 weeks on Monday at 08:00"},
      {"monthly 1 08:00", "on day 1 of each month at 08:00"},
      {"monthly 1,15,last 08:00", "on days 1 and 15 and the last day of each month at 08:00"},
      {"monthly last 08:00", "on the last day of each month at 08:00"},
      {"monthly last friday 17:00", "on the last Friday of each month at 17:00"},
      {"30 7  * * 1-5", "cron 30 7 * * 1-5"},
      {"Every post", "with every post, at most every 15m"},
  };
  for (const auto& [text, words] : rows) CHECK(parse_schedule(text)->describe() == words);
  CHECK(parse_schedule(" Daily   07:30 ")->text() == "Daily 07:30");
}

TEST_CASE("schedule: one that follows posts is asked in equal steps, whatever the wall clock does") {
  CHECK(runs("every post", "Europe/Athens", "2026-03-29T00:50:30Z", 3) ==
        Times{"2026-03-29T01:00:00Z", "2026-03-29T01:15:00Z", "2026-03-29T01:30:00Z"});
  auto schedule = *parse_schedule("every post");
  const auto utc = zone("UTC");
  schedule.set_step(hours{1});
  CHECK(format_rfc3339(schedule.last_run(at("2026-03-29T01:59:59Z"), utc)) == "2026-03-29T01:00:00Z");
  CHECK(format_rfc3339(schedule.last_run(at("2026-03-29T01:00:00Z"), utc)) == "2026-03-29T01:00:00Z");
  CHECK(format_rfc3339(schedule.next_run(at("2026-03-29T01:00:00Z"), utc)) == "2026-03-29T02:00:00Z");
  CHECK(format_rfc3339(schedule.last_run(at("1969-12-31T23:59:59Z"), utc)) == "1969-12-31T23:00:00Z");
  CHECK(schedule.follows_posts());
  CHECK_FALSE(parse_schedule("every 2 weeks monday 08:00")->follows_posts());
  CHECK(parse_schedule("every post 08:00").error().what.find("unexpected word \"08:00\"") !=
        std::string::npos);
}
