// An edition as Markdown (CommonMark with GitHub's tables) and as gemtext (text/gemini). Pure.
//
// Markdown: letters that mean something are escaped, so it renders as the text it was. Gemtext: a paragraph a
// line, its links on lines of their own below it.
#pragma once

#include <string>
#include <string_view>

#include "edition/document.hpp"

namespace tidings::edition {

/// Sanitised HTML as text of blocks, without a blank line at either end; "data:" pictures become their
/// description.
[[nodiscard]] std::string to_markdown(std::string_view html);
[[nodiscard]] std::string to_gemtext(std::string_view html);

/// All chapters; ends in a line end.
[[nodiscard]] std::string make_markdown(const Document& document);
[[nodiscard]] std::string make_gemtext(const Document& document);

}  // namespace tidings::edition
