// What the jobs say of their results, for the commands that run them once and for "run".
#pragma once

#include <string>

#include "app/collect.hpp"
#include "app/compose.hpp"
#include "app/deliver.hpp"
#include "base/zone.hpp"

namespace tidings::cli {

/// Warnings and failures to standard error; what was read to standard output if `verbose`.
void report_collected(const app::CollectReport& report, bool verbose);

/// One line each, without its end.
[[nodiscard]] std::string in_words(const app::Composed& composed, const Zone& zone);
[[nodiscard]] std::string in_words(const app::DeliveredEdition& delivered);
/// Of one that is held, with the way out.
[[nodiscard]] std::string held_in_words(const app::DeliveredEdition& delivered, const Zone& zone);

}  // namespace tidings::cli
