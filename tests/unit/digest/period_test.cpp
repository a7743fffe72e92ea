#include "digest/period.hpp"

#include <doctest/doctest.h>

using namespace tidings;
using namespace tidings::digest;
using namespace std::chrono;

namespace {

UtcTime at(std::string_view text) { return *parse_rfc3339(text); }

const Zone& athens() {
  static const Zone zone = *Zone::find("Europe/Athens");
  return zone;
}

Schedule weekly() { return *parse_schedule("weekly monday 08:00"); }

History covered(std::string_view until) {
  const auto t = at(until);
  return {.origin = History::Origin{.from = at("2025-12-01T06:00:00Z"), .cut = at("2025-12-08T06:10:00Z")},
          .covered_until = t,
          .judged_cut = t,
          .newest_run = t,
          .next_number = 5};
}

History known(std::string_view since) {
  History out;
  out.known_since = at(since);
  return out;
}

}  // namespace

TEST_CASE("period: the first edition is the next run after the digest was known, and looks back one period") {
  CHECK_FALSE(due_plan(weekly(), athens(), {}, at("2026-01-05T06:05:00Z")));
  const auto history = known("2026-01-05T06:05:00Z");
  CHECK_FALSE_MESSAGE(due_plan(weekly(), athens(), history, at("2026-01-12T05:59:59Z")),
                      "nothing is owed from before");
  const auto plan = due_plan(weekly(), athens(), history, at("2026-01-12T06:10:00Z"));
  REQUIRE(plan);
  CHECK(plan->scheduled == at("2026-01-12T06:00:00Z"));
  CHECK(plan->period == Period{at("2026-01-05T06:00:00Z"), at("2026-01-12T06:00:00Z")});
  CHECK(plan->missed_runs == 0);
  CHECK_MESSAGE(due_plan(weekly(), athens(), known("2026-01-05T06:00:00Z"), at("2026-01-05T06:00:00Z")),
                "known in the instant of its run");
}

TEST_CASE("period: a first edition that was missed covers all that was owed") {
  const auto plan = due_plan(weekly(), athens(), known("2026-01-07T10:00:00Z"), at("2026-01-29T12:00:00Z"));
  REQUIRE(plan);
  CHECK(plan->period == Period{at("2026-01-05T06:00:00Z"), at("2026-01-26T06:00:00Z")});
  CHECK(plan->missed_runs == 2);
}

TEST_CASE("period: a digest that is known from the future owes the run at hand") {
  const auto plan = due_plan(weekly(), athens(), known("2030-01-01T00:00:00Z"), at("2026-01-05T06:05:00Z"));
  REQUIRE(plan);
  CHECK(plan->period == Period{at("2025-12-29T06:00:00Z"), at("2026-01-05T06:00:00Z")});
}

TEST_CASE("period: a cancelled first edition is followed by one that reaches as far back") {
  auto history = known("2026-01-07T10:00:00Z");
  history.newest_run = at("2026-01-07T11:00:00Z");
  history.cancelled_from = at("2025-12-31T11:00:00Z");
  const auto plan = due_plan(weekly(), athens(), history, at("2026-01-12T06:00:00Z"));
  REQUIRE(plan);
  CHECK(plan->period == Period{at("2025-12-31T11:00:00Z"), at("2026-01-12T06:00:00Z")});
}

TEST_CASE("period: an edition begins where the one before it ended") {
  const auto plan = due_plan(weekly(), athens(), covered("2026-01-05T06:00:00Z"), at("2026-01-12T06:00:00Z"));
  REQUIRE(plan);
  CHECK(plan->period == Period{at("2026-01-05T06:00:00Z"), at("2026-01-12T06:00:00Z")});
  CHECK(plan->missed_runs == 0);
}

