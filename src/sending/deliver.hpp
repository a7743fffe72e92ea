// Deliver: send what sealed editions owe, over the relay or into a folder; resume what an earlier run left.
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
#include "digest/digest.hpp"
#include "message/compile.hpp"
#include "sending/links.hpp"
#include "sending/refusals.hpp"

namespace tidings::sending {

struct DeliverOptions {
  std::optional<EditionId> edition;  ///< absent: every unfinished edition, oldest first
  std::filesystem::path to_folder;   ///< instead of the relay: one .eml each; empty: the relay
  bool even_late = false;            ///< also an edition that max_lateness holds
  std::optional<std::chrono::milliseconds> time_budget;
  /// After each settled batch: the counts are those before this run, the report says what it has done since.
  std::function<void(const digest::Edition&, const delivery::Counts& before, const delivery::RunReport&)>
      on_progress;
};

struct DeliveredEdition {
  digest::Edition edition;
  bool held = false;  ///< max_lateness; nothing was done
  delivery::RunReport run;
  JudgedRefusals judged;
  delivery::Counts counts;  ///< afterwards
  std::optional<UtcTime> next_due;
};

struct DeliverReport {
  std::vector<DeliveredEdition> editions;
  /// Of all editions, by name: deliveries in doubt that nothing but an admin ends.
  std::vector<std::pair<std::string, std::int64_t>> held_in_doubt;

  /// Something is left that a later run will do.
  [[nodiscard]] bool try_again() const;
  /// The run that no relay was of use to; null if there was none.
  [[nodiscard]] const delivery::RunReport* trouble() const;
  /// Which relay refused to work, and its words; empty if none did.
  [[nodiscard]] std::string relay_trouble() const;
  /// Deliveries that failed because no message could be made of them; each was told by name.
  [[nodiscard]] std::int64_t unsendable() const;
};

/// Waits for an admin: later than max_lateness before its first message, or than give_up_after besides once
/// it has begun.
[[nodiscard]] bool is_held(const config::Config& config, const digest::Edition& edition, UtcTime now);

/// The caller holds the sender's lock and has passed the instance guard. Errc::unavailable is not used: a
/// relay in trouble is in the report. `stop` ends it after what is in flight.
[[nodiscard]] Result<DeliverReport> deliver(const config::Context& context, const DeliverOptions& options,
                                            const delivery::StopFlag& stop);

/// How one relay of the configuration is reached. Fails if its password cannot be read.
[[nodiscard]] Result<delivery::RelayOptions> relay_options(const config::SmtpConfig& smtp);

/// The relay of the configuration, or the folder.
[[nodiscard]] Result<std::unique_ptr<delivery::Transport>> make_transport(
    const config::Config& config, const std::filesystem::path& to_folder);

/// What the header of an edition's messages needs.
[[nodiscard]] message::HeaderOptions header_options(const config::Config& config, const Links& links,
                                                    const digest::Edition& edition,
                                                    const std::string& language);

}  // namespace tidings::sending
