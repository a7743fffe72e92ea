// The results of jobs as JSON objects, for the commands that run them once and for "run".
#pragma once

#include <string_view>

#include "app/collect.hpp"
#include "base/result.hpp"
#include "cli/output.hpp"
#include "edition/compose.hpp"
#include "sending/deliver.hpp"

namespace tidings::cli {

[[nodiscard]] Json collected_object(const app::CollectedSource& source);

[[nodiscard]] Json composed_object(const edition::Composed& composed);
/// The same with its posts, and what was left out, by name.
[[nodiscard]] Result<Json> composed_object(store::Database& database, const edition::Composed& composed);

[[nodiscard]] Json delivered_object(const sending::DeliveredEdition& delivered);

/// What `run` and `rehearse` do besides.
[[nodiscard]] Json said_object(std::string_view line);

}  // namespace tidings::cli
