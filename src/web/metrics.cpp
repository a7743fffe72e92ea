#include "web/metrics.hpp"

#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"

namespace tidings::web {
namespace {

std::string escaped(std::string text) {
  text = replace_all(std::move(text), "\\", "\\\\");
  text = replace_all(std::move(text), "\n", "\\n");
  return replace_all(std::move(text), "\"", "\\\"");
}

std::string number(double value) {
  constexpr double exact = 9'007'199'254'740'992;  // 2^53
  const bool is_whole = std::floor(value) == value && std::abs(value) < exact;
  return is_whole ? fmt::format("{}", static_cast<long long>(value)) : fmt::format("{}", value);
}

}  // namespace

MetricsForm metrics_form_for(std::string_view accept) {
  return accept.find("application/openmetrics-text") != std::string_view::npos ? MetricsForm::open_metrics
                                                                               : MetricsForm::prometheus;
}

std::string_view content_type_of(MetricsForm form) {
  return form == MetricsForm::open_metrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                           : "text/plain; version=0.0.4; charset=utf-8";
}

std::string write_metrics(std::span<const Metric> metrics, MetricsForm form) {
  const bool is_open = form == MetricsForm::open_metrics;
  std::string out;
  for (const auto& metric : metrics) {
    if (metric.samples.empty()) continue;
    const bool counts = metric.kind == Metric::Kind::counter;
    const auto sample_name = metric.name + (counts ? "_total" : "");
    const auto& family = is_open ? metric.name : sample_name;
    out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", family, metric.help, family,
                       counts ? "counter" : "gauge");
    if (is_open && !metric.unit.empty()) out += fmt::format("# UNIT {} {}\n", family, metric.unit);
    for (const auto& sample : metric.samples) {
      out += sample_name;
      for (std::size_t i = 0; i < sample.labels.size(); ++i)
        out += fmt::format("{}{}=\"{}\"", i == 0 ? '{' : ',', sample.labels[i].first,
                           escaped(clean_utf8(sample.labels[i].second)));
      out += fmt::format("{} {}\n", sample.labels.empty() ? "" : "}", number(sample.value));
    }
  }
  return is_open ? out + "# EOF\n" : out;
}

}  // namespace tidings::web
