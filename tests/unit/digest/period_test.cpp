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
          .posts_until = t,
          .posts_cut = t,
          .newest_run = t,
          .next_number = 5};
}

}  // namespace

TEST_CASE("period: the first edition looks back one period") {
  const auto plan = due_plan(weekly(), athens(), {}, at("2026-01-05T06:05:00Z"));
  REQUIRE(plan);
  CHECK(plan->scheduled == at("2026-01-05T06:00:00Z"));
  CHECK(plan->period == Period{at("2025-12-29T06:00:00Z"), at("2026-01-05T06:00:00Z")});
  CHECK(plan->first);
  CHECK(plan->missed_runs == 0);
}

TEST_CASE("period: an edition begins where the one before it ended") {
  const auto plan = due_plan(weekly(), athens(), covered("2026-01-05T06:00:00Z"), at("2026-01-12T06:00:00Z"));
  REQUIRE(plan);
  CHECK(plan->period == Period{at("2026-01-05T06:00:00Z"), at("2026-01-12T06:00:00Z")});
  CHECK_FALSE(plan->first);
  CHECK(plan->missed_runs == 0);
}

TEST_CASE("period: a week with a change of the clocks is an hour shorter or longer") {
  const auto spring = due_plan(weekly(), athens(), covered("2026-03-23T06:00:00Z"), at("2026-03-30T05:00:00Z"));
  REQUIRE(spring);
  CHECK(spring->period.until - spring->period.from == hours{7 * 24 - 1});
  const auto autumn = due_plan(weekly(), athens(), covered("2026-10-19T05:00:00Z"), at("2026-10-26T06:00:00Z"));
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
  const auto plan = plan_now(weekly(), athens(), {}, at("2026-01-05T06:05:00Z"));
  REQUIRE(plan);
  CHECK(plan->period.from == at("2025-12-29T06:05:00Z"));
}

TEST_CASE("period: what is too late is held, but a first edition waits for its next run") {
  const auto plan = due_plan(weekly(), athens(), covered("2026-01-05T06:00:00Z"), at("2026-01-13T18:00:00Z"));
  REQUIRE(plan);
  CHECK(lateness(*plan, at("2026-01-13T18:00:00Z"), hours{36}) == Lateness::in_time);
  CHECK(lateness(*plan, at("2026-01-13T18:00:00.001Z"), hours{36}) == Lateness::held);
  const auto first = due_plan(weekly(), athens(), {}, at("2026-01-14T06:00:00Z"));
  REQUIRE(first);
  CHECK(lateness(*first, at("2026-01-14T06:00:00Z"), hours{36}) == Lateness::waits);
}

TEST_CASE("period: how old a dated post may be") {
  const auto history = covered("2026-01-05T06:00:00Z");
  const auto plan = *due_plan(weekly(), athens(), history, at("2026-01-12T06:00:00Z"));
  CHECK(oldest_published(plan, history, {}) == at("2025-12-29T06:00:00Z"));
  CHECK(oldest_published(plan, history, days{10}) == at("2026-01-02T06:00:00Z"));
  CHECK_MESSAGE(oldest_published(plan, history, days{2}) == plan.period.from, "never less than the period");
  auto skipped = history;
  skipped.posts_until = at("2025-12-15T06:00:00Z");
  CHECK_MESSAGE(oldest_published(plan, skipped, {}) == at("2025-12-08T06:00:00Z"), "what skipped editions left open is still owed");
  skipped.posts_until.reset();
  CHECK(oldest_published(plan, skipped, days{7}) == skipped.origin->from);
  const auto first = *due_plan(weekly(), athens(), {}, at("2026-01-12T06:00:00Z"));
  CHECK(oldest_published(first, {}, days{60}) == first.period.from);
}
