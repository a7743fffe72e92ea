// MIME bodies (RFC 2045, 2046): quoted-printable text and multipart/alternative, deterministic. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tidings::message {

/// Appends `text` (UTF-8, lines by LF or CRLF) as quoted-printable (RFC 2045 section 6.7): lines of at most
/// 76 characters, CRLF only, blanks at the end of a line encoded, and no line that begins with "." or "From
/// ", so that no transport touches it. Each line of `text` is encoded for itself: encoding lines one by one
/// and all at once gives the same octets.
void append_quoted_printable(std::string& out, std::string_view text);

/// "=_" and 24 characters made from `key`. "=_" cannot occur in quoted-printable or base64 text, so the
/// boundary is in no part.
[[nodiscard]] std::string boundary_for(std::string_view key);

/// Wraps base64 at 76 characters, CRLF after each line.
void append_base64_lines(std::string& out, std::string_view bytes);

}  // namespace tidings::message
