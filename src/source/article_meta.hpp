// What a page says about its article: title, author, day, language, picture, and its text for search engines.
//
// Each is taken from the first place in a table, in order of trust, that has it. Pure.
#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "source/html_page.hpp"

namespace tidings::source {

struct ArticleMeta {
  std::string title;   ///< without the name of the site
  std::string author;  ///< without "By"
  std::optional<UtcTime> published;
  std::string language;     ///< "de", "pt-BR"
  std::string image;        ///< as written, maybe relative
  std::string image_alt;    ///< what the picture shows
  std::string base;         ///< of <base href>
  std::string linked_text;  ///< articleBody of JSON-LD
  bool is_article = false;  ///< it calls itself one
};

[[nodiscard]] ArticleMeta read_article_meta(const HtmlPage& page);

}  // namespace tidings::source
