// What a reader sees as one character, and where a line of text may end. By libunistring. Pure.
//
// Source: Unicode, UAX 29 (graphemes) and UAX 14 (line breaks). Departures: a line never breaks inside a word
// of a script with blanks, nor inside an address; scripts that UAX 14 leaves to dictionaries (Thai, Lao,
// Khmer, Burmese) break between any two graphemes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tidings {

/// Returns the grapheme at `at` and moves past it; empty at the end.
[[nodiscard]] std::string_view next_grapheme(std::string_view text, std::size_t& at);

/// Written without blanks between words: Han, kana, Thai, Lao, Khmer, Burmese, and the wide punctuation of
/// these; not Hangul.
[[nodiscard]] bool is_unspaced(char32_t c);

/// General category P.
[[nodiscard]] bool is_punctuation(char32_t c);

/// The offsets in `text`, ascending, before which a line may begin although there is no blank.
[[nodiscard]] std::vector<std::size_t> breaks_without_blank(std::string_view text);

/// Lines without line ends, none wider than `width` columns (base/text.hpp: display_width) unless a single
/// word is; 0: no limit. Breaks at blanks and between characters of scripts without them, and always at "\n";
/// U+00A0 never breaks and becomes a blank; U+200B and U+00AD are left out.
[[nodiscard]] std::vector<std::string> wrap_lines(std::string_view text, int width);

}  // namespace tidings
