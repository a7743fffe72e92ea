// Which run of a digest is due and what it covers. Pure.
//
// A digest owes nothing from before the store first knew it; its first edition is the next run after that,
// and looks back one regular period. From then on periods follow each other without gap or overlap: an
// edition begins where the edition before it (sent or skipped, not cancelled) ended, and ends at its
// scheduled run. When runs were missed, one edition covers everything up to the newest run. A first edition
// that was cancelled is followed by one that reaches as far back.
#pragma once

#include <chrono>
#include <optional>

#include "base/clock.hpp"
#include "base/zone.hpp"
#include "digest/digest.hpp"
#include "digest/schedule.hpp"

namespace tidings::digest {

/// What the store says about a digest's past; EditionTable::history() reads it. Cancelled editions count only
/// in `newest_run` and `cancelled_from`.
struct History {
  /// The first edition: what was seen before its cut is taken from its period on.
  struct Origin {
    UtcTime from{};
    UtcTime cut{};

    bool operator==(const Origin&) const = default;
  };
  std::optional<Origin> origin{};
  std::optional<UtcTime>
      known_since{};  ///< when the store first met the digest in a configuration; none: not yet
  std::optional<UtcTime> covered_until{};  ///< end of the newest edition, sent or skipped
  std::optional<UtcTime>
      judged_cut{};  ///< and its cut: what was seen before has been told if it was left out for good
  std::optional<UtcTime> newest_run{};      ///< newest scheduled time of any edition, cancelled ones too
  std::optional<UtcTime> cancelled_from{};  ///< where the earliest of the editions began that were cancelled
                                            ///< before they were sent
  UtcTime owed_from{};                      ///< what was first seen before has had its turn under older rules
  int next_number = 1;

  bool operator==(const History&) const = default;
};

/// One edition to be composed.
struct Plan {
  UtcTime scheduled{};
  Period period;
  std::chrono::milliseconds nominal{};  ///< the length of the regular period that ended last
  int missed_runs =
      0;  ///< runs that were owed before `scheduled` and had no edition; more than 0: a catch-up

  bool operator==(const Plan&) const = default;
};

/// The newest run at or before `now` if it is owed, has no edition yet and nothing newer is covered; none
/// otherwise. A digest that is known only since a time after `now` (the clock was wrong then) owes that run
/// too.
[[nodiscard]] std::optional<Plan> due_plan(const Schedule& schedule, const Zone& zone, const History& history,
                                           UtcTime now);

/// The edition that ends now, whatever the schedule says (`send --now`). None if everything up to `now` is
/// covered.
[[nodiscard]] std::optional<Plan> plan_now(const Schedule& schedule, const Zone& zone, const History& history,
                                           UtcTime now);

/// Whether an edition has become too old to be composed or started unasked: it is held for a person to
/// decide.
[[nodiscard]] bool too_late(UtcTime scheduled, UtcTime now, std::chrono::milliseconds max_lateness);

}  // namespace tidings::digest
