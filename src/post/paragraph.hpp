// The paragraphs of a post as an excerpt shows them: read from its HTML, written as HTML and as text.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "post/excerpt.hpp"
#include "post/html_tree.hpp"

namespace tidings::post {

inline constexpr std::string_view ellipsis = "\xE2\x80\xA6";

/// Inline elements around a run of text, outermost first.
struct Around {
  Tag tag;
  std::string href;  ///< of <a> only

  bool operator==(const Around&) const = default;
};

struct Run {
  std::string text;
  std::vector<Around> around;
};

/// White space collapsed; "\n" for <br>.
struct Paragraph {
  std::vector<Run> runs;
  std::string direction;       ///< ltr, rtl, auto or nothing
  std::vector<int> lists;      ///< of an item: the lists that it is in, outermost first; else empty
  std::optional<int> number;   ///< of an item of an ordered list
  int quote = 0;               ///< which quotation it stands in; 0: none
  std::string whole;           ///< HTML of a table or of code, kept as it is; runs hold its words
  bool after_heading = false;  ///< the first below a heading that is not shown
  bool after_gap = false;      ///< something that stood before it is not shown

  [[nodiscard]] bool is_item() const { return !lists.empty(); }

  [[nodiscard]] std::string text() const {
    std::string out;
    for (const auto& run : runs) out += run.text;
    return out;
  }
};

/// What a post's paragraphs are made of.
enum class Blocks {
  prose,  ///< no headings, pictures, rules and navigation, which say little when they are torn from their
          ///< place
  all,
};

struct Paragraphs {
  std::vector<Paragraph> list;
  bool has_named = false;  ///< a table or code was too long to be shown, and only its name is there
};

[[nodiscard]] Paragraphs read_paragraphs(const Tree& tree, Blocks blocks, const ExcerptOptions& options);

/// Clean HTML: p, ul, ol and blockquote with what is in them.
[[nodiscard]] std::string html_of(std::span<const Paragraph> paragraphs);

/// An empty line between paragraphs; items begin with a bullet or their number, indented in inner lists.
[[nodiscard]] std::string text_of(std::span<const Paragraph> paragraphs);

}  // namespace tidings::post
