// [[filter]]: programs that look at new posts and change them: a title, a summary, topics; or drop or pin
// them.
//
// A program gets one JSON object a line on its standard input and may answer with one a line, by the same
// "id"; docs/filters.md is the reference. It is asked once for each post (source/filter_cache), runs without
// our secrets, and is limited in time and size. A program that fails changes nothing: the posts stay as they
// are, and the next reading asks again.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/config.hpp"
#include "source/source.hpp"
#include "store/database.hpp"

namespace tidings::app {

/// Runs the filters that concern the source on those entries that nothing has dropped. Returns what went
/// wrong with them, a line each. Fails only as the store does.
[[nodiscard]] Result<std::vector<std::string>> run_filters(const config::Config& config,
                                                           const config::SourceConfig& source,
                                                           store::Database& database, source::Feed& feed,
                                                           UtcTime now);

}  // namespace tidings::app
