// Pages without a feed: posts from HTML by XPath, or by the page's own markup.
//
// Without an item XPath these are tried in order, and the first that finds a post wins: schema.org in
// JSON-LD, schema.org microdata, h-feed, the front pages of Blogger and WordPress, plain <article> elements,
// elements with one date and a link if three or more have them. If posts share a date above them (Blogger),
// the last date heading before a post applies. A date without a time is noon UTC, so that it is the same day
// nearly everywhere. Pure; parses HTML with libxml2 for its XPath.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "source/source.hpp"

namespace tidings::source {

/// XPath 1.0. `item` and `date_heading` start at the document, the others at the item. An empty one uses the
/// defaults if `item` is empty too, else it finds nothing. Alternatives are on separate lines. All except
/// `item` and `date_heading` may also be expressions that give a string, such as concat() and
/// substring-before().
struct PageXPaths {
  std::string item{};
  std::string title{};
  std::string link{};  ///< an attribute, or an element with href
  std::string date{};
  std::string excerpt{};
  std::string image{};
  std::string date_heading{};
};

struct PageOptions {
  std::string base_url{};
  std::string content_type{};
  PageXPaths xpaths{};
};

/// What is wrong with XPaths (alternatives on separate lines) as XPath 1.0; nothing if they compile.
[[nodiscard]] std::optional<std::string> xpath_mistake(std::string_view xpaths);

/// Errc::config for an XPath that does not compile, Errc::bad_data if no post is found, saying what was
/// sought.
[[nodiscard]] Result<Feed> read_page(std::string_view bytes, const PageOptions& options);

}  // namespace tidings::source
