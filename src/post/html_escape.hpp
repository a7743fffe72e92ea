// The only way in which this room writes text into HTML, so that all of it reads back and compares equal.
// Pure.
#pragma once

#include <string>
#include <string_view>

namespace tidings::post {

/// & < > as character references.
void append_text(std::string& out, std::string_view text);

/// & < > " as character references, for values in double quotes.
void append_attribute(std::string& out, std::string_view text);

}  // namespace tidings::post
