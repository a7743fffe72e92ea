// Numbers for monitors: the text formats of Prometheus 0.0.4 and OpenMetrics 1.0. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tidings::web {

struct Metric {
  enum class Kind { gauge, counter };

  std::string name;  ///< "tidings_web_events", without "_total"; ends in its unit, if it has one
  Kind kind = Kind::gauge;
  std::string unit = {};  ///< "seconds", "bytes"; empty: none
  std::string help;       ///< a sentence

  struct Sample {
    std::vector<std::pair<std::string_view, std::string>> labels;
    double value = 0;
  };
  std::vector<Sample> samples;
};

enum class MetricsForm { prometheus, open_metrics };

/// What a scraper that sends this Accept field can read.
[[nodiscard]] MetricsForm metrics_form_for(std::string_view accept);
[[nodiscard]] std::string_view content_type_of(MetricsForm form);

[[nodiscard]] std::string write_metrics(std::span<const Metric> metrics, MetricsForm form);

}  // namespace tidings::web
