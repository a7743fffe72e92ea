// URLs (RFC 3986), parsed and resolved by libcurl's URL interface. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tidings {

/// The parts as libcurl splits them; host in lower case without brackets, port empty if it is the scheme's
/// default.
struct Url {
  std::string scheme;
  std::string host;
  std::string port;
  std::string path;   ///< begins with '/' for http(s)
  std::string query;  ///< without '?'
  std::string fragment;

  bool operator==(const Url&) const = default;
  [[nodiscard]] std::string text() const;
};

/// An absolute http, https, file, smtp(s), imap(s) or pop3(s) URL; otherwise nothing. First removes
/// surrounding white space and all C0 controls, and percent-encodes inner blanks. Drops user names and
/// passwords. Decodes the host once and refuses it if it then holds characters that no host may have (WHATWG
/// URL 3.5). Parsing text() again gives the same parts.
[[nodiscard]] std::optional<Url> parse_url(std::string_view text);

/// `reference` made absolute against `base` (RFC 3986 section 5.2); the cleaned reference if it is already
/// absolute, whatever its scheme; nothing if it cannot be made absolute.
[[nodiscard]] std::optional<std::string> resolve_url(std::string_view base, std::string_view reference);

/// True for http and https.
[[nodiscard]] bool is_web_url(std::string_view text);

}  // namespace tidings
