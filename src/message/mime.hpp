// MIME bodies (RFC 2045, 2046): quoted-printable text and multipart/alternative, deterministic. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tidings::message {

/// Appends `text` (UTF-8, lines ending in LF or CRLF) as quoted-printable (RFC 2045 section 6.7): lines of at
/// most 76 characters, only CRLF, encoded blanks at line ends, and no line beginning with "." or "From ", so
/// that no transport alters it. Each line is encoded independently: line by line gives the same octets as all
/// at once.
void append_quoted_printable(std::string& out, std::string_view text);

/// "=_" and 24 characters derived from `key`. "=_" cannot occur in quoted-printable or base64 text, so no
/// part contains the boundary.
[[nodiscard]] std::string boundary_for(std::string_view key);

/// Wraps base64 at 76 characters, CRLF after each line.
void append_base64_lines(std::string& out, std::string_view bytes);

}  // namespace tidings::message
