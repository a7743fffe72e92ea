// Tokens: the first, linear pass over HTML, as the standard tokenises (HTML 13.2.5), so that limits hold
// before a tree is built.
//
// What no mail can show is gone after it: comments, scripts, styles, svg, form controls, unknown elements'
// tags, attributes without meaning to us. Frames, players and image maps have become links. Text and
// attribute values are still encoded (character references), unless `literal`. Views point into the input or
// into the list itself.
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
  bool literal = false;  ///< text in which & begins no character reference
  std::string_view text{};
  std::size_t first_attribute = 0;
  std::size_t attribute_count = 0;
};

/// Moved, never copied: views point into `made`.
struct TokenList {
  std::vector<Token> tokens;
  std::vector<TokenAttribute> attributes;
  std::deque<std::string> made;  ///< texts that are not in the input

  TokenList() = default;
  TokenList(const TokenList&) = delete;
  TokenList& operator=(const TokenList&) = delete;
  TokenList(TokenList&&) = default;
  TokenList& operator=(TokenList&&) = default;
};

/// At most 100 attributes a tag are looked at; of a repeated one the first counts. `html` must outlive the
/// list.
[[nodiscard]] TokenList tokenise(std::string_view html);

}  // namespace tidings::post
