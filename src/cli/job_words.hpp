// The results of jobs in words, for the commands that run them once and for "run".
#pragma once

#include <string>
#include <vector>

#include "app/collect.hpp"
#include "base/result.hpp"
#include "base/zone.hpp"
#include "edition/compose.hpp"
#include "sending/deliver.hpp"

namespace tidings::cli {

/// How much of a job is told besides its troubles.
enum class Told { news, all };

/// Warnings, one line each; with `all` also repairs.
[[nodiscard]] std::vector<std::string> troubles_in_words(const app::CollectReport& report, Told told);
/// Empty for a source that failed.
[[nodiscard]] std::string in_words(const app::CollectedSource& source);
/// Warnings and failures to standard error; with `all` every source to standard output.
void report_collected(const app::CollectReport& report, Told told);

/// One line each, without its line end.
[[nodiscard]] std::string in_words(const edition::Composed& composed, const Zone& zone);
[[nodiscard]] std::string in_words(const sending::DeliveredEdition& delivered);
/// What a run reports about relays, providers and messages besides its counts; one line each, for warnings.
[[nodiscard]] std::vector<std::string> troubles_in_words(const sending::DeliverReport& report,
                                                         const Zone& zone);
/// The state of a relay: "is paused until ...", "refuses: ...", "is unavailable: ..."; empty if there is
/// nothing to report.
[[nodiscard]] std::string in_words(const delivery::RelayMemory& relay, const Zone& zone, UtcTime now);
/// Whether most of a run's attempts were refused because of the message, not its recipients.
[[nodiscard]] bool is_refused_message(const delivery::RunReport& run);
[[nodiscard]] Error message_error(const sending::DeliveredEdition& delivered);
/// The relay trouble that ended a run, as the command's result.
[[nodiscard]] Error relay_error(const delivery::RunReport& run, const Zone& zone);

/// What waits for an admin, one line each; -q does not hide them, or cron would continue silently forever.
[[nodiscard]] std::vector<std::string> held_in_words(const sending::DeliverReport& report, const Zone& zone);
/// For a held edition, with the way out.
[[nodiscard]] std::string late_in_words(const digest::Edition& edition, const Zone& zone);

}  // namespace tidings::cli
