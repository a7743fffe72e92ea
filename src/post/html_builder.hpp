// Builds the tree from tokens, for well-nested markup: most of it, and all that we write ourselves.
//
// Follows the standard's tree construction (HTML 13.2.6) for our elements, including implied end tags, tables
// and reopened formatting. It leaves two things to gumbo: formatting that ends inside a block begun within it
// (the adoption agency) and table content outside of cells (foster parenting). In mending mode it settles
// these in a simpler way, in linear time. Depth and the reopening of formatting are bounded. Pure.
#pragma once

#include <optional>

#include "post/html_token.hpp"
#include "post/html_tree.hpp"

namespace tidings::post {

inline constexpr std::size_t max_html_depth = 100;

/// The tree a browser would build; nothing if only gumbo can build it.
[[nodiscard]] std::optional<Tree> build_exactly(const TokenList& list);

/// Always a tree; build_exactly() reads its serialised form back as the same tree.
[[nodiscard]] Tree build_mending(const TokenList& list);

}  // namespace tidings::post
