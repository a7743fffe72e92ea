// schema.org in JSON-LD: the posts that a page describes for search engines. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "source/source.hpp"

namespace tidings::source {

/// The texts of the page's <script type="application/ld+json"> elements, in order.
[[nodiscard]] std::vector<std::string> linked_data_scripts(std::string_view html);

/// BlogPosting, Article and NewsArticle objects with a headline and a url, anywhere in the page's <script
/// type="application/ld+json"> elements, in order. Ignores broken JSON.
[[nodiscard]] std::vector<Entry> read_linked_data(std::string_view html, std::string_view base_url);

/// The article that a page's JSON-LD describes. Empty fields are unknown.
struct LinkedArticle {
  std::string title;
  std::string author;
  std::optional<UtcTime> published;
  std::string image;
  std::string language;
  std::string text;         ///< articleBody as plain text with its line ends
  bool is_only_one = true;  ///< the page describes no other article
};

/// From the texts of a page's ld+json elements, the article with the longest articleBody, else the first;
/// nothing if there is none.
[[nodiscard]] std::optional<LinkedArticle> read_linked_article(std::span<const std::string> scripts);

}  // namespace tidings::source
