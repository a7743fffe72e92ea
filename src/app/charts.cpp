#include "app/charts.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace tidings::app {
namespace {

std::string_view class_of(Tone tone) {
  switch (tone) {
    case Tone::accent: return "accent";
    case Tone::good: return "good";
    case Tone::warn: return "warn";
    case Tone::bad: return "bad";
    case Tone::quiet: return "quiet";
  }
  return "";
}

/// Numbers stand at the end of their column, words at its start.
bool is_number(std::string_view cell) {
  return !cell.empty() && std::string_view{"0123456789-<"}.find(cell.front()) != std::string_view::npos;
}

std::string rows_of(const PageTable& table) {
  std::string out = "<thead><tr>";
  for (std::size_t i = 0; i < table.headings.size(); ++i) {
    const bool counts = i > 0 && (table.rows.empty() || is_number(table.rows.front()[i]));
    out += fmt::format("<th scope=\"col\"{}>{}</th>", counts ? " class=\"n\"" : "",
                       escape_html(table.headings[i]));
  }
  out += "</tr></thead><tbody>\n";
  for (const auto& row : table.rows) {
    out += fmt::format("<tr><th scope=\"row\">{}</th>", escape_html(row[0]));
    // On a phone each cell of a wide table stands on a line of its own, behind its heading.
    for (std::size_t i = 1; i < row.size(); ++i)
      out += fmt::format("<td{} data-of=\"{}\">{}</td>", is_number(row[i]) ? " class=\"n\"" : "",
                         escape_html(table.headings[i]), escape_html(row[i]));
    out += "</tr>\n";
  }
  return out + "</tbody>";
}

constexpr int height = 100;  // of the plot, in units of its own

}  // namespace

std::string grouped(std::int64_t number) {
  auto digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string percent(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return "-";
  const auto value = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  // What is not all must not read as if it were.
  if (part != whole && value > 99.9) return "99.9 %";
  if (part != 0 && value < 0.1) return "< 0.1 %";
  return value == static_cast<int>(value) ? fmt::format("{:.0f} %", value) : fmt::format("{:.1f} %", value);
}

std::string write_table(const PageTable& table) {
  return fmt::format("<table{}><caption>{}</caption>{}</table>\n",
                     table.headings.size() > 4 ? " class=\"wide\"" : "", escape_html(table.caption),
                     rows_of(table));
}

std::string write_folded(const PageTable& table, std::string_view summary) {
  return fmt::format("<details><summary>{}</summary>{}</details>\n", escape_html(summary),
                     write_table(table));
}

std::string write_stack(std::string_view label, std::span<const Part> parts) {
  std::int64_t whole = 0;
  for (const auto& part : parts) whole += part.value;
  if (whole == 0) return {};
  std::string bars;
  std::string legend;
  double at = 0;
  for (const auto& part : parts) {
    if (part.value == 0) continue;
    const auto width = 1000.0 * static_cast<double>(part.value) / static_cast<double>(whole);
    // Few among many are seen all the same.
    const auto shown = std::max(width, 4.0);
    bars += fmt::format("<rect class=\"{}\" x=\"{:.1f}\" width=\"{:.1f}\" height=\"24\"/>",
                        class_of(part.tone), std::min(at, 1000 - shown), shown);
    at += width;
    legend += fmt::format("<li><i class=\"{}\"></i>{} <b>{}</b> <span>{}</span></li>", class_of(part.tone),
                          escape_html(part.name), grouped(part.value), percent(part.value, whole));
  }
  return fmt::format(
      "<svg class=\"stack\" viewBox=\"0 0 1000 24\" preserveAspectRatio=\"none\" role=\"img\" "
      "aria-label=\"{}\">{}</svg>\n<ul class=\"legend\">{}</ul>\n",
      escape_html(label), bars, legend);
}

std::string write_bars(std::string_view caption, std::string_view heading, std::span<const Part> parts) {
  std::int64_t most = 1;
  for (const auto& part : parts) most = std::max(most, part.value);
  auto out = fmt::format(
      "<table class=\"bars\"><caption>{}</caption><thead><tr><th scope=\"col\">{}</th>"
      "<th scope=\"col\" class=\"n\">Count</th></tr></thead><tbody>\n",
      escape_html(caption), escape_html(heading));
  for (const auto& part : parts) {
    const auto width = std::max(4.0, 1000.0 * static_cast<double>(part.value) / static_cast<double>(most));
    out += fmt::format(
        "<tr><th scope=\"row\">{}<svg viewBox=\"0 0 1000 8\" preserveAspectRatio=\"none\" "
        "aria-hidden=\"true\"><rect class=\"track\" width=\"1000\" height=\"8\"/><rect class=\"{}\" "
        "width=\"{:.1f}\" height=\"8\"/></svg></th><td class=\"n\">{}</td></tr>\n",
        escape_html(part.name), class_of(part.tone), width, grouped(part.value));
  }
  return out + "</tbody></table>\n";
}

std::string write_columns(const Columns& columns) {
  const auto count = std::max(columns.up.size(), columns.down.size());
  std::int64_t highest = 0;
  std::int64_t lowest = 0;
  for (const auto value : columns.up) highest = std::max(highest, value);
  for (const auto value : columns.down) lowest = std::max(lowest, value);
  if (count == 0 || highest + lowest == 0) return {};
  const auto unit = static_cast<double>(height) / static_cast<double>(highest + lowest);
  const auto line = static_cast<double>(highest) * unit;
  const auto step = 1000.0 / static_cast<double>(count);
  const auto width = step * (count > 40 ? 1.0 : 0.8);
  std::string bars;
  const auto add = [&](const std::vector<std::int64_t>& values, std::string_view tone, bool is_up) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i] == 0) continue;
      const auto tall = std::max(1.0, static_cast<double>(values[i]) * unit);
      bars += fmt::format("<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"/>",
                          tone, static_cast<double>(i) * step + (step - width) / 2,
                          is_up ? line - tall : line, width, tall);
    }
  };
  add(columns.up, "accent", true);
  add(columns.down, "bad", false);
  std::string ticks;
  for (const auto& tick : columns.ticks) ticks += fmt::format("<span>{}</span>", escape_html(tick));
  return fmt::format(
      "<div class=\"plot\"><p class=\"peak\">{}</p><svg class=\"columns\" viewBox=\"0 0 1000 {}\" "
      "preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}\">{}<line x1=\"0\" x2=\"1000\" "
      "y1=\"{:.1f}\" "
      "y2=\"{:.1f}\"/></svg><p class=\"ticks\" aria-hidden=\"true\">{}</p></div>\n",
      grouped(highest), height, escape_html(columns.label), bars, line, line, ticks);
}

}  // namespace tidings::app
