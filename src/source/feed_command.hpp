// A program whose standard output is of use: a feed (kind = "command"), a secret, the answers of a
// [[filter]].
//
// The program is an argument list, run as it is: no shell, so that nothing in it is ever interpreted. It is a
// process group of its own, which is killed whole when time or size run out.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace tidings::source {

struct CommandOptions {
  std::chrono::milliseconds timeout{60'000};
  std::int64_t max_bytes = 15LL * 1024 * 1024;
  std::filesystem::path folder{};  ///< it runs there; empty: where we are
  std::string input{};             ///< its standard input
};

/// What the program wrote. Errc::unavailable, naming the program, if it cannot be started, ends with a status
/// other than 0 (with its last line on standard error), runs too long or writes too much.
[[nodiscard]] Result<std::string> output_of_command(const std::vector<std::string>& arguments,
                                                    const CommandOptions& options);

}  // namespace tidings::source
