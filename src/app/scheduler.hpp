// Scheduler: `run`, for hosts without cron. Sleeps until something is due, does it, and sleeps again.
//
// It reads sources, composes scheduled editions, sends deferred or open deliveries, and every minute does the
// small jobs: confirmation mails, the bounce mailbox, tidying up. It composes and sends under the sender's
// lock; while another process holds it, it tries again every second and skips nothing. A failure is reported
// once and retried: only a configuration or database that is unusable at the start ends the scheduler with an
// error.
//
// No sleep is longer than a minute of the clock, so that a suspended machine or a changed clock is noticed.
// Time comes from the Clock and passes only in `sleep_until`: a rehearsal passes a ManualClock and a sleep
// that sets it. One thread; the signals' flags may be set from a handler.
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
  std::atomic<bool> end{false};         ///< SIGTERM: settles what is in flight, then run_schedule() returns
  std::atomic<bool> reload{false};      ///< SIGHUP: rereads the configuration
  delivery::StopFlag interrupt{false};  ///< to be set after either: pauses a delivery in progress at once
};

struct SchedulerOptions {
  /// An invalid configuration leaves the old one in place.
  std::function<Result<config::Config>()> load;
  /// Returns at that time, or earlier after a signal.
  std::function<void(UtcTime)> sleep_until;
  std::optional<UtcTime> until;  ///< ends after what is due then
  enum class Reading {
    as_due,
    once
  } reading = Reading::as_due;  ///< of sources; once: at the beginning, for a rehearsal

  // Called with news as it happens.
  std::function<void(const CollectReport&)> on_collected;
  std::function<void(const edition::Composed&, const Zone&)>
      on_composed;  ///< not for digests with nothing due
  std::function<void(const sending::DeliverReport&, const Zone&)> on_delivered;
  std::function<void(const std::string&)> on_trouble;  ///< one line; never the same twice in a row
  std::function<void(const std::string&)> on_said;     ///< one line
};

/// Until `end` or `until`. Starts with a copy of the configuration in `shared`. Errors only before the first
/// sleep: the store's, and Errc::not_permitted on a copied database.
[[nodiscard]] Result<void> run_schedule(const config::SharedContext& shared, const SchedulerOptions& options,
                                        SchedulerSignals& signals);

}  // namespace tidings::app
