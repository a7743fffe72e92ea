// Posts of a page without markup for posts: repeated rows, list items, cards, headings or definitions, each
// with one date and a link.
//
// Finds dates that stand alone, or at the beginning or end of a text; dates at the same place in the page's
// tree form a list. The longest list with links wins. A date's item is the largest part of the page around it
// without a second date of the list; a date above its posts (a heading, <dt>) applies until the next date.
// Lists with fewer than three posts, lists of events (by the words of their heading or classes), and lists in
// navigation or footers are ignored. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <libxml/tree.h>

#include "base/clock.hpp"

namespace tidings::source {

struct DatedPost {
  std::string title;
  xmlNode* link = nullptr;     ///< an element with href
  UtcTime published{};         ///< noon UTC of the day, unless the page gives a time
  xmlNode* excerpt = nullptr;  ///< nullptr if there is none
  xmlNode* image = nullptr;    ///< an <img>, or nullptr
};

/// In page order; empty if there is no such list. `language` decides whether "03/12/2026" is in March if the
/// list itself does not: only American English writes the month first.
[[nodiscard]] std::vector<DatedPost> find_dated_posts(xmlDoc* document, std::string_view language);

}  // namespace tidings::source
