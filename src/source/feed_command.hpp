// A program whose standard output is a feed: kind = "command".
//
// The program is an argument list, run without a shell, so nothing in it is ever interpreted. Its standard
// input is empty. It has its own process group, which is killed as a whole when it exceeds its time or size
// limit.
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
  std::filesystem::path folder{};  ///< working directory; empty: ours
};

/// The program's output. Errc::unavailable, naming the program, if it cannot be started, exits with a status
/// other than 0 (with its last line on standard error), runs too long or writes too much.
[[nodiscard]] Result<std::string> output_of_command(const std::vector<std::string>& arguments,
                                                    const CommandOptions& options);

}  // namespace tidings::source
