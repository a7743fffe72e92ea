// From bytes of any encoding to clean UTF-8 (base/text.hpp). Pure; converts by the C library's iconv.
//
// What decides, first to last: a byte order mark; the pattern of UTF-16, UTF-32 or EBCDIC; bytes that are
// valid UTF-8 with non-ASCII characters in them (no other encoding makes these by chance); the HTTP charset;
// the XML declaration; an HTML meta; a guess by language and letters; windows-1252. Labels are read as in the
// WHATWG Encoding standard, so "latin1" is windows-1252 and "gb2312" GB18030.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidings::source {

struct Decoded {
  std::string text;                   ///< clean UTF-8 without a byte order mark
  std::string encoding;               ///< as the C library calls it: "UTF-8", "CP1252" ...
  std::vector<std::string> warnings;  ///< single lines
};

/// Never fails: what cannot be decoded becomes U+FFFD, and a warning says so.
[[nodiscard]] Decoded decode_bytes(std::string_view bytes, std::string_view content_type);

/// The C library's name for a WHATWG label ("latin1" -> "CP1252"); empty if it is none.
[[nodiscard]] std::string encoding_of_label(std::string_view label);

/// What bytes that are not UTF-8 and declare nothing probably are; empty if nothing speaks for more than
/// windows-1252.
[[nodiscard]] std::string guess_encoding(std::string_view bytes);

/// True if clean_utf8() would return the text as it is.
[[nodiscard]] bool is_clean_utf8(std::string_view text);

/// U+0080 to U+009F, which no text means, as the windows-1252 characters at these numbers; others as they
/// are.
[[nodiscard]] std::string mend_c1(std::string_view utf8);

}  // namespace tidings::source
