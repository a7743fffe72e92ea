// Sources that have failed for so long that somebody must look at them: what "send" tells, once a day.
//
// A blog that is down for an hour is nobody's business: "send" says nothing of it with -q and exits 0. A
// source has failed for long if it is gone (410), has not been read for two days, or was never read in three
// tries. It is told at most once in 23 hours, so that a cron that runs every quarter of an hour mails once a
// day.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "config/context.hpp"

namespace tidings::app {

/// Errc::unavailable for each; none if they have been told within the last 23 hours. Notes that they are
/// told.
[[nodiscard]] Result<std::vector<Error>> failing_sources(const config::Context& context);

}  // namespace tidings::app
