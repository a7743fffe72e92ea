// Character references of HTML: &eacute; &#8217; &notin. One table for feeds, pages and posts. Pure.
//
// Source: HTML 13.5 (named character references), 13.2.5.72 to 80 (how they are read). The table itself is
// base/html_entities.txt: a name, "*" if it is old enough to be valid without a semicolon, and its
// characters.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tidings {

enum class ReferencePlace {
  text,
  plain_text,  ///< perhaps no HTML at all, as titles of feeds: a name needs its semicolon
  attribute,   ///< "?a=1&copy=2" is an address: a name without semicolon before "=" or a letter is no
               ///< reference
};

struct HtmlReference {
  std::string characters;  ///< UTF-8, one or two code points
  std::size_t length = 0;  ///< bytes from '&' on; 0: not a reference
};

/// The characters of a name without & and ;, empty if unknown. Case matters: "Eacute" is not "eacute".
[[nodiscard]] std::string html_entity(std::string_view name);

/// The reference at the start of `text`, as a browser reads it there.
[[nodiscard]] HtmlReference read_html_reference(std::string_view text, ReferencePlace place);

/// All references replaced once, as a browser reads those of its place; anything else is unchanged.
[[nodiscard]] std::string decode_html_references(std::string_view text, ReferencePlace place);

/// The table.
[[nodiscard]] std::string_view html_entities();

}  // namespace tidings
