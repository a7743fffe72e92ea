// The tree of a piece of HTML, walked by sanitiser, plain text and excerpts.
//
// Built as in browsers: by gumbo for misnested markup, else by the much faster html_builder.hpp. First
// bounded: size, depth and the reopening of unclosed formatting elements are limited on the token stream,
// because a tree builder's cost grows with depth times tags. Elements beyond the depth limit are flattened
// and keep their text. Contains only elements that html_names.hpp allows. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "post/html_names.hpp"

namespace tidings::post {

struct Attribute {
  Attr name;
  std::string value;  ///< decoded, clean UTF-8

  bool operator==(const Attribute&) const = default;
};

/// Children form a list by index; 0 (the root) means "none", as it is nobody's child.
struct Node {
  Tag tag = Tag::text;
  std::uint32_t parent = 0;
  std::uint32_t first_child = 0;
  std::uint32_t last_child = 0;
  std::uint32_t next = 0;
  std::string text{};  ///< decoded, clean UTF-8; of text nodes only
  std::vector<Attribute> attributes{};

  /// The value, or nothing if the attribute is absent.
  [[nodiscard]] const std::string* find(Attr name) const;
};

struct Tree {
  std::vector<Node> nodes{Node{.tag = Tag::root}};

  std::uint32_t add(std::uint32_t parent, Node node);
  [[nodiscard]] const Node& operator[](std::uint32_t index) const { return nodes[index]; }
};

/// The number of each li child of an ol, in order, from its start, reversed and value attributes.
[[nodiscard]] std::vector<int> item_numbers(const Tree& tree, const Node& list);

inline constexpr std::size_t default_max_html_bytes = std::size_t{1} << 20U;

/// Accepts any bytes; ignores those beyond `max_bytes`.
[[nodiscard]] Tree parse_html(std::string_view html, std::size_t max_bytes = default_max_html_bytes);

/// For clean UTF-8, without gumbo and without a size limit: the tree's serialised form reads back as the same
/// tree.
[[nodiscard]] Tree parse_html_mending(std::string_view html);

/// Uses gumbo whatever the markup, to judge the other two.
[[nodiscard]] Tree parse_html_by_gumbo(std::string_view html);

}  // namespace tidings::post
