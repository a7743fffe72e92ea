// Character references of HTML in text that is no HTML document: XML without its DTD, titles, plain-text fields. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tidings::source {

/// The character of a name without & and ;, 0 if there is none of that name. Case matters: "Eacute" is not "eacute".
[[nodiscard]] char32_t html_entity(std::string_view name);

struct Reference {
  char32_t code_point = 0;
  std::size_t length = 0;  ///< bytes from '&' on; 0: no reference
};

/// The reference at the start of `text`: numbers with or without ';', known names with it.
[[nodiscard]] Reference read_reference(std::string_view text);

/// All references replaced once; what is none stays as it is.
[[nodiscard]] std::string decode_references(std::string_view text);

}  // namespace tidings::source
