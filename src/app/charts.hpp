// Plots for reports: inline SVG with HTML around it, so that words keep their size on every screen, and a
// table with the same numbers for those who do not see them. Pure; all texts are escaped here.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidings::app {

/// "12,345".
[[nodiscard]] std::string grouped(std::int64_t number);
/// "3.4 %"; "-" of nothing.
[[nodiscard]] std::string percent(std::int64_t part, std::int64_t whole);

/// A table; the first column heads its row.
struct PageTable {
  std::string caption;
  std::vector<std::string> headings;
  std::vector<std::vector<std::string>> rows;
};
[[nodiscard]] std::string write_table(const PageTable& table);
/// Folded away behind `summary`; printed all the same.
[[nodiscard]] std::string write_folded(const PageTable& table, std::string_view summary);

/// A value in the colour of its meaning.
enum class Tone { accent, good, warn, bad, quiet };

struct Part {
  std::string name;
  std::int64_t value = 0;
  Tone tone = Tone::accent;
};
/// One bar of parts side by side, with a legend that has their numbers.
[[nodiscard]] std::string write_stack(std::string_view label, std::span<const Part> parts);
/// A bar for each, the longest as wide as the page; a table at the same time.
[[nodiscard]] std::string write_bars(std::string_view caption, std::string_view heading,
                                     std::span<const Part> parts);

/// Columns over time. `up` stand on the line, `down` hang from it; either may be empty.
struct Columns {
  std::string label;  ///< what a screen reader says in its place
  std::vector<std::int64_t> up;
  std::vector<std::int64_t> down;
  std::vector<std::string> ticks;  ///< words below, evenly spread
};
[[nodiscard]] std::string write_columns(const Columns& columns);

}  // namespace tidings::app
