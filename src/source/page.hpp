// Pages without a feed: posts from HTML by XPath, or by what the page says of itself.
//
// Without an item XPath these are tried, first to last, and the first that finds a post wins: schema.org in
// JSON-LD, schema.org microdata, h-feed, the front pages of Blogger and WordPress, plain <article> elements,
// elements with one date and a link where three or more have them. Where posts share a date that stands once
// above them (Blogger), the last date heading before a post holds for it. A date without a time of day is put
// at noon UTC, so that it is the same day nearly everywhere. Pure; HTML by libxml2, which has XPath for it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "source/source.hpp"

namespace tidings::source {

/// XPath 1.0. `item` is seen from the document, the others from the item; `date_heading` from the document.
/// An empty one is left to the defaults if `item` is empty too, else it finds nothing. Several alternatives
/// stand on lines of their own. All but `item` and `date_heading` may also be expressions that give a string,
/// such as concat() and substring-before().
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

/// What is wrong with XPaths (several alternatives, a line each) as XPath 1.0; nothing if they compile.
[[nodiscard]] std::optional<std::string> xpath_mistake(std::string_view xpaths);

/// Errc::config for an XPath that does not compile, Errc::bad_data if no post is found: says what was looked
/// for.
[[nodiscard]] Result<Feed> read_page(std::string_view bytes, const PageOptions& options);

}  // namespace tidings::source
