#include "digest/period.hpp"

#include <algorithm>

namespace tidings::digest {
namespace {

constexpr std::chrono::milliseconds instant{1};

/// The beginning of a first edition: one regular period before the first run that was owed.
UtcTime first_from(const Schedule& schedule, const Zone& zone, const History& history, const Plan& plan) {
  UtcTime from = plan.scheduled - plan.nominal;
  if (history.known_since && *history.known_since <= plan.scheduled) {
    const UtcTime owed = schedule.next_run(*history.known_since - instant, zone);
    if (owed <= plan.scheduled) from = std::min(from, schedule.last_run(owed - instant, zone));
  }
  return history.cancelled_from ? std::min(from, *history.cancelled_from) : from;
}

Plan plan_until(const Schedule& schedule, const Zone& zone, const History& history, UtcTime until) {
  const UtcTime last = schedule.last_run(until, zone);
  Plan plan;
  plan.scheduled = until;
  plan.nominal = last - schedule.last_run(last - instant, zone);
  plan.period = {
      .from = history.covered_until ? *history.covered_until : first_from(schedule, zone, history, plan),
      .until = until};
  const UtcTime owed_since = history.covered_until
                                 ? *history.covered_until
                                 : std::max(plan.period.from, history.known_since.value_or(until) - instant);
  if (schedule.follows_posts()) return plan;
  for (UtcTime run = schedule.next_run(owed_since, zone); run < until; run = schedule.next_run(run, zone))
    ++plan.missed_runs;
  return plan;
}

}  // namespace

std::optional<Plan> due_plan(const Schedule& schedule, const Zone& zone, const History& history,
                             UtcTime now) {
  const UtcTime run = schedule.last_run(now, zone);
  if (history.covered_until && *history.covered_until >= run) return std::nullopt;
  if (history.newest_run && *history.newest_run >= run) return std::nullopt;
  if (!history.covered_until) {
    if (!history.known_since) return std::nullopt;
    if (*history.known_since <= now && run < *history.known_since) return std::nullopt;
  }
  return plan_until(schedule, zone, history, run);
}

std::optional<Plan> plan_now(const Schedule& schedule, const Zone& zone, const History& history,
                             UtcTime now) {
  if (history.covered_until && *history.covered_until >= now) return std::nullopt;
  if (history.newest_run && *history.newest_run >= now) return std::nullopt;
  return plan_until(schedule, zone, history, now);
}

bool too_late(UtcTime scheduled, UtcTime now, std::chrono::milliseconds max_lateness) {
  return now - scheduled > max_lateness;
}

}  // namespace tidings::digest
