// Reports as pages: one HTML file each, without scripts and without anything from elsewhere, for light, dark,
// print and phone. Pure.
#pragma once

#include <string>

#include "app/overview.hpp"
#include "app/report.hpp"
#include "config/config.hpp"

namespace tidings::app {

/// `before`: the previous edition, to compare with.
[[nodiscard]] std::string report_page(const EditionReport& report, const std::optional<EditionLine>& before,
                                      const config::Config& config);

[[nodiscard]] std::string overview_page(const Overview& overview, const config::Config& config);

/// What the numbers ask of the publisher, in a sentence or two.
[[nodiscard]] std::string advice(const EditionReport& report);

}  // namespace tidings::app
