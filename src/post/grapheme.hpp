// What a reader sees as one character, and where a line may break without a blank. Pure.
//
// A small part of Unicode's segmentation (UAX 29, UAX 14): enough never to split accents, emoji sequences,
// flags, Hangul or Indic clusters, and to break Chinese and Japanese lines by their rules.
#pragma once

#include <cstddef>
#include <string_view>

namespace tidings::post {

/// Returns the grapheme at `at` and moves past it; empty at the end.
[[nodiscard]] std::string_view next_grapheme(std::string_view text, std::size_t& at);

/// Written without blanks between words: Han, kana, Thai, Lao, Khmer, Burmese; not Hangul.
[[nodiscard]] bool is_unspaced(char32_t c);

/// Closing punctuation, small kana and the like, which may not begin a line.
[[nodiscard]] bool may_not_begin_line(char32_t c);
/// Opening brackets and quotes, which may not end a line.
[[nodiscard]] bool may_not_end_line(char32_t c);

}  // namespace tidings::post
