// Makes a web page small and harmless for the tree builder: removes what nobody reads and flattens what costs
// too much.
//
// Scripts (except JSON-LD), styles, comments, drawings, templates and form texts are most of a page's bytes
// and none of its words. A tree builder's cost grows with depth times tags and with the formatting elements
// it must reopen, so both are bounded: elements beyond the limits lose their tags and keep their text. Pure,
// linear.
#pragma once

#include <string>
#include <string_view>

namespace tidings::source {

/// HTML again; keeps attributes that say what an element is, where it leads or whether it is visible.
[[nodiscard]] std::string trim_page(std::string_view html);

}  // namespace tidings::source
