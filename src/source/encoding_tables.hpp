// Character sets of one byte a character that the C library's iconv does not have. Pure.
#pragma once

#include <string_view>

namespace tidings::source {

/// The 128 characters of the bytes 0x80 to 0xFF; below are those of ASCII. Empty for any encoding that is not
/// kept here.
[[nodiscard]] std::u32string_view upper_half_of(std::string_view encoding);

}  // namespace tidings::source
