// Topics: what readers may choose from, the same for the command line, files and forms.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "store/database.hpp"

namespace tidings::members {

/// Those of the sources and digests of the configuration, sorted.
[[nodiscard]] std::vector<std::string> configured_topics(const config::Config& config);

/// The same, and the categories of all posts. Empty if the configuration names none: then any topic may be
/// chosen, since the categories of future posts are unknown.
[[nodiscard]] Result<std::vector<std::string>> known_topics(const config::Config& config,
                                                            store::Database& database);

}  // namespace tidings::members
