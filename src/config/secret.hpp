// Secrets: read when needed from where config.toml says they are; never logged, never in an Error.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/config.hpp"

namespace tidings::config {

/// The secret without its trailing line end. `what` names it in errors ("[smtp] password"). A file that
/// others can read is Errc::not_permitted; a missing file or variable, an empty secret or a failing command
/// is Errc::config.
[[nodiscard]] Result<std::string> read_secret(const SecretPlace& place, std::string_view what);

}  // namespace tidings::config
