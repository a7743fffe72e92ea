// What the command line prints: aligned tables for people, with --json one object a line for programs.
//
// Results go to standard output; errors and progress go to standard error. Requested data (a list, a
// document) is shown; reports of a command's work are said, and -q silences those. Outside text is made
// harmless to a terminal.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/zone.hpp"

namespace tidings::cli {

using Json = nlohmann::ordered_json;

enum class Form { text, json };

/// Process-wide; set once by the command line. With `json` the log writes objects, too.
void set_form(Form form);
[[nodiscard]] Form form();

enum class Look { plain, trouble };

/// A cell of a table, or a line of a report. Trouble is red on a terminal that shows colours.
struct Cell {
  Cell(std::string words, Look how = Look::plain)
      : text(std::move(words)), look(how) {}  // NOLINT: as a string
  Cell(const char* words) : text(words) {}    // NOLINT

  std::string text;
  Look look = Look::plain;
};

/// What a table is printed on.
struct Paper {
  std::optional<int> columns{};  ///< none: as wide as it gets
  enum class Ink { plain, colours } ink = Ink::plain;
};

/// That of standard output: the terminal's width or COLUMNS, and colours on a terminal without NO_COLOR.
[[nodiscard]] Paper paper();

/// Columns by display width, two blanks between them; headings in capitals. The last column is not padded. On
/// narrow paper empty columns go, the widest ones shrink, and their cells wrap; where nothing fits beside
/// each other, each cell has a line.
class Table {
 public:
  explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}
  void add(std::vector<Cell> cells);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] std::string text(const Paper& paper = {}) const;

 private:
  [[nodiscard]] Table fitting(const Paper& paper) const;
  [[nodiscard]] std::string laid_out(const Paper& paper) const;
  [[nodiscard]] std::vector<int> widths(const Paper& paper) const;
  [[nodiscard]] std::string records(const Paper& paper) const;

  std::vector<std::string> headings_;
  std::vector<std::vector<Cell>> rows_;
};

/// A list as it is asked for: a table, or with --json one object a line.
class Listing {
 public:
  explicit Listing(std::vector<std::string> headings) : table_(std::move(headings)) {}
  void add(const Json& object, std::vector<Cell> cells);
  /// `more`: how to see the rest, if the list ends at its --limit; people read it below the list, programs on
  /// standard error.
  void print(std::string_view more = {}) const;

 private:
  Table table_;
  std::string lines_;
};

/// The part of a list that is held whole: those behind `after`, at most `limit`.
struct Page {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string more{};  ///< for Listing::print()
};

/// `what`: "digest". Errc::no_input if `after` is none of the names.
[[nodiscard]] Result<Page> page_of(std::span<const std::string> names, const std::string& after, int limit,
                                   std::string_view what);

/// "there are more: --after X continues, --limit N shows more"
[[nodiscard]] std::string there_are_more(std::string_view after, int limit);

/// One line, harmless to a terminal (base/terminal.hpp). For part of a line: print() does it for a whole
/// text.
[[nodiscard]] std::string printable(std::string_view text);

/// Shortened to `columns` with "…" at the end.
[[nodiscard]] std::string shorten(std::string_view text, int columns);

/// Lines of at most `columns`, broken at blanks, longer words within; at least one.
[[nodiscard]] std::vector<std::string> wrap(std::string_view text, int columns);

/// "2026-01-05 08:00" in the zone, "-" for none.
[[nodiscard]] std::string local_time(const Zone& zone, std::optional<UtcTime> t);

/// RFC 3339 or null.
[[nodiscard]] Json json_time(std::optional<UtcTime> t);

/// Null if it is empty.
[[nodiscard]] Json json_text(std::string_view text);

/// One line; bytes that are not UTF-8 are replaced.
[[nodiscard]] std::string json_line(const Json& json);

/// For people: made harmless to a terminal (base/terminal.hpp), whatever standard output is.
void print(std::string_view text);

/// Lines for people, wrapped to the terminal; what wraps is indented by the line's own indentation and two
/// more.
void print_lines(std::span<const Cell> lines);

/// What a command has done: like print(), but nothing with -q or --json.
void say(std::string_view text);

/// What a command was asked for: `object` with --json, else `text`.
void show(const Json& object, std::string_view text);

/// What a command has done: `object` with --json, else `text`, and nothing with -q.
void tell(const Json& object, std::string_view text);

/// For programs: a requested document (HTML, CSV, OPML, a rendered template), octet by octet.
void print_document(std::string_view text);

}  // namespace tidings::cli
