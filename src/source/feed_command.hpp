// A program whose standard output is a feed: kind = "command".
//
// The program is an argument list, run as it is: no shell, so that nothing in it is ever interpreted. Its
// standard input is empty or what the caller gives, and it is a process group of its own, which is killed
// whole when time or size run out.
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
  std::string input{};             ///< on its standard input; at most 60,000 octets, more is cut off
};

/// What the program wrote. Errc::unavailable, naming the program, if it cannot be started, ends with a status
/// other than 0 (with its last line on standard error), runs too long or writes too much.
[[nodiscard]] Result<std::string> output_of_command(const std::vector<std::string>& arguments,
                                                    const CommandOptions& options);

}  // namespace tidings::source
