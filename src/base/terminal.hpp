// What a terminal may show and how wide it is; makes text harmless for a terminal or a log.
//
// A title, a name or a relay's reply may hold escape sequences, which control the terminal, or bidirectional
// overrides, which make a line read as another. Both become '?', so that the reader sees that something was
// there.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <string_view>

namespace tidings {

/// Control characters (C0 except line feed and tab, DEL, C1), line and paragraph separators, bidirectional
/// embeddings, overrides and isolates (U+202A..202E, U+2066..2069) and tag characters become '?'; invalid
/// UTF-8 becomes U+FFFD.
[[nodiscard]] std::string terminal_text(std::string_view text);

/// The same, and line feeds and tabs become blanks.
[[nodiscard]] std::string terminal_line(std::string_view text);

/// Writes the same characters of a JSON document as \uXXXX, which does not change its meaning.
[[nodiscard]] std::string json_with_escapes(std::string_view json);

/// Whether the file is a terminal that shows colours: not with NO_COLOR (no-color.org) or TERM=dumb.
[[nodiscard]] bool takes_colour(int file);

/// For text that is harmless already.
[[nodiscard]] std::string in_red(std::string_view text);
[[nodiscard]] std::string in_bold(std::string_view text);

/// Columns for a table: of the environment's COLUMNS, else of the terminal; none if the file is no terminal.
[[nodiscard]] std::optional<int> columns_of(int file);

/// Standard error ends in a line without an end, which whoever writes next removes with `erase_line`.
extern std::atomic<bool> has_open_line;
constexpr std::string_view erase_line = "\r\x1b[K";

}  // namespace tidings
