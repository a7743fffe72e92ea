// A web page made lean and harmless to the tree builder: what nobody reads is cut out, what costs too much is
// flattened.
//
// Scripts (but JSON-LD), styles, comments, drawings, templates and form texts are most of a page's bytes and
// none of its words. A tree builder's cost grows with depth times tags and with the formatting elements it
// must reopen, so that both are bounded: elements past the limits lose their tags and keep their text. Pure,
// linear.
#pragma once

#include <string>
#include <string_view>

namespace tidings::source {

/// HTML again; of attributes those that tell what an element is, where it leads or whether it is seen.
[[nodiscard]] std::string trim_page(std::string_view html);

}  // namespace tidings::source
