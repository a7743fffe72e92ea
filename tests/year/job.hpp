// One run of the program: a copy of this process (fork) becomes the job, lives in the simulated world, and
// may die in it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "year/seams.hpp"

namespace year {

struct Command {
  std::vector<std::string> words;  ///< after "tidings"
  std::string input;
  std::vector<std::pair<std::string, std::string>> environment;
  JobSetting setting;
};

struct Ended {
  int status = 0;  ///< death_status if it died at a seam
  bool by_signal = false;
  std::string out;
  std::string errors;
  std::int64_t ended_ms = 0;
  std::int64_t seams = 0;
};

/// What costs each job time and is the same in all: once, before the first.
void warm_up();

/// In the working folder. If the job halts, `meanwhile` is called with the time: it may run others, and
/// returns when it goes on.
[[nodiscard]] Ended run_job(const Command& command,
                            const std::function<std::int64_t(std::int64_t)>& meanwhile);

}  // namespace year
