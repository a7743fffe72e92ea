// Finds the text of an article in the tree of its page.
//
// Three steps. What is surely not of the article goes (tags, roles, hidden elements, class names, groups of
// teasers, comments, replies). Each block of text left gets a value: sentences count for themselves, links
// and fragments against themselves; the element with the highest sum is the article's, where its class name
// or schema.org property weighs in. Its lines are then read from both ends: bylines, tags, "read also" and
// what follows "Related articles" go. Pure, about linear in the nodes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "source/article_tree.hpp"

namespace tidings::source {

enum class Strictness {
  strict,
  loose,  ///< doubtful class names and hidden elements stay
  none,   ///< no class name takes anything away
};

/// What is known about the article before its text is looked for.
struct ArticleClues {
  std::string title;
  std::string author;
  std::string linked_text;  ///< articleBody of JSON-LD
};

struct ArticleBody {
  std::vector<std::size_t>
      roots;  ///< elements of the tree that hold it, in order; all but the last are a lead above it
  std::vector<TextBlock> blocks;  ///< what is kept, captions not among it
  std::int64_t units = 0;
  bool is_one_of_many = false;  ///< the page shows several posts under linked titles
};

/// Drops nodes of the tree: what is left below `roots` is the article.
[[nodiscard]] ArticleBody find_article_body(ArticleTree& tree, const ArticleClues& clues,
                                            Strictness strictness);

// ---- its steps, each in a file of its own

void drop_noise(ArticleTree& tree, Strictness strictness);
/// The elements that hold the article; empty if there is no text.
[[nodiscard]] std::vector<std::size_t> choose_roots(const ArticleTree& tree,
                                                    const std::vector<TextBlock>& blocks,
                                                    const ArticleClues& clues);
/// Drops lines that are not of the article, and says which are left.
[[nodiscard]] std::vector<TextBlock> keep_lines(ArticleTree& tree, const std::vector<std::size_t>& roots,
                                                const ArticleClues& clues);

/// Ends like a sentence, or has one inside.
[[nodiscard]] bool is_sentence(std::string_view text);
/// Letters and digits only, lower case: for comparing.
[[nodiscard]] std::string bare_letters(std::string_view text);
/// A link that leads to another page.
[[nodiscard]] bool is_link_away(const ArticleNode& node);

}  // namespace tidings::source
