// source import | export: the sources of config.toml as OPML.
#pragma once

#include "base/result.hpp"
#include "cli/command.hpp"

namespace tidings::cli {

/// Adds both verbs to the noun "source".
void add_opml_commands(Command source, Session& session);

}  // namespace tidings::cli
