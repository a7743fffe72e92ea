// XML into an XmlTree, by libxml2's SAX2 interface. Strict: stops at the first violation of well-formedness
// (loose_xml takes over). Knows the entities of XML, HTML's names, and plain ones declared in the document;
// none is expanded twice and nothing external is loaded, so a document cannot grow while it is read.
#pragma once

#include <string>
#include <string_view>

#include "source/xml_tree.hpp"

namespace tidings::source {

/// Where and why the document is not well-formed; line 0 if it is.
struct XmlFault {
  int line = 0;
  int column = 0;
  std::string what;
};

/// Reads clean UTF-8 without its XML declaration. On a fault the tree is unusable. `first_line` is the number
/// of the text's first line in the document.
[[nodiscard]] XmlFault read_xml(std::string_view text, int first_line, XmlTree& tree);

}  // namespace tidings::source
