// Text: valid UTF-8, white space, approximate names. Pure; no locale.
//
// All text from outside passes clean_utf8(); after that, strings inside tidings are valid UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidings {

/// Removes ASCII white space (blank, tab, CR, LF, FF, VT) from both ends.
[[nodiscard]] std::string_view trim(std::string_view text);

/// ASCII letters only; other bytes stay.
[[nodiscard]] std::string ascii_lower(std::string_view text);
[[nodiscard]] bool ascii_iequals(std::string_view a, std::string_view b);

/// Runs of ASCII white space and U+00A0 become one blank; ends trimmed.
[[nodiscard]] std::string collapse_blanks(std::string_view text);

/// The pieces between separators, empty ones included; "" gives one empty piece.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

[[nodiscard]] std::string join(std::span<const std::string> parts, std::string_view separator);

/// Replaces every occurrence, left to right; `from` must not be empty.
[[nodiscard]] std::string replace_all(std::string_view text, std::string_view from, std::string_view to);

[[nodiscard]] bool is_valid_utf8(std::string_view text);

/// Valid UTF-8 without C0/C1 controls (tab and newline stay), noncharacters or U+FEFF; bad bytes become
/// U+FFFD, CR LF and lone CR become LF. Idempotent.
[[nodiscard]] std::string clean_utf8(std::string_view text);

/// Decodes the code point at `at` and moves past it; for invalid bytes U+FFFD, one byte further.
[[nodiscard]] char32_t next_code_point(std::string_view text, std::size_t& at);
void append_utf8(std::string& out, char32_t code_point);

/// Columns on a terminal or in a monospaced mail: 2 for CJK wide and emoji, 0 for combining marks, else 1.
[[nodiscard]] int display_width(std::string_view text);
[[nodiscard]] int display_width(char32_t code_point);

/// Cut to at most `max_bytes`, never inside a code point.
[[nodiscard]] std::string_view truncate_utf8(std::string_view text, std::size_t max_bytes);

/// Lower-cases ASCII, Latin, Greek and Cyrillic letters, to compare titles and to search; not full case
/// folding.
[[nodiscard]] std::string fold_case(std::string_view text);

/// The nearest known name within a third of its length in edits (Damerau-Levenshtein, ignoring case), if any.
[[nodiscard]] std::optional<std::string> nearest(std::string_view name, std::span<const std::string> known);

/// "did you mean \"x\"?" for the nearest known name, or "".
[[nodiscard]] std::string did_you_mean(std::string_view name, std::span<const std::string> known);

/// & < > " ' as character references, for HTML text and quoted attributes.
[[nodiscard]] std::string escape_html(std::string_view text);
void append_escaped_html(std::string& out, std::string_view text);

/// Decimal digits; several times faster than formatting, for output by the million.
void append_number(std::string& out, std::int64_t number);

/// "1 post", "2 posts": for the command line, English only.
[[nodiscard]] std::string plural(long long count, std::string_view noun);

}  // namespace tidings
