// Reads malformed XML into an XmlTree as its author meant it. Never fails; linear time.
//
// Rules: an end tag closes the nearest open element of its name and everything inside it, or nothing; a new
// <item> or <entry> closes an open one, and other open children of the channel; '<' and '&' that begin no
// markup are text; attributes may lack quotes or a value; HTML's void elements need no end tag; an unclosed
// CDATA section stops before the end tag of its element; undeclared prefixes have their usual meaning.
#pragma once

#include <string_view>

#include "source/xml_tree.hpp"

namespace tidings::source {

/// Reads clean UTF-8. Sets cut_off if important elements are still open at the end.
void read_loose_xml(std::string_view text, XmlTree& tree);

}  // namespace tidings::source
