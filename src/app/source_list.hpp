// The sources of the configuration with what the database knows of them.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/config.hpp"
#include "source/source.hpp"
#include "store/database.hpp"

namespace tidings::app {

struct ListedSource {
  const config::SourceConfig* source = nullptr;
  source::Source state;  ///< empty if it was never fetched from its present URL
  std::string health;    ///< as source_health()
};

/// In the configuration's order. `database` may be nullptr: there is none yet.
[[nodiscard]] Result<std::vector<ListedSource>> list_sources(const config::Config& config,
                                                             store::Database* database, UtcTime now);

/// How a source is, in words: "never fetched", "good", "good, but silent for 40d, 8 times its usual gap",
/// "failing (3 in a row)", "gone".
[[nodiscard]] Result<std::string> source_health(store::Database& database, const config::SourceConfig& source,
                                                UtcTime now);

}  // namespace tidings::app
