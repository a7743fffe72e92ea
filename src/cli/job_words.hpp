// What the jobs say of their results, for the commands that run them once and for "run".
#pragma once

#include <string>
#include <vector>

#include "app/collect.hpp"
#include "base/result.hpp"
#include "base/zone.hpp"
#include "edition/compose.hpp"
#include "sending/deliver.hpp"

namespace tidings::cli {

/// Warnings and failures to standard error; what was read to standard output if `verbose`.
void report_collected(const app::CollectReport& report, bool verbose);

/// One line each, without its end.
[[nodiscard]] std::string in_words(const edition::Composed& composed, const Zone& zone);
[[nodiscard]] std::string in_words(const sending::DeliveredEdition& delivered);
/// What a run has to say of relays, providers and messages besides its counts; a line each, for warnings.
[[nodiscard]] std::vector<std::string> troubles_in_words(const sending::DeliverReport& report,
                                                         const Zone& zone);
/// How a relay stands: "rests until ...", "refuses: ...", "no answer: ..."; empty if there is nothing to say.
[[nodiscard]] std::string in_words(const delivery::RelayMemory& relay, const Zone& zone, UtcTime now);
/// Most of what a run attempted was refused because of the message, not its readers.
[[nodiscard]] bool is_refused_message(const delivery::RunReport& run);
[[nodiscard]] Error message_error(const sending::DeliveredEdition& delivered);
/// The relay trouble that ended a run, as the command's result.
[[nodiscard]] Error relay_error(const delivery::RunReport& run, const Zone& zone);

/// What only an admin moves on, for a line each that -q does not hide: cron would go on for ever without a
/// word.
[[nodiscard]] std::vector<std::string> held_in_words(const sending::DeliverReport& report, const Zone& zone);
/// Of one that is held, with the way out.
[[nodiscard]] std::string late_in_words(const digest::Edition& edition, const Zone& zone);

}  // namespace tidings::cli
