// The article of a web page: its text without all that surrounds it, and what the page says about it.
//
// Any page is taken: feeds' links lead to news sites, blogs, forums, wikis and pages of the 1990s, whose
// markup tells little about where the article is. article_body.hpp has the rules for the text,
// article_meta.hpp the places for the rest. Pure. The HTML is not sanitised: it is a stranger's. Bounded:
// pages of more than 4 MiB are read as far as that, nesting is flattened (page_trim.hpp).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace tidings::source {

struct Article {
  std::string title;   ///< plain text
  std::string author;  ///< plain text
  std::optional<UtcTime> published;
  std::string language;  ///< BCP 47, as the page writes it
  std::string image;     ///< absolute if the base is known
  std::string html;      ///< UNSAFE: markup of the page, links as written
  std::string base_url;  ///< for these links
  std::string text;      ///< paragraphs parted by empty lines, without captions
};

struct ArticleOptions {
  std::string base_url;
  std::string content_type;
};

/// The picture that a page names as its own (Open Graph, Twitter, JSON-LD).
struct PagePicture {
  std::string url;  ///< absolute; empty if there is none
  std::string alt;  ///< plain text
};

[[nodiscard]] PagePicture find_picture(std::string_view bytes, const ArticleOptions& options);

/// Bytes of any encoding. Errc::bad_data if there is no article in it: a front page, a form, an empty page.
[[nodiscard]] Result<Article> find_article(std::string_view bytes, const ArticleOptions& options);

}  // namespace tidings::source
