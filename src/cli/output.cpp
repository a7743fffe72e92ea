#include "cli/output.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <numeric>

#include <unistd.h>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/terminal.hpp"
#include "base/text.hpp"
#include "base/text_lines.hpp"

namespace tidings::cli {
namespace {

constexpr int gap = 2;
constexpr int least_column = 7;   ///< below, cells stand below each other
constexpr int longest_kept = 32;  ///< words up to this, such as addresses, are broken last

std::atomic<Form> chosen_form{Form::text};

std::string inked(std::string_view text, Look look, const Paper& paper) {
  return look == Look::trouble && paper.ink == Paper::Ink::colours ? in_red(text) : std::string{text};
}

std::string blanks(int count) { return std::string(static_cast<std::size_t>(std::max(0, count)), ' '); }

/// Columns that lose, the widest first, until they fit, but not below `least` each.
std::vector<int> shrunk(std::vector<int> widths, const std::vector<int>& least, int available) {
  const auto width_at = [&](std::size_t i, int most) {
    return std::max(std::min(widths[i], most), std::min(widths[i], least[i]));
  };
  const auto sum_at = [&](int most) {
    int sum = 0;
    for (std::size_t i = 0; i < widths.size(); ++i) sum += width_at(i, most);
    return sum;
  };
  int most = *std::ranges::max_element(widths);
  while (most > 0 && sum_at(most) > available) --most;
  int left = available - sum_at(most);
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const bool grows = widths[i] > most && width_at(i, most) == most && left > 0;
    widths[i] = width_at(i, most) + (grows ? 1 : 0);
    left -= grows ? 1 : 0;
  }
  return widths;
}

int longest_word(std::string_view text) {
  int longest = 0;
  for (const auto word : split(text, ' ')) longest = std::max(longest, display_width(word));
  return longest;
}

/// "FILE:LINE:COLUMN: rest"; without the column only if there is such a file, since ports look alike.
struct Placed {
  std::string_view place;
  std::string_view rest;
};

Placed place_in(std::string_view what) {
  const auto number_at = [&](std::size_t from) {
    auto end = from;
    while (end < what.size() && what[end] >= '0' && what[end] <= '9') ++end;
    return end;
  };
  for (auto colon = what.find(':'); colon != std::string_view::npos; colon = what.find(':', colon + 1)) {
    const auto line_end = number_at(colon + 1);
    if (line_end == colon + 1 || line_end >= what.size() || what[line_end] != ':') continue;
    const auto column_end = number_at(line_end + 1);
    const bool has_column = column_end > line_end + 1;
    const auto end = has_column ? column_end : line_end;
    std::error_code unknown;
    if (!what.substr(end).starts_with(": ")) continue;
    if (!has_column && !std::filesystem::is_regular_file(what.substr(0, colon), unknown)) continue;
    return {.place = what.substr(0, end), .rest = what.substr(end + 2)};
  }
  return {.place = {}, .rest = what};
}

std::string_view name_of(log::Level level) {
  switch (level) {
    case log::Level::error: return "error";
    case log::Level::warning: return "warning";
    case log::Level::info: return "info";
    case log::Level::debug: break;
  }
  return "debug";
}

std::string_view name_of(Errc code) {
  switch (code) {
    case Errc::usage: return "usage";
    case Errc::bad_data: return "bad_data";
    case Errc::no_input: return "no_input";
    case Errc::unavailable: return "unavailable";
    case Errc::bug: return "bug";
    case Errc::cannot_create: return "cannot_create";
    case Errc::io: return "io";
    case Errc::try_again: return "try_again";
    case Errc::not_permitted: return "not_permitted";
    case Errc::config: break;
  }
  return "config";
}

std::string event_json(log::Level level, std::string_view what, const Error* error) {
  const auto placed = place_in(error == nullptr ? what : std::string_view{error->what});
  auto line = json_line({{"level", name_of(level)},
                         {"code", error == nullptr ? Json(nullptr) : Json(name_of(error->code))},
                         {"what", placed.rest},
                         {"hint", json_text(error == nullptr ? std::string_view{} : error->hint)},
                         {"place", json_text(placed.place)}});
  line.pop_back();
  return line;
}

}  // namespace

