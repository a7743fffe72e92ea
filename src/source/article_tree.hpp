// A page as the article extractor sees it: all nodes in document order, so that a node's descendants follow
// it directly, each with the amount of text left below it. Pure; nodes point into the HtmlPage.
//
// Text is measured in units, about one Latin letter's worth of meaning: an ideograph or a kana counts three.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gumbo.h>

#include "source/article_words.hpp"
#include "source/html_page.hpp"

namespace tidings::source {

struct ArticleNode {
  const GumboNode* node = nullptr;
  GumboTag tag = GUMBO_TAG_LAST;  ///< GUMBO_TAG_LAST for text
  std::size_t parent = 0;
  std::size_t end = 0;  ///< one past the last node below
  bool dropped = false;
  bool linked = false;          ///< inside a link
  std::int64_t units = 0;       ///< of text below that was not dropped
  std::int64_t link_units = 0;  ///< the part of it in links

  [[nodiscard]] bool is_text() const { return tag == GUMBO_TAG_LAST; }
  [[nodiscard]] std::string_view text() const {
    return is_text() ? std::string_view{node->v.text.text} : std::string_view{};
  }
  [[nodiscard]] std::string_view attribute(const char* name) const { return html_attribute(*node, name); }
};

/// Text between two block edges, or between two <br> in a row.
struct TextBlock {
  std::size_t holder = 0;  ///< the block element around it
  std::size_t first = 0;   ///< its first node
  std::size_t last = 0;    ///< its last text node
  std::string text;        ///< blanks collapsed, except in <pre>
  std::int64_t units = 0;
  std::int64_t link_units = 0;
  bool is_whole = true;  ///< its holder contains nothing else
};

struct ArticleTree {
  std::vector<ArticleNode> nodes;  ///< the first is the root element

  [[nodiscard]] static ArticleTree of(const HtmlPage& page);

  void drop(std::size_t index);
  /// Sums up again after nodes were dropped.
  void measure();
  /// The nearest element with this tag around the node (or itself), below `within`; 0 if there is none.
  [[nodiscard]] std::size_t around(std::size_t index, GumboTag tag, std::size_t within = 0) const;
  /// Child elements that were not dropped.
  [[nodiscard]] std::vector<std::size_t> elements_of(std::size_t index) const;
  [[nodiscard]] std::vector<TextBlock> blocks(std::size_t from) const;
  /// All text below that was not dropped, blanks collapsed.
  [[nodiscard]] std::string text(std::size_t from) const;
};

[[nodiscard]] std::int64_t units_of(std::string_view text);
[[nodiscard]] bool is_block_tag(GumboTag tag);
/// 1 to 6; 0 if it is not a heading.
[[nodiscard]] int heading_rank(GumboTag tag);
/// What class, id and the names given by scripts and testers say about an element, including schema.org's
/// articleBody.
[[nodiscard]] ClassHint hint_of(const ArticleNode& node);

}  // namespace tidings::source
