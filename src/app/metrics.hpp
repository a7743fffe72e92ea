// What /metrics tells of the newsletter besides its pages; see docs/monitoring.md for each number.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/context.hpp"
#include "web/metrics.hpp"

namespace tidings::app {

/// Reads only. Costs about what "status" does.
[[nodiscard]] Result<std::vector<web::Metric>> metrics(const config::Context& context);

/// Records for metrics() that a job ended now; `is_good`: it did what it could.
enum class JobEnd { good, bad };
[[nodiscard]] Result<void> note_job(const config::Context& context, std::string_view job, JobEnd end);

}  // namespace tidings::app