void set_form(Form form) {
  chosen_form = form;
  log::set_format(form == Form::json ? event_json : nullptr);
}

Form form() { return chosen_form; }

Paper paper() {
  return {.columns = columns_of(STDOUT_FILENO),
          .ink = takes_colour(STDOUT_FILENO) ? Paper::Ink::colours : Paper::Ink::plain};
}

void Table::add(std::vector<Cell> cells) {
  for (auto& cell : cells) cell.text = printable(cell.text);
  cells.resize(headings_.size(), Cell{std::string{}});
  rows_.push_back(std::move(cells));
}

std::vector<int> Table::widths(const Paper& paper) const {
  std::vector<int> widths(headings_.size());
  std::vector<int> words(headings_.size());
  const auto measure = [&](std::size_t i, std::string_view text) {
    widths[i] = std::max(widths[i], display_width(text));
    words[i] = std::max(words[i], std::min(longest_word(text), longest_kept));
  };
  for (std::size_t i = 0; i < headings_.size(); ++i) measure(i, headings_[i]);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) measure(i, row[i].text);
  }
  if (!paper.columns) return widths;
  const int available = *paper.columns - gap * (static_cast<int>(widths.size()) - 1);
  const bool words_fit = std::accumulate(words.begin(), words.end(), 0) <= available;
  return shrunk(widths, words_fit ? words : std::vector<int>(widths.size()), available);
}

/// Without the columns that say nothing, if it is too wide for its paper.
Table Table::fitting(const Paper& paper) const {
  const auto wide = widths({});
  const int sum = std::accumulate(wide.begin(), wide.end(), gap * (static_cast<int>(wide.size()) - 1));
  if (!paper.columns || sum <= *paper.columns || rows_.empty()) return *this;
  Table out{{}};
  out.rows_.resize(rows_.size());
  for (std::size_t i = 0; i < headings_.size(); ++i) {
    if (std::ranges::all_of(rows_, [i](const auto& row) { return row[i].text.empty(); })) continue;
    out.headings_.push_back(headings_[i]);
    for (std::size_t row = 0; row < rows_.size(); ++row) out.rows_[row].push_back(rows_[row][i]);
  }
  return out.headings_.empty() ? *this : out;
}

/// "HEADING  cell", a line each, and an empty line between rows.
std::string Table::records(const Paper& paper) const {
  int widest = 0;
  for (const auto& heading : headings_) widest = std::max(widest, display_width(heading));
  const int room = std::max(1, paper.columns.value_or(80) - widest - gap);
  std::string out;
  for (const auto& row : rows_) {
    if (!out.empty()) out += '\n';
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (row[i].text.empty()) continue;
      auto head = paper.ink == Paper::Ink::colours ? in_bold(headings_[i]) : headings_[i];
      head += blanks(widest - display_width(headings_[i]) + gap);
      for (const auto& line : wrap(row[i].text, room)) {
        out += std::exchange(head, blanks(widest + gap)) + inked(line, row[i].look, paper) + '\n';
      }
    }
  }
  return out;
}

std::string Table::text(const Paper& paper) const { return fitting(paper).laid_out(paper); }

std::string Table::laid_out(const Paper& paper) const {
  const auto widths = this->widths(paper);
  std::vector<int> natural = this->widths({});
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (widths[i] < natural[i] && widths[i] < least_column) return records(paper);
  }
  std::string out;
  const auto row_of = [&](const std::vector<Cell>& cells, const auto& ink) {
    std::vector<std::vector<std::string>> columns;
    std::size_t height = 1;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      columns.push_back(display_width(cells[i].text) > widths[i] ? wrap(cells[i].text, widths[i])
                                                                 : std::vector{cells[i].text});
      height = std::max(height, columns.back().size());
    }
    for (std::size_t line = 0; line < height; ++line) {
      std::string text;
      int pending = 0;  // blanks that are written only if something follows
      for (std::size_t i = 0; i < cells.size(); ++i) {
        const auto piece = line < columns[i].size() ? columns[i][line] : std::string{};
        if (!piece.empty()) text += blanks(std::exchange(pending, 0)) + ink(piece, cells[i].look);
        pending += widths[i] - display_width(piece) + gap;
      }
      out += text + '\n';
    }
  };
  row_of({headings_.begin(), headings_.end()}, [&](std::string_view text, Look) {
    return paper.ink == Paper::Ink::colours ? in_bold(text) : std::string{text};
  });
  for (const auto& row : rows_)
    row_of(row, [&](std::string_view text, Look look) { return inked(text, look, paper); });
  return out;
}

