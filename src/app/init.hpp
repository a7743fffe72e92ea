// Init: a folder for a publisher to start from.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace tidings::app {

/// Writes config.toml, templates/, a DKIM key and the empty database into `folder`; returns what it created.
/// Changes no existing file: Errc::cannot_create if there is a config.toml.
[[nodiscard]] Result<std::vector<std::filesystem::path>> init(const std::filesystem::path& folder);

}  // namespace tidings::app
