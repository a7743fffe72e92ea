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
  plan.last_hour = until;
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

/// The runs of a schedule by the wall clock, as if it were UTC, where each of them occurs once.
class Walls {
 public:
  Walls(const Schedule& schedule, const ReaderZones& readers) : schedule_(schedule), readers_(readers) {}

  [[nodiscard]] UtcTime after(UtcTime wall) const { return schedule_.next_run(wall, utc()); }
  [[nodiscard]] UtcTime before(UtcTime wall) const { return schedule_.last_run(wall - instant, utc()); }

  /// The first and the last moment of that wall-clock time.
  [[nodiscard]] UtcTime opening(UtcTime wall) const {
    UtcTime first = hour_in(readers_.own, wall);
    for (const auto& zone : readers_.zones) first = std::min(first, hour_in(zone, wall));
    return first;
  }
  [[nodiscard]] UtcTime closing(UtcTime wall) const {
    UtcTime last = hour_in(readers_.own, wall);
    for (const auto& zone : readers_.zones) last = std::max(last, hour_in(zone, wall));
    return last;
  }

  [[nodiscard]] UtcTime newest_open(UtcTime now) const {
    constexpr std::chrono::hours furthest_east{15};
    UtcTime wall = schedule_.last_run(now + furthest_east, utc());
    while (opening(wall) > now) wall = before(wall);
    return wall;
  }

  /// As first_from(): one regular period before the first run that was owed.
  [[nodiscard]] UtcTime first_from(const History& history, const Plan& plan) const {
    UtcTime from = plan.period.until - plan.nominal;
    if (history.known_since && *history.known_since <= plan.scheduled) {
      const UtcTime known{readers_.own.to_local(*history.known_since).time_since_epoch()};
      from = std::min(from, opening(before(after(known - instant))));
    }
    return history.cancelled_from ? std::min(from, *history.cancelled_from) : from;
  }

 private:
  static const Zone& utc() {
    static const Zone zone = *Zone::find("Etc/UTC");
    return zone;
  }

  const Schedule& schedule_;
  ReaderZones readers_;
};

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

UtcTime hour_in(const Zone& zone, UtcTime wall) { return zone.to_utc(LocalTime{wall.time_since_epoch()}); }

std::optional<Plan> due_local_plan(const Schedule& schedule, const ReaderZones& readers,
                                   const History& history, UtcTime now) {
  const Walls walls{schedule, readers};
  const UtcTime wall = walls.newest_open(now);
  Plan plan;
  plan.wall = wall;
  plan.scheduled = hour_in(readers.own, wall);
  if (history.newest_run && *history.newest_run >= plan.scheduled) return std::nullopt;
  const auto& known = history.known_since;
  if (!history.covered_until && (!known || (*known <= now && plan.scheduled < *known))) return std::nullopt;
  // A zone further east than any before may open a run before the last edition's.
  plan.period.until = walls.opening(wall);
  if (history.covered_until)
    plan.period.until = std::max(plan.period.until, *history.covered_until + instant);
  if (plan.period.until > now) return std::nullopt;
  plan.last_hour = walls.closing(wall);
  plan.nominal = wall - walls.before(wall);
  plan.period.from = history.covered_until ? *history.covered_until : walls.first_from(history, plan);
  const UtcTime owed_since = history.newest_run.value_or(known.value_or(plan.scheduled) - instant);
  for (UtcTime run = walls.before(wall); hour_in(readers.own, run) > owed_since; run = walls.before(run))
    ++plan.missed_runs;
  return plan;
}

UtcTime next_opening(const Schedule& schedule, const ReaderZones& readers, UtcTime after) {
  const Walls walls{schedule, readers};
  UtcTime wall = walls.newest_open(after);
  while (walls.opening(wall) <= after) wall = walls.after(wall);
  return walls.opening(wall);
}

UtcTime next_hour_in(const Schedule& schedule, const Zone& zone, UtcTime after) {
  return next_opening(schedule, {.own = zone, .zones = {&zone, 1}}, after);
}

std::optional<Plan> plan_now(const Schedule& schedule, const Zone& zone, const History& history,
                             UtcTime now) {
  if (history.covered_until && *history.covered_until >= now) return std::nullopt;
  // With local_time the newest run may be to come although its edition is covered.
  const bool is_ahead = history.newest_run && *history.newest_run >= now;
  if (is_ahead && !history.is_newest_local) return std::nullopt;
  return plan_until(schedule, zone, history, now);
}

bool too_late(UtcTime scheduled, UtcTime now, std::chrono::milliseconds max_lateness) {
  return now - scheduled > max_lateness;
}

}  // namespace tidings::digest
