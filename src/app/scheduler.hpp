// Scheduler: `run`, for those without cron. Sleeps until something is due, does it, and sleeps again.
//
// What is due: sources to be read, editions of the schedules, deliveries that were deferred or left open, and
// every minute the small things: confirmation mails, the bounce mailbox, tidying up. Composing and sending
// happen under the sender's lock; while another process holds it, it is asked for again every second and
// nothing is skipped. What fails is said once and tried again: only a configuration or database that cannot
// be used at the start ends the scheduler with an error.
//
// No sleep is longer than a minute of the clock, so that a suspended machine or a changed clock is noticed.
// Time comes from the Clock and passes in `sleep_until` alone: a rehearsal hands over a ManualClock and a
// sleep that sets it. One thread; the signals' flags may be set from a handler.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include "app/collect.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/context.hpp"
#include "delivery/run.hpp"
#include "edition/compose.hpp"
#include "sending/deliver.hpp"

namespace tidings::app {

struct SchedulerSignals {
  std::atomic<bool> end{
      false};  ///< SIGTERM: what is in flight is finished and settled, then run_schedule() returns
  std::atomic<bool> reload{false};      ///< SIGHUP: the configuration is read again
  delivery::StopFlag interrupt{false};  ///< to be set after either: a delivery in progress pauses at once
};

struct SchedulerOptions {
  /// A configuration that is wrong leaves the old one in place.
  std::function<Result<config::Config>()> load;
  /// Returns at that time, or earlier if a signal came.
  std::function<void(UtcTime)> sleep_until;
  std::optional<UtcTime> until;  ///< ends after what is due then
  enum class Reading {
    as_due,
    once
  } reading = Reading::as_due;  ///< of sources; once: at the beginning, for a rehearsal

  // What to tell people, as it happens.
  std::function<void(const CollectReport&)> on_collected;
  std::function<void(const edition::Composed&, const Zone&)>
      on_composed;  ///< not for digests of which nothing is due
  std::function<void(const sending::DeliverReport&, const Zone&)> on_delivered;
  std::function<void(const std::string&)> on_trouble;  ///< one line; the same is not said twice in a row
  std::function<void(const std::string&)> on_said;     ///< one line
};

/// Until `end` or `until`. Begins with a copy of the configuration in `shared`. Errors only before the first
/// sleep: the store's, and Errc::not_permitted on a copied database.
[[nodiscard]] Result<void> run_schedule(const config::SharedContext& shared, const SchedulerOptions& options,
                                        SchedulerSignals& signals);

}  // namespace tidings::app
