// What --help prints and what stands in a manual page for an example: made from the command table, so that it
// cannot lag behind the parser.
#pragma once

#include <string>
#include <string_view>

#include "cli/command.hpp"

namespace tidings::cli {

/// A command line that shows the verb at work, "tidings send --due"; empty for a noun. `path`: "tidings
/// send".
[[nodiscard]] std::string_view example_of(std::string_view path);

/// "tidings subscriber add [OPTIONS] ADDRESS"
[[nodiscard]] std::string usage_of(const CommandInfo& command);

/// The help of a command, 80 columns wide; `footer` ends that of the program itself.
[[nodiscard]] std::string help_of(const CommandInfo& command, std::string_view footer);

}  // namespace tidings::cli
