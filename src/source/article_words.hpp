// What class names, ids and the first words of a line say about a part of a page, in the languages of many
// sites. Pure tables.
#pragma once

#include <string_view>

namespace tidings::source {

/// What an element's class and id say about it.
struct ClassHint {
  bool body = false;      ///< the text of an article: "entry-content"
  bool content = false;   ///< probably around the article: "article", "main"
  bool comments = false;  ///< readers' comments
  bool consent = false;   ///< a request to accept cookies
  bool noise = false;     ///< certainly not the article: "related", "share"
  bool maybe_noise = false;
  bool caption = false;
  bool post = false;  ///< one of several: a forum post, an answer, a comment
};

/// Class and id in one text; words are separated by anything but letters and digits, and by "camelCase".
[[nodiscard]] ClassHint hint_of_class(std::string_view words);

/// A line of an article page that is not part of the article, by its first words: "Read also:", "Tags:",
/// "Photo:".
[[nodiscard]] bool begins_like_noise(std::string_view line);

/// A heading of something else: "Related articles", "Comments (3)", "About the author".
[[nodiscard]] bool heads_noise(std::string_view heading);

/// The same for a heading that says little else: nothing below it is part of the article.
[[nodiscard]] bool surely_heads_noise(std::string_view heading);

[[nodiscard]] bool is_about_cookies(std::string_view text);

/// "By Ada Brook", "14 March 2026 | 5 min read".
[[nodiscard]] bool is_byline(std::string_view line);

}  // namespace tidings::source
