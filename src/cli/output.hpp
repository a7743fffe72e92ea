// What the command line prints: aligned tables for people, one JSON object per line for programs.
//
// Everything goes to standard output in one write at the end of a command; errors and progress go to standard
// error. Requested data (a list, a document, JSON) is printed; reports of a command's work are said, and -q
// silences those. Outside text is made harmless to a terminal: see print().
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/zone.hpp"

namespace tidings::cli {

using Json = nlohmann::ordered_json;

/// Columns by display width, two blanks between them; headings in capitals. The last column is not padded.
class Table {
 public:
  explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}
  void add(std::vector<std::string> cells);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] std::string text() const;

 private:
  std::vector<std::string> headings_;
  std::vector<std::vector<std::string>> rows_;
};

/// One line, harmless to a terminal (base/terminal.hpp). For part of a line: print() does it for a whole
/// text.
[[nodiscard]] std::string printable(std::string_view text);

/// Shortened to `columns` with "…" at the end.
[[nodiscard]] std::string shorten(std::string_view text, int columns);

/// "2026-01-05 08:00" in the zone, "-" for none.
[[nodiscard]] std::string local_time(const Zone& zone, std::optional<UtcTime> t);

/// RFC 3339 or null.
[[nodiscard]] Json json_time(std::optional<UtcTime> t);

/// One line; bytes that are not UTF-8 are replaced.
[[nodiscard]] std::string json_line(const Json& json);

/// For people: made harmless to a terminal (base/terminal.hpp), whatever standard output is.
void print(std::string_view text);

/// What a command has done: like print(), but nothing with -q.
void say(std::string_view text);

enum class ListForm { table, json };

/// A list. `more`: how to see the rest, if the list ends at its --limit; people read it below the list,
/// programs on standard error.
void print_list(ListForm form, const Table& table, std::string_view json_lines, std::string_view more = {});

/// For programs: a requested document (HTML, CSV, OPML, a rendered template), octet by octet.
void print_document(std::string_view text);

}  // namespace tidings::cli
