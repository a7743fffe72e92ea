// Deliver: send the open deliveries of sealed editions, over the relay or into a folder; resume what an
// earlier run left.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/context.hpp"
#include "delivery/ledger.hpp"
#include "delivery/relay.hpp"
#include "delivery/run.hpp"
#include "delivery/transport.hpp"
#include "delivery/worker_table.hpp"
#include "digest/digest.hpp"
#include "message/compile.hpp"
#include "sending/links.hpp"
#include "sending/refusals.hpp"

namespace tidings::sending {

struct DeliverOptions {
  std::optional<EditionId> edition;        ///< absent: every unfinished edition, oldest first
  std::filesystem::path to_folder;         ///< instead of the relay: one .eml each; empty: the relay
  bool even_late = false;                  ///< also an edition held by max_lateness
  std::optional<delivery::Worker> worker;  ///< on a server; absent: whoever holds the sender's lock
  delivery::Share* share = nullptr;        ///< of the worker
  std::optional<std::chrono::milliseconds> time_budget;
  /// After each settled batch, with the counts before this run and this run's report so far.
  std::function<void(const digest::Edition&, const delivery::Counts& before, const delivery::RunReport&)>
      on_progress;
};

struct DeliveredEdition {
  digest::Edition edition;
  bool held = false;          ///< max_lateness; nothing was done
  bool was_finished = false;  ///< before: these mails are for people who came later
  delivery::RunReport run;
  JudgedRefusals judged;
  delivery::Counts counts;  ///< afterwards
  std::optional<UtcTime> next_due;
  std::optional<delivery::Ledger::Waiting> waiting;  ///< for their hour; nothing is wrong with them
  std::int64_t late = 0;  ///< whose hour is longer ago than max_lateness: they wait for an admin
};

struct DeliverReport {
  std::vector<DeliveredEdition> editions;
  /// Of all editions, by name: deliveries in doubt that only an admin can settle.
  std::vector<std::pair<std::string, std::int64_t>> held_in_doubt;

  /// Whether a later run has something left to do.
  [[nodiscard]] bool try_again() const;
  /// The run for which no relay was usable; null if there was none.
  [[nodiscard]] const delivery::RunReport* trouble() const;
  /// The relay that refused to work, and its words; empty if none did.
  [[nodiscard]] std::string relay_trouble() const;
  /// Deliveries that failed because no message could be built; each was reported by name.
  [[nodiscard]] std::int64_t unsendable() const;
};

/// Waits for an admin: later than max_lateness before its first message, or additionally give_up_after once
/// sending has begun. Of an edition with local_time this counts from the last hour that there is; deliveries
/// that are later than their own reader's hour allows are left out one by one (Ledger::count_late).
[[nodiscard]] bool is_held(const config::Config& config, const digest::Edition& edition, UtcTime now);

/// The caller holds the sender's lock and has passed the instance guard. Never Errc::unavailable: a relay in
/// trouble is in the report. `stop` ends it after what is in flight.
[[nodiscard]] Result<DeliverReport> deliver(const config::Context& context, const DeliverOptions& options,
                                            const delivery::StopFlag& stop);

/// How to reach one relay of the configuration. Fails if its password cannot be read.
[[nodiscard]] Result<delivery::RelayOptions> relay_options(const config::SmtpConfig& smtp);

/// The relay of the configuration, or the folder.
[[nodiscard]] Result<std::unique_ptr<delivery::Transport>> make_transport(
    const config::Config& config, const std::filesystem::path& to_folder);

/// The configuration's part of the header of an edition's messages.
[[nodiscard]] message::HeaderOptions header_options(const config::Config& config, const Links& links,
                                                    const digest::Edition& edition,
                                                    const std::string& language);

}  // namespace tidings::sending
