// Which run of a digest is due, and what it covers. Pure.
//
// A digest owes nothing from before the store first knew it; its first edition is the next run after that,
// and looks back one regular period. After that, periods follow each other without gap or overlap: an edition
// begins where the previous one (sent or skipped, not cancelled) ended, and ends at its scheduled run. After
// missed runs, one edition covers everything up to the newest run. The edition after a cancelled first one
// looks back as far.
#pragma once

#include <chrono>
#include <optional>
#include <span>

#include "base/clock.hpp"
#include "base/zone.hpp"
#include "digest/digest.hpp"
#include "digest/schedule.hpp"

namespace tidings::digest {

/// A digest's past; EditionTable::history() reads it. Cancelled editions count only in `newest_run` and
/// `cancelled_from`.
struct History {
  /// The first edition: what was seen before its cut is taken from its period on.
  struct Origin {
    UtcTime from{};
    UtcTime cut{};

    bool operator==(const Origin&) const = default;
  };
  std::optional<Origin> origin{};
  std::optional<UtcTime> known_since{};  ///< when the digest first appeared in a configuration; none: not yet
  std::optional<UtcTime> covered_until{};  ///< end of the newest edition, sent or skipped
  std::optional<UtcTime> judged_cut{};  ///< and its cut: posts seen earlier have already been counted if they
                                        ///< were left out for good
  std::optional<UtcTime> newest_run{};  ///< newest scheduled time of any edition, including cancelled ones
  bool is_newest_local = false;         ///< that edition's run was each reader's own hour
  std::optional<UtcTime>
      cancelled_from{};  ///< the earliest beginning of an edition that was cancelled before it was sent
  UtcTime owed_from{};   ///< posts first seen earlier were handled under older rules
  int next_number = 1;

  bool operator==(const History&) const = default;
};

/// One edition to be composed.
struct Plan {
  UtcTime scheduled{};
  Period period;
  std::optional<UtcTime>
      wall{};           ///< local_time: the wall-clock time of each reader's hour, as if it were UTC
  UtcTime last_hour{};  ///< when the last of the readers gets it; without `wall`: `scheduled`
  std::chrono::milliseconds nominal{};  ///< the length of the regular period that ended last
  int missed_runs =
      0;  ///< runs before `scheduled` that were owed and have no edition; more than 0: a catch-up

  bool operator==(const Plan&) const = default;
  /// Since when it could be composed.
  [[nodiscard]] UtcTime owed_since() const { return wall ? period.until : scheduled; }
};

/// The newest run at or before `now` if it is owed, has no edition yet and nothing newer is covered; else
/// none. A digest known only since a time after `now` (from a wrong clock) owes that run too.
[[nodiscard]] std::optional<Plan> due_plan(const Schedule& schedule, const Zone& zone, const History& history,
                                           UtcTime now);

/// Where the readers of a digest with local_time are; `zones` includes `own`, the newsletter's.
struct ReaderZones {
  const Zone& own;
  std::span<const Zone> zones;
};

/// The instant of a wall-clock time in a zone; of a Plan's or Edition's `wall`.
[[nodiscard]] UtcTime hour_in(const Zone& zone, UtcTime wall);

/// The same for a digest with local_time. `scheduled` is the run in the newsletter's own zone and may be to
/// come: the edition is due, and its period ends, once the wall-clock time of the run is reached in any of
/// the zones. Periods follow each other whatever zones come and go; of runs that one moment opens together,
/// the newest is the edition.
[[nodiscard]] std::optional<Plan> due_local_plan(const Schedule& schedule, const ReaderZones& readers,
                                                 const History& history, UtcTime now);

/// When such a digest's next edition opens, strictly after `after`.
[[nodiscard]] UtcTime next_opening(const Schedule& schedule, const ReaderZones& readers, UtcTime after);

/// The next hour, strictly after `after`, at which a reader in that zone gets an edition of such a digest.
[[nodiscard]] UtcTime next_hour_in(const Schedule& schedule, const Zone& zone, UtcTime after);

/// The edition that ends now, whatever the schedule (`send --now`). None if everything up to `now` is
/// covered. With local_time too, all get it at once.
[[nodiscard]] std::optional<Plan> plan_now(const Schedule& schedule, const Zone& zone, const History& history,
                                           UtcTime now);

/// Whether an edition is too old to be composed or started automatically: it is held for a person to decide.
[[nodiscard]] bool too_late(UtcTime scheduled, UtcTime now, std::chrono::milliseconds max_lateness);

}  // namespace tidings::digest
