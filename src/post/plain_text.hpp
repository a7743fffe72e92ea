// Plain text of a post, for the text/plain part.
//
// Walks the HTML tree: blank lines around blocks, marks and indents for lists, "> " before quotes, code keeps
// its lines, images become their alt text, table rows become lines. Wraps by display width, so that CJK and
// emoji stay inside the column; CJK breaks between characters, but not before closing punctuation. Pure.
// Expects sanitised HTML; anything else is read just as safely, within the same limits.
#pragma once

#include <string>
#include <string_view>

namespace tidings::post {

enum class LinkStyle {
  numbered,  ///< text [1], with a list of addresses at the end
  in_line,   ///< text <https://...>
  none,      ///< text only
};

struct TextOptions {
  int width = 72;  ///< columns; 0: no wrapping
  LinkStyle links = LinkStyle::numbered;
  int first_number = 1;  ///< of the first link, for texts that are joined
};

/// Lines end in LF, including the last; empty for empty HTML. No line has needless blanks at either end.
[[nodiscard]] std::string html_to_text(std::string_view html, const TextOptions& options = {});

}  // namespace tidings::post
