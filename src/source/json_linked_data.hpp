// schema.org in JSON-LD: the posts that a page describes for search engines. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "source/source.hpp"

namespace tidings::source {

/// BlogPosting, Article and NewsArticle objects with a headline and a url, wherever they stand in the page's
/// <script type="application/ld+json"> elements, in order. Broken JSON is passed over.
[[nodiscard]] std::vector<Entry> read_linked_data(std::string_view html, std::string_view base_url);

/// The article that a page is about, as its JSON-LD tells it. Empty where it says nothing.
struct LinkedArticle {
  std::string title;
  std::string author;
  std::optional<UtcTime> published;
  std::string image;
  std::string language;
  std::string text;         ///< articleBody, as plain text with its line ends
  bool is_only_one = true;  ///< the page describes no other
};

/// Of the texts of a page's ld+json elements, the article with the longest articleBody, or the first; nothing
/// if none is described.
[[nodiscard]] std::optional<LinkedArticle> read_linked_article(std::span<const std::string> scripts);

}  // namespace tidings::source
