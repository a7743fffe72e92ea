// Single-byte character sets missing from the C library's iconv. Pure.
#pragma once

#include <string_view>

namespace tidings::source {

/// The 128 characters of the bytes 0x80 to 0xFF; the lower half is ASCII. Empty for encodings that are not in
/// this table.
[[nodiscard]] std::u32string_view upper_half_of(std::string_view encoding);

}  // namespace tidings::source
