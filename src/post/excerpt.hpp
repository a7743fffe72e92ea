// Excerpts: the first words of a post, and its picture.
//
// Paragraphs, lists and quotations stay what they are. An excerpt ends at a sentence where one ends near the
// limit, else at a word; never inside a tag, a link or a grapheme. Scripts that write without blanks (CJK,
// Thai) count two characters as a word. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tidings::post {

enum class ExcerptForm {
  elements,  ///< a short table and short code stand whole; a long one is named by its caption, head row or
             ///< first line
  words,     ///< neither is looked at if there is prose
};

struct ExcerptOptions {
  int words = 60;
  std::string url = {};  ///< where the whole is: what is only named leads there
  ExcerptForm form = ExcerptForm::elements;
};

struct Excerpt {
  std::string
      html;  ///< paragraphs, lists, quotations, short tables and code; safe if the input was sanitised
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

struct PictureSize {
  int width = 0;
  int height = 0;
};

/// What the markup says of the picture of that address: both sides in pixels, or nothing.
[[nodiscard]] std::optional<PictureSize> picture_size(std::string_view sanitised_html, std::string_view url);

}  // namespace tidings::post
