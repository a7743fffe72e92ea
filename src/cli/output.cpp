#include "cli/output.hpp"

#include <algorithm>
#include <chrono>

#include <unistd.h>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/terminal.hpp"
#include "base/text.hpp"

namespace tidings::cli {

void Table::add(std::vector<std::string> cells) {
  for (auto& cell : cells) cell = printable(cell);
  cells.resize(headings_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::text() const {
  std::vector<int> widths;
  for (const auto& heading : headings_) widths.push_back(display_width(heading));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  std::string out;
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      text += cells[i];
      if (i + 1 < cells.size())
        text.append(static_cast<std::size_t>(widths[i] - display_width(cells[i]) + 2), ' ');
    }
    while (text.ends_with(' ')) text.pop_back();
    out += text + '\n';
  };
  line(headings_);
  for (const auto& row : rows_) line(row);
  return out;
}

std::string printable(std::string_view text) { return terminal_line(text); }

std::string shorten(std::string_view text, int columns) {
  if (display_width(text) <= columns) return std::string{text};
  std::string out;
  int used = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto c = next_code_point(text, at);
    if (used + display_width(c) > columns - 1) break;
    used += display_width(c);
    append_utf8(out, c);
  }
  return out + "…";
}

std::string local_time(const Zone& zone, std::optional<UtcTime> t) {
  return t ? time_in_words(zone, *t) : "-";
}

Json json_time(std::optional<UtcTime> t) { return t ? Json(format_rfc3339(*t)) : Json(nullptr); }

std::string json_line(const Json& json) {
  return json_with_escapes(json.dump(-1, ' ', false, Json::error_handler_t::replace)) + "\n";
}

void print(std::string_view text) { print_document(terminal_text(text)); }

void say(std::string_view text) {
  if (log::level() > log::Level::error) print(text);
}

void print_list(ListForm form, const Table& table, std::string_view json_lines, std::string_view more) {
  if (form == ListForm::json) {
    print(json_lines);
    if (!more.empty()) log::warning(more);
    return;
  }
  print(table.text() + (more.empty() ? std::string{} : fmt::format("{}\n", more)));
}

void print_document(std::string_view text) {
  while (!text.empty()) {
    const auto wrote = ::write(STDOUT_FILENO, text.data(), text.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return;  // nobody reads any more (a closed pipe), which is not our failure
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
}

}  // namespace tidings::cli
