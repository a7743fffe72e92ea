// Finds the text of an article in the tree of its page.
//
// In three steps. First drop what is certainly not the article (tags, roles, hidden elements, class names,
// groups of teasers, comments, replies). Then score each remaining block of text: sentences count for it,
// links and fragments against it; the element with the highest sum is the article, and class names and
// schema.org properties count too. Then read its lines from both ends and drop bylines, tags, "read also" and
// whatever follows "Related articles". Pure, roughly linear in the nodes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "source/article_tree.hpp"

namespace tidings::source {

enum class Strictness {
  strict,
  loose,  ///< keep doubtful class names and hidden elements
  none,   ///< drop nothing because of a class name
};

/// What is known about the article before the search.
struct ArticleClues {
  std::string title;
  std::string author;
  std::string linked_text;  ///< articleBody of JSON-LD
};

struct ArticleBody {
  std::vector<std::size_t>
      roots;  ///< elements that hold the article, in order; all but the last are a lead above it
  std::vector<TextBlock> blocks;  ///< the kept blocks, without captions
  std::int64_t units = 0;
  bool is_one_of_many = false;  ///< the page shows several posts under linked titles
};

/// Drops nodes of the tree: what remains below `roots` is the article.
[[nodiscard]] ArticleBody find_article_body(ArticleTree& tree, const ArticleClues& clues,
                                            Strictness strictness);

// ---- its steps, each in a file of its own

void drop_noise(ArticleTree& tree, Strictness strictness);
/// The elements that hold the article; empty if there is no text.
[[nodiscard]] std::vector<std::size_t> choose_roots(const ArticleTree& tree,
                                                    const std::vector<TextBlock>& blocks,
                                                    const ArticleClues& clues);
/// Drops lines that are not part of the article; returns the rest.
[[nodiscard]] std::vector<TextBlock> keep_lines(ArticleTree& tree, const std::vector<std::size_t>& roots,
                                                const ArticleClues& clues);

/// Whether it ends like a sentence or contains one.
[[nodiscard]] bool is_sentence(std::string_view text);
/// Letters and digits only, lower case, for comparison.
[[nodiscard]] std::string bare_letters(std::string_view text);
/// A link to another page.
[[nodiscard]] bool is_link_away(const ArticleNode& node);

}  // namespace tidings::source
