// Excerpts: the first words of a post, and its picture.
//
// An excerpt ends at a sentence if one ends near the limit, else at a word; never inside a tag, a link or a
// grapheme. In scripts without blanks (CJK, Thai) two characters count as a word. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tidings::post {

struct ExcerptOptions {
  int words = 60;
};

struct Excerpt {
  std::string html;  ///< paragraphs with emphasis and links only; safe if the input was sanitised
  std::string text;  ///< the same words, paragraphs separated by a blank line, not wrapped
  bool truncated = false;

  bool operator==(const Excerpt&) const = default;
};

/// Empty html and text if the post has no words (only pictures).
[[nodiscard]] Excerpt make_excerpt(std::string_view sanitised_html, const ExcerptOptions& options = {});

struct Image {
  std::string url;
  std::string alt;

  bool operator==(const Image&) const = default;
};

/// The first http(s) image that is not known to be small (icons, smileys), if any.
[[nodiscard]] std::optional<Image> lead_image(std::string_view sanitised_html);

}  // namespace tidings::post