void Listing::add(const Json& object, std::vector<Cell> cells) {
  if (form() == Form::json) {
    lines_ += json_line(object);
  } else {
    table_.add(std::move(cells));
  }
}

void Listing::print(std::string_view more) const {
  if (form() == Form::json) {
    print_document(lines_);
    if (!more.empty()) log::warning(more);
    return;
  }
  print_document(table_.text(paper()) + (more.empty() ? std::string{} : fmt::format("{}\n", more)));
}

Result<Page> page_of(std::span<const std::string> names, const std::string& after, int limit,
                     std::string_view what) {
  Page page;
  if (!after.empty()) {
    const auto last = std::ranges::find(names, after);
    if (last == names.end())
      return fail(Errc::no_input, fmt::format("there is no {} \"{}\"", what, printable(after)),
                  did_you_mean(after, names));
    page.begin = static_cast<std::size_t>(last - names.begin()) + 1;
  }
  page.end = std::min(names.size(), page.begin + static_cast<std::size_t>(limit));
  if (page.end < names.size()) page.more = there_are_more(names[page.end - 1], limit);
  return page;
}

std::string there_are_more(std::string_view after, int limit) {
  return fmt::format("there are more: --after {} continues, --limit {} shows more", after, limit * 2LL);
}

std::string printable(std::string_view text) { return terminal_line(text); }

std::string shorten(std::string_view text, int columns) {
  if (display_width(text) <= columns) return std::string{text};
  std::string out;
  int used = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto next = next_grapheme(text, at);
    used += display_width(next);
    if (used > columns - 1) break;
    out += next;
  }
  return out + "…";
}

std::vector<std::string> wrap(std::string_view text, int columns) {
  std::vector<std::string> lines;
  for (const auto& line : wrap_lines(text, columns)) {
    lines.emplace_back();
    int used = 0;
    for (std::size_t at = 0; at < line.size();) {
      const auto next = next_grapheme(line, at);
      if (used > 0 && used + display_width(next) > columns) {
        lines.emplace_back();
        used = 0;
      }
      lines.back() += next;
      used += display_width(next);
    }
  }
  if (lines.empty()) lines.emplace_back();
  return lines;
}

std::string local_time(const Zone& zone, std::optional<UtcTime> t) {
  return t ? time_in_words(zone, *t) : "-";
}

Json json_time(std::optional<UtcTime> t) { return t ? Json(format_rfc3339(*t)) : Json(nullptr); }

Json json_text(std::string_view text) { return text.empty() ? Json(nullptr) : Json(text); }

std::string json_line(const Json& json) {
  return json_with_escapes(json.dump(-1, ' ', false, Json::error_handler_t::replace)) + "\n";
}

void print(std::string_view text) { print_document(terminal_text(text)); }

void print_lines(std::span<const Cell> lines) {
  const auto page = paper();
  std::string out;
  for (const auto& [text, look] : lines) {
    const auto line = printable(text);
    const auto indent = static_cast<int>(std::min(line.find_first_not_of(' '), line.size()));
    if (!page.columns || display_width(line) <= *page.columns) {
      out += inked(line, look, page) + '\n';
      continue;
    }
    auto margin = blanks(indent);
    // What follows the first line is narrower.
    for (const auto& piece : wrap(line.substr(static_cast<std::size_t>(indent)),
                                  std::max(least_column, *page.columns - indent - gap))) {
      out += margin + inked(piece, look, page) + '\n';
      margin = blanks(indent + gap);
    }
  }
  print_document(out);
}

void say(std::string_view text) {
  if (log::level() > log::Level::error && form() == Form::text) print(text);
}

void show(const Json& object, std::string_view text) {
  form() == Form::json ? print_document(json_line(object)) : print(text);
}

void tell(const Json& object, std::string_view text) {
  form() == Form::json ? print_document(json_line(object)) : say(text);
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
