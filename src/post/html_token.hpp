// Tokens: the first, linear pass over HTML, following the standard (HTML 13.2.5), so that limits hold before
// a tree is built.
//
// Drops whatever mail cannot show: comments, scripts, styles, svg, form controls, tags of unknown elements,
// attributes we do not use. Turns frames, players and image maps into links. Text and attribute values keep
// their character references, unless `literal`. Views point into the input or into the list itself.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "post/html_names.hpp"

namespace tidings::post {

struct TokenAttribute {
  Attr name;
  std::string_view value;
};

struct Token {
  enum class Kind { text, start, end };
  Kind kind = Kind::text;
  Tag tag = Tag::text;
  bool literal = false;  ///< text in which & starts no character reference
  std::string_view text{};
  std::size_t first_attribute = 0;
  std::size_t attribute_count = 0;
};

/// Moved, never copied: views point into `made`.
struct TokenList {
  std::vector<Token> tokens;
  std::vector<TokenAttribute> attributes;
  std::deque<std::string> made;  ///< texts not found in the input

  TokenList() = default;
  TokenList(const TokenList&) = delete;
  TokenList& operator=(const TokenList&) = delete;
  TokenList(TokenList&&) = default;
  TokenList& operator=(TokenList&&) = default;
};

/// Looks at no more than 100 attributes per tag; the first of repeated ones counts. `html` must outlive the
/// list.
[[nodiscard]] TokenList tokenise(std::string_view html);

}  // namespace tidings::post
