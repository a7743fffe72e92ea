// XML by libxml2's SAX2 interface into an XmlTree. Strict: the first breach of well-formedness ends it
// (loose_xml takes over). Entities: those of XML, HTML's names, and plain ones that the document declares;
// none is expanded twice, nothing is loaded from outside, so that no document grows while it is read.
#pragma once

#include <string>
#include <string_view>

#include "source/xml_tree.hpp"

namespace tidings::source {

/// Where and why the document is not well-formed; line 0: it is.
struct XmlFault {
  int line = 0;
  int column = 0;
  std::string what;
};

/// Reads clean UTF-8 without its XML declaration. On a fault the tree is unusable. `first_line` is the number
/// of the text's first line in the document.
[[nodiscard]] XmlFault read_xml(std::string_view text, int first_line, XmlTree& tree);

}  // namespace tidings::source
