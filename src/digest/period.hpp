// Which run of a digest is due and what it covers. Pure.
//
// Periods of a digest follow each other without gap or overlap: an edition begins where the edition before it (sent or
// skipped, not cancelled) ended, and ends at its scheduled run. The first edition begins at the run before its own (off
// the schedule: one regular period back). When runs were missed, one edition covers everything up to the newest run.
#pragma once

#include <chrono>
#include <optional>

#include "base/clock.hpp"
#include "base/zone.hpp"
#include "digest/digest.hpp"
#include "digest/schedule.hpp"

namespace tidings::digest {

/// What the editions of one digest say about its past; EditionTable::history() reads it. Cancelled editions count only in
/// `newest_run`.
struct History {
  /// The first edition. What was first seen before its cut and is older than its `from` is the backlog that nobody asked for.
  struct Origin {
    UtcTime from{};
    UtcTime cut{};

    bool operator==(const Origin&) const = default;
  };
  std::optional<Origin> origin;
  std::optional<UtcTime> covered_until;  ///< end of the newest edition, sent or skipped
  std::optional<UtcTime> posts_until;    ///< end of the newest edition that was not skipped: its posts are out
  std::optional<UtcTime> posts_cut;      ///< and its cut: what was seen before has been judged
  std::optional<UtcTime> newest_run;     ///< newest scheduled time of any edition, cancelled ones too
  int next_number = 1;

  bool operator==(const History&) const = default;
};

/// What lies further ahead than this was written by a clock that was ahead. Clocks of hosts that share a store may differ.
inline constexpr std::chrono::minutes clock_slack{10};

/// One edition to be composed.
struct Plan {
  UtcTime scheduled{};
  Period period;
  std::chrono::milliseconds nominal{};  ///< the length of the regular period that ended last
  int missed_runs = 0;                  ///< runs between `from` and `scheduled` that had no edition; more than 0: a catch-up
  bool first = false;                   ///< the digest has no earlier edition

  bool operator==(const Plan&) const = default;
};

/// The newest run at or before `now` if it has no edition yet and nothing newer is covered; none otherwise.
[[nodiscard]] std::optional<Plan> due_plan(const Schedule& schedule, const Zone& zone, const History& history, UtcTime now);

/// The edition that ends now, whatever the schedule says (`send --now`). None if everything up to `now` is covered.
[[nodiscard]] std::optional<Plan> plan_now(const Schedule& schedule, const Zone& zone, const History& history, UtcTime now);

enum class Lateness {
  in_time,  ///< compose or deliver
  held,     ///< more than max_lateness after its time: a person has to say so; the next run covers it otherwise
  waits,    ///< a digest's very first run was that long ago: nobody was promised it, so its first edition is the next run's
};

/// Whether a due edition is still to be sent.
[[nodiscard]] Lateness lateness(const Plan& plan, UtcTime now, std::chrono::milliseconds max_lateness);

/// Whether an edition that was sealed in time has become too old to be started now.
[[nodiscard]] bool too_late(UtcTime scheduled, UtcTime now, std::chrono::milliseconds max_lateness);

/// The oldest publication date (inclusive) that an edition takes: the period and what was left open before it, and beyond
/// that max_age less one regular period; `max_age` none: twice the period. A first edition takes its period only.
[[nodiscard]] UtcTime oldest_published(const Plan& plan, const History& history,
                                       std::optional<std::chrono::milliseconds> max_age);

/// The same for posts first seen before `history.posts_cut`, if it is set. A catch-up edition reaches further back for what it is
/// the first to see, not for what was too old for an edition before it: another digest may have brought that long ago.
[[nodiscard]] UtcTime oldest_judged_before(const Plan& plan, const History& history,
                                           std::optional<std::chrono::milliseconds> max_age);

}  // namespace tidings::digest
