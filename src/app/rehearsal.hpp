// A dry run in words: who would get which edition, and who is left out of it and why. For "send --dry-run".
#pragma once

#include <functional>
#include <string>

#include "app/compose.hpp"
#include "app/config.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "digest/digest.hpp"
#include "store/database.hpp"

namespace tidings::app {

/// Takes one line without its end; called many times for a large list.
using LineSink = std::function<void(const std::string&)>;

/// One line for each segment of a sealed edition, each delivery, and each subscriber of the digest who has none.
[[nodiscard]] Result<void> tell_readers(const Config& config, store::Database& database, const Clock& clock,
                                        const digest::Edition& edition, const LineSink& tell);

/// For an edition that was not made because nobody was to get it: each subscriber of the digest, and why not.
[[nodiscard]] Result<void> tell_left_out(const Config& config, store::Database& database, const Clock& clock,
                                         const std::string& digest, const LineSink& tell);

}  // namespace tidings::app
