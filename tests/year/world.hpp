// A world lives: its script is played hour by hour, and the journal tells what truly happened.
#pragma once

#include <string>

#include "year/script.hpp"

namespace year {

/// Plays one seed in a folder of its own and returns the journal. Uses the working folder of the process.
[[nodiscard]] std::string live(std::uint64_t seed, const Knobs& knobs);

}  // namespace year
