// Plain text of a post: what a reader of the text/plain part gets.
//
// Walks the tree of the HTML: blocks are set off by blank lines, lists keep their marks and indents, quotes
// are prefixed with "> ", code keeps its lines, images show their alt text, tables a row a line. Lines wrap
// by display width, so that CJK and emoji stay inside the column; CJK breaks between characters, but not
// before closing punctuation. Pure. Takes sanitised HTML; anything else is read as safely, with the same
// limits.
#pragma once

#include <string>
#include <string_view>

namespace tidings::post {

enum class LinkStyle {
  numbered,  ///< text [1], and the list of addresses at the end
  in_line,   ///< text <https://...>
  none,      ///< text only
};

struct TextOptions {
  int width = 72;  ///< columns; 0: no wrapping
  LinkStyle links = LinkStyle::numbered;
  int first_number = 1;  ///< of the first link, for texts that are joined into one
};

/// Lines end in LF, the last one too; empty for empty HTML. No line begins or ends with more blanks than it
/// needs.
[[nodiscard]] std::string html_to_text(std::string_view html, const TextOptions& options = {});

}  // namespace tidings::post
