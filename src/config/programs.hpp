// The programs that a configuration names, and whether this host can run them.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"

namespace tidings::config {

struct MissingProgram {
  std::string user;     ///< what runs it: "filter summaries", "source club", "[hooks] on_trouble"
  std::string program;  ///< as it would be run
};

/// Programs of filters, sources and hooks that do not exist or may not be executed, in that order.
[[nodiscard]] std::vector<MissingProgram> missing_programs(const Config& config);

}  // namespace tidings::config
