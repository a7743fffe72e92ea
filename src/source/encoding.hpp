// From bytes of any encoding to clean UTF-8 (base/text.hpp). Pure; uses the C library's iconv.
//
// In order of precedence: a byte order mark; the pattern of UTF-16, UTF-32 or EBCDIC; valid UTF-8 with
// non-ASCII characters (no other encoding produces it by chance); the HTTP charset; the XML declaration; an
// HTML meta; a guess by language and letters; windows-1252. Labels are read as in the WHATWG Encoding
// standard, so "latin1" is windows-1252 and "gb2312" GB18030.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidings::source {

struct Decoded {
  std::string text;                   ///< clean UTF-8 without a byte order mark
  std::string encoding;               ///< the C library's name: "UTF-8", "CP1252" ...
  std::vector<std::string> warnings;  ///< single lines
};

/// Never fails: undecodable bytes become U+FFFD, with a warning.
[[nodiscard]] Decoded decode_bytes(std::string_view bytes, std::string_view content_type);

/// The C library's name for a WHATWG label ("latin1" -> "CP1252"); empty if unknown.
[[nodiscard]] std::string encoding_of_label(std::string_view label);

/// The probable encoding of undeclared bytes that are not UTF-8; empty if nothing suggests more than
/// windows-1252.
[[nodiscard]] std::string guess_encoding(std::string_view bytes);

/// Whether clean_utf8() would return the text unchanged.
[[nodiscard]] bool is_clean_utf8(std::string_view text);

/// Turns U+0080 to U+009F, which no text means, into the windows-1252 characters of these numbers.
[[nodiscard]] std::string mend_c1(std::string_view utf8);

}  // namespace tidings::source
