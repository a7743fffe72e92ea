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

#include "base/result.hpp"
#include "config/context.hpp"
#include "source/source.hpp"

namespace tidings::app {

struct FilterReport {
  std::vector<std::string> wrong;  ///< a line each
  bool complete = true;            ///< no post waits for an answer; else the source is to be read whole again
};

/// Runs the filters that concern the source on those entries that nothing has dropped. Fails only as the
/// store does.
[[nodiscard]] Result<FilterReport> run_filters(const config::Context& context,
                                               const config::SourceConfig& source, source::Feed& feed);

}  // namespace tidings::app
