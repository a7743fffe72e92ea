// schema.org in JSON-LD: the posts that a page describes for search engines. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "source/source.hpp"

namespace tidings::source {

/// BlogPosting, Article and NewsArticle objects with a headline and a url, wherever they stand in the page's
/// <script type="application/ld+json"> elements, in order. Broken JSON is passed over.
[[nodiscard]] std::vector<Entry> read_linked_data(std::string_view html, std::string_view base_url);

}  // namespace tidings::source