TEST_CASE("period: a week with a change of the clocks is an hour shorter or longer") {
  const auto spring =
      due_plan(weekly(), athens(), covered("2026-03-23T06:00:00Z"), at("2026-03-30T05:00:00Z"));
  REQUIRE(spring);
  CHECK(spring->period.until - spring->period.from == hours{7 * 24 - 1});
  const auto autumn =
      due_plan(weekly(), athens(), covered("2026-10-19T05:00:00Z"), at("2026-10-26T06:00:00Z"));
  REQUIRE(autumn);
  CHECK(autumn->period.until - autumn->period.from == hours{7 * 24 + 1});
}

TEST_CASE("period: nothing is due before the next run, nor twice for one run") {
  const auto history = covered("2026-01-05T06:00:00Z");
  CHECK_FALSE(due_plan(weekly(), athens(), history, at("2026-01-05T06:00:00Z")));
  CHECK_FALSE(due_plan(weekly(), athens(), history, at("2026-01-12T05:59:59Z")));
  CHECK(due_plan(weekly(), athens(), history, at("2026-01-12T06:00:00Z")));
}

TEST_CASE("period: one catch-up edition covers all runs that were missed") {
  const auto plan = due_plan(weekly(), athens(), covered("2026-01-05T06:00:00Z"), at("2026-01-29T12:00:00Z"));
  REQUIRE(plan);
  CHECK(plan->scheduled == at("2026-01-26T06:00:00Z"));
  CHECK(plan->period == Period{at("2026-01-05T06:00:00Z"), at("2026-01-26T06:00:00Z")});
  CHECK(plan->missed_runs == 2);
  CHECK(plan->nominal == hours{7 * 24});
}

TEST_CASE("period: a cancelled run is not made again, the next one covers it") {
  auto history = covered("2026-01-05T06:00:00Z");
  history.newest_run = at("2026-01-12T06:00:00Z");
  CHECK_FALSE(due_plan(weekly(), athens(), history, at("2026-01-13T06:00:00Z")));
  const auto plan = due_plan(weekly(), athens(), history, at("2026-01-19T06:00:00Z"));
  REQUIRE(plan);
  CHECK(plan->period.from == at("2026-01-05T06:00:00Z"));
}

TEST_CASE("period: an edition off the schedule ends now and the next regular one goes on from there") {
  const auto now = at("2026-01-07T10:00:00Z");
  const auto plan = plan_now(weekly(), athens(), covered("2026-01-05T06:00:00Z"), now);
  REQUIRE(plan);
  CHECK(plan->scheduled == now);
  CHECK(plan->period == Period{at("2026-01-05T06:00:00Z"), now});
  const auto next = due_plan(weekly(), athens(), covered("2026-01-07T10:00:00Z"), at("2026-01-12T06:00:00Z"));
  REQUIRE(next);
  CHECK(next->period.from == now);
  CHECK_FALSE(due_plan(weekly(), athens(), covered("2026-01-07T10:00:00Z"), at("2026-01-08T06:00:00Z")));
  CHECK_FALSE(plan_now(weekly(), athens(), covered("2026-01-07T10:00:00Z"), now));
}

TEST_CASE("period: the very first edition off the schedule looks back a whole period") {
  const auto plan = plan_now(weekly(), athens(), known("2026-01-05T06:05:00Z"), at("2026-01-05T06:05:00Z"));
  REQUIRE(plan);
  CHECK(plan->period.from == at("2025-12-29T06:05:00Z"));
  CHECK(plan->missed_runs == 0);
}

TEST_CASE("period: what is too late is held") {
  const auto scheduled = at("2026-01-12T06:00:00Z");
  CHECK_FALSE(too_late(scheduled, at("2026-01-13T18:00:00Z"), hours{36}));
  CHECK(too_late(scheduled, at("2026-01-13T18:00:00.001Z"), hours{36}));
}

namespace {

/// From the date line to the date line.
const std::vector<Zone>& everywhere() {
  static const std::vector<Zone> zones{athens(), *Zone::find("Pacific/Kiritimati"),
                                       *Zone::find("America/Lima"), *Zone::find("Pacific/Pago_Pago")};
  return zones;
}

std::optional<Plan> local_plan(std::string_view schedule, const History& history, std::string_view now) {
  return due_local_plan(*parse_schedule(schedule), {.own = athens(), .zones = everywhere()}, history,
                        at(now));
}

}  // namespace

