// Posts of a page that nobody has marked up: rows, list items, cards, headings and definitions that repeat
// with one date and a link.
//
// Dates are found where they stand alone, or at the beginning or end of a text; those that stand at the same
// place of the page's tree make a list. The longest list with links wins. The item of a date is as much of
// the page as holds no second date of the list; where a date stands above its posts (a heading, <dt>), it
// holds for what follows until the next. A list of fewer than three posts, of events (by the words of its
// heading or classes), or in navigation and footers is no list of posts. Pure.
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
  UtcTime published{};         ///< noon UTC of the day, unless the page has a time of day
  xmlNode* excerpt = nullptr;  ///< nullptr if there is none
  xmlNode* image = nullptr;    ///< an <img>, or nullptr
};

/// In the order of the page; empty if there is no such list. `language` decides whether "03/12/2026" is in
/// March where the list itself does not: only American English writes the month first.
[[nodiscard]] std::vector<DatedPost> find_dated_posts(xmlDoc* document, std::string_view language);

}  // namespace tidings::source
