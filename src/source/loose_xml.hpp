// XML that is not well-formed, read into an XmlTree as its author meant it. Never fails; time is linear.
//
// Rules: an end tag closes the nearest open element of its name and all inside it, or nothing; a new <item>
// or <entry> closes an open one, and what a channel has open besides; '<' and '&' that begin no markup are
// text; attributes may lack quotes or a value; HTML's void elements need no end tag; a CDATA section that
// never ends stops before the end tag of its element; prefixes without a namespace mean what everybody means
// by them.
#pragma once

#include <string_view>

#include "source/xml_tree.hpp"

namespace tidings::source {

/// Reads clean UTF-8. Sets cut_off if elements that matter are still open at the end.
void read_loose_xml(std::string_view text, XmlTree& tree);

}  // namespace tidings::source