TEST_CASE("period: with local_time an edition is due in the first zone and ends there") {
  auto history = covered("2026-02-02T18:00:00Z");
  history.newest_run = at("2026-02-03T06:00:00Z");
  history.is_newest_local = true;
  CHECK_FALSE(local_plan("daily 08:00", history, "2026-02-03T17:59:59Z"));
  const auto plan = local_plan("daily 08:00", history, "2026-02-03T18:00:00Z");
  REQUIRE(plan);
  CHECK(plan->wall == at("2026-02-04T08:00:00Z"));
  CHECK(plan->scheduled == at("2026-02-04T06:00:00Z"));
  CHECK(plan->last_hour == at("2026-02-04T19:00:00Z"));
  CHECK(plan->period == Period{at("2026-02-02T18:00:00Z"), at("2026-02-03T18:00:00Z")});
  CHECK(plan->missed_runs == 0);
  CHECK_MESSAGE(plan_now(*parse_schedule("daily 08:00"), athens(), history, at("2026-02-03T01:00:00Z")),
                "the newest run is still to come, and its edition is covered");
}

TEST_CASE("period: a zone further east than any before opens no run twice and leaves no gap") {
  // Sealed when Samoa was the only zone; the next run has opened in Kiribati before that.
  auto history = covered("2026-02-03T19:00:00Z");
  history.newest_run = at("2026-02-03T06:00:00Z");
  const auto plan = local_plan("daily 08:00", history, "2026-02-03T19:00:01Z");
  REQUIRE(plan);
  CHECK(plan->period == Period{at("2026-02-03T19:00:00Z"), at("2026-02-03T19:00:00.001Z")});
  CHECK_FALSE(local_plan("daily 08:00", history, "2026-02-03T19:00:00Z"));
}

TEST_CASE("period: missed local runs are covered by the newest that has opened") {
  auto history = covered("2026-02-02T18:00:00Z");
  history.newest_run = at("2026-02-03T06:00:00Z");
  const auto plan = local_plan("daily 08:00", history, "2026-02-06T20:00:00Z");
  REQUIRE(plan);
  CHECK(plan->wall == at("2026-02-07T08:00:00Z"));
  CHECK(plan->missed_runs == 3);
  CHECK(plan->period.from == at("2026-02-02T18:00:00Z"));
}

TEST_CASE("period: a first local edition is that of the newsletter's next run") {
  CHECK_FALSE(local_plan("daily 08:00", known("2026-02-03T07:00:00Z"), "2026-02-03T08:00:00Z"));
  const auto plan = local_plan("daily 08:00", known("2026-02-03T07:00:00Z"), "2026-02-03T18:00:00Z");
  REQUIRE(plan);
  CHECK(plan->wall == at("2026-02-04T08:00:00Z"));
  CHECK(plan->period == Period{at("2026-02-02T18:00:00Z"), at("2026-02-03T18:00:00Z")});
}

TEST_CASE("period: an hour in a gap is the first moment behind it, one that comes twice the first") {
  const auto berlin = *Zone::find("Europe/Berlin");
  CHECK(hour_in(berlin, at("2026-03-29T02:30:00Z")) == at("2026-03-29T01:00:00Z"));
  CHECK(hour_in(berlin, at("2026-10-25T02:30:00Z")) == at("2026-10-25T00:30:00Z"));
  const auto nightly = *parse_schedule("daily 02:30");
  CHECK(next_hour_in(nightly, berlin, at("2026-03-28T12:00:00Z")) == at("2026-03-29T01:00:00Z"));
  CHECK(next_hour_in(nightly, berlin, at("2026-03-29T01:00:00Z")) == at("2026-03-30T00:30:00Z"));
  CHECK(next_opening(nightly, {.own = athens(), .zones = everywhere()}, at("2026-02-03T12:00:00Z")) ==
        at("2026-02-03T12:30:00Z"));
}
