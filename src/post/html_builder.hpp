// Builds the tree from tokens, for markup that is nested as it should be: most of it, and all that we write
// ourselves.
//
// Follows the standard's tree construction (HTML 13.2.6) for our elements, implied end tags, tables and
// reopened formatting included. Two things it leaves to gumbo: formatting that ends inside a block begun
// within it (the adoption agency) and content of tables outside of cells (foster parenting). Asked to mend,
// it settles these in a simpler way of its own, in time linear in the input. Depth, and how often formatting
// is reopened, are bounded. Pure.
#pragma once

#include <optional>

#include "post/html_token.hpp"
#include "post/html_tree.hpp"

namespace tidings::post {

inline constexpr std::size_t max_html_depth = 100;

/// The tree a browser would build; nothing if that takes gumbo.
[[nodiscard]] std::optional<Tree> build_exactly(const TokenList& list);

/// Always a tree, whose serialised form build_exactly() reads back as the same tree.
[[nodiscard]] Tree build_mending(const TokenList& list);

}  // namespace tidings::post
