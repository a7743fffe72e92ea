// The output of --help and the examples of manual pages, generated from the command table so that they match
// the parser.
#pragma once

#include <string>
#include <string_view>

#include "cli/command.hpp"

namespace tidings::cli {

/// An example of the verb, "tidings send --due"; empty for a noun. `path`: "tidings send".
[[nodiscard]] std::string_view example_of(std::string_view path);

/// "tidings subscriber add [OPTIONS] ADDRESS"
[[nodiscard]] std::string usage_of(const CommandInfo& command);

/// The help of a command, 80 columns wide; `footer` ends the help of the program itself.
[[nodiscard]] std::string help_of(const CommandInfo& command, std::string_view footer);

}  // namespace tidings::cli
