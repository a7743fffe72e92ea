// Plain text wrapped by columns, as terminals and monospaced mail count them (base/text.hpp display_width).
// Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tidings::message {

/// Breaks lines wider than `columns` at blanks and continues them with the line's own indentation; leaves
/// others unchanged. Scripts without blanks (wide characters) may break between characters, not before
/// closing punctuation. A word that is too long, such as an address, is never broken. Drops blank lines at
/// both ends and the last line end.
[[nodiscard]] std::string wrap(std::string_view text, int columns);

/// The width of the widest line.
[[nodiscard]] int widest_line(std::string_view text);

/// `mark` repeated as wide as the widest line of `text`, at most `columns`.
[[nodiscard]] std::string rule_under(std::string_view text, char mark, int columns);

[[nodiscard]] std::size_t character_count(std::string_view text);

/// At most that many characters and an ellipsis, cut at a blank if there is one in the last third.
[[nodiscard]] std::string first_words(std::string_view text, std::size_t characters);

/// Words, of scripts without blanks two characters each.
[[nodiscard]] std::size_t word_count(std::string_view text);

}  // namespace tidings::message
