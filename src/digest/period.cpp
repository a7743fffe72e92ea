#include "digest/period.hpp"

#include <algorithm>

namespace tidings::digest {
namespace {

Plan plan_until(const Schedule& schedule, const Zone& zone, const History& history, UtcTime until) {
  const UtcTime last = schedule.last_run(until, zone);
  const UtcTime before = schedule.last_run(last - std::chrono::milliseconds{1}, zone);
  Plan plan;
  plan.scheduled = until;
  plan.first = !history.covered_until;
  plan.nominal = last - before;
  plan.period = {.from = history.covered_until.value_or(until - plan.nominal), .until = until};
  if (plan.first) return plan;
  for (UtcTime run = schedule.next_run(plan.period.from, zone); run < until; run = schedule.next_run(run, zone)) {
    ++plan.missed_runs;
  }
  return plan;
}

}  // namespace

std::optional<Plan> due_plan(const Schedule& schedule, const Zone& zone, const History& history, UtcTime now) {
  const UtcTime run = schedule.last_run(now, zone);
  if (history.covered_until && *history.covered_until >= run) return std::nullopt;
  if (history.newest_run && *history.newest_run >= run) return std::nullopt;
  return plan_until(schedule, zone, history, run);
}

std::optional<Plan> plan_now(const Schedule& schedule, const Zone& zone, const History& history, UtcTime now) {
  if (history.covered_until && *history.covered_until >= now) return std::nullopt;
  if (history.newest_run && *history.newest_run >= now) return std::nullopt;
  return plan_until(schedule, zone, history, now);
}

Lateness lateness(const Plan& plan, UtcTime now, std::chrono::milliseconds max_lateness) {
  if (!too_late(plan.scheduled, now, max_lateness)) return Lateness::in_time;
  return plan.first ? Lateness::waits : Lateness::held;
}

bool too_late(UtcTime scheduled, UtcTime now, std::chrono::milliseconds max_lateness) {
  return now - scheduled > max_lateness;
}

UtcTime oldest_published(const Plan& plan, const History& history, std::optional<std::chrono::milliseconds> max_age) {
  if (plan.first) return plan.period.from;
  // Posts of a skipped edition are still owed, so the bound counts from the last edition whose posts went out.
  const UtcTime open_from = history.posts_until ? *history.posts_until
                            : history.origin    ? history.origin->from
                                                : plan.period.from;
  const UtcTime base = std::min(open_from, plan.period.from);
  const auto grace = max_age ? *max_age - plan.nominal : std::max(plan.nominal, plan.period.until - plan.period.from);
  return base - std::max(grace, std::chrono::milliseconds{0});
}

UtcTime oldest_judged_before(const Plan& plan, const History& history, std::optional<std::chrono::milliseconds> max_age) {
  const auto oldest = oldest_published(plan, history, max_age);
  if (max_age || plan.first || !history.posts_until) return oldest;
  return std::max(oldest, *history.posts_until - plan.nominal);
}

}  // namespace tidings::digest
