// Encodings of bytes as text: base64 and base32 (RFC 4648), hexadecimal, percent-encoding (RFC 3986). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tidings {

/// RFC 4648 section 4, padded, one line.
[[nodiscard]] std::string base64_encode(std::string_view bytes);
/// Ignores white space; nothing if a character or the length is invalid.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

/// RFC 4648 section 5, without padding.
[[nodiscard]] std::string base64url_encode(std::string_view bytes);
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

/// RFC 4648 section 6 in lower case without padding; decoding ignores case, because relays fold local parts.
[[nodiscard]] std::string base32_encode(std::string_view bytes);
[[nodiscard]] std::optional<std::string> base32_decode(std::string_view text);

[[nodiscard]] std::string hex_encode(std::string_view bytes);
[[nodiscard]] std::optional<std::string> hex_decode(std::string_view text);

/// Encodes all but RFC 3986 unreserved characters as %XX.
[[nodiscard]] std::string percent_encode(std::string_view text);
/// A % not followed by two hexadecimal digits is kept.
[[nodiscard]] std::string percent_decode(std::string_view text);

}  // namespace tidings
