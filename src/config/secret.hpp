// Secrets: read from where config.toml says they are, when they are needed; never logged, never in an Error.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/config.hpp"

namespace tidings::config {

/// The secret without its trailing line end. `what` names it in errors ("[smtp] password"). A file that
/// others may read is Errc::not_permitted; an absent file or variable, an empty secret or a command that
/// fails is Errc::config.
[[nodiscard]] Result<std::string> read_secret(const SecretPlace& place, std::string_view what);

}  // namespace tidings::config
