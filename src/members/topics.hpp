// Topics and rhythms: what readers may choose from, and what they get if they choose nothing; the same for
// the command line, files and forms.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "store/database.hpp"

namespace tidings::members {

/// Those of [[topic]] in the file's order, then those of the sources and digests, sorted.
[[nodiscard]] std::vector<config::TopicConfig> offered_topics(const config::Config& config);

/// The digests of whoever chooses none in a form: sign_up = "default".
[[nodiscard]] std::vector<std::string> usual_digests(const config::Config& config);

/// "Every digest" of a command or a file that names none: those that the file does not take out by sign_up.
[[nodiscard]] std::vector<std::string> every_digest(const config::Config& config);

/// For each digest the number of its group, from 0: digests that bring the same posts share it.
[[nodiscard]] std::vector<std::size_t> rhythm_groups(const config::Config& config);

/// The same, and the categories of all posts. Empty if the configuration names none: then any topic may be
/// chosen, since the categories of future posts are unknown.
[[nodiscard]] Result<std::vector<std::string>> known_topics(const config::Config& config,
                                                            store::Database& database);

}  // namespace tidings::members
