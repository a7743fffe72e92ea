#include "base/url.hpp"

#include <array>
#include <memory>

#include <curl/curl.h>

#include "base/text.hpp"

namespace tidings {
namespace {

struct HandleFree {
  void operator()(CURLU* handle) const { curl_url_cleanup(handle); }
};
using Handle = std::unique_ptr<CURLU, HandleFree>;

std::string part(const Handle& handle, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(handle.get(), which, &text, flags) != CURLUE_OK || text == nullptr) return {};
  std::string out{text};
  curl_free(text);
  return out;
}

/// What browsers do before parsing (WHATWG URL 4.4): remove controls and blanks at the ends, tabs and line
/// ends in the middle.
std::string clean(std::string_view text) {
  const auto edge = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  while (!text.empty() && edge(text.front())) text.remove_prefix(1);
  while (!text.empty() && edge(text.back())) text.remove_suffix(1);
  std::string out;
  for (const char c : text) {
    if (c == ' ') {
      out += "%20";
    } else if (static_cast<unsigned char>(c) > 0x20 && c != 0x7F) {
      out += c;
    }
  }
  return out;
}

/// Characters that a decoded host never has (WHATWG URL, forbidden domain code points), whatever libcurl
/// accepts.
bool is_good_host(std::string_view host) {
  if (host.starts_with('[')) return true;
  for (const char c : host) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F) return false;
  }
  return host.find_first_of("#/:<>?@[\\]^|%") == std::string_view::npos;
}

/// "name" of "scheme://user@name:port/path", still encoded.
std::string_view authority(std::string_view text) {
  const auto start = text.find("//");
  if (start == std::string_view::npos) return {};
  text.remove_prefix(start + 2);
  text = text.substr(0, text.find_first_of("/?#"));
  const auto user = text.rfind('@');
  return user == std::string_view::npos ? text : text.substr(user + 1);
}

std::string_view scheme_of(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool later = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    if (c == ':') return i > 0 ? text.substr(0, i) : std::string_view{};
    if (!letter && !(i > 0 && later)) return {};
  }
  return {};
}

}  // namespace

std::string Url::text() const {
  // "file:posts" is a path without a root; after "//" it would be a host.
  std::string out = scheme + (host.empty() && !path.starts_with('/') ? ":" : "://");
  out += host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (!port.empty()) out += ":" + port;
  out += path;
  if (!query.empty()) out += "?" + query;
  if (!fragment.empty()) out += "#" + fragment;
  return out;
}

std::optional<Url> parse_url(std::string_view text) {
  const auto cleaned = clean(text);
  const auto scheme = ascii_lower(scheme_of(cleaned));
  static constexpr std::array<std::string_view, 10> known{"http", "https", "file",  "smtp", "smtps",
                                                          "lmtp", "imap",  "imaps", "pop3", "pop3s"};
  bool is_known = false;
  for (const auto name : known) is_known = is_known || name == scheme;
  if (!is_known) return std::nullopt;
  const Handle handle{curl_url()};
  if (!handle ||
      curl_url_set(handle.get(), CURLUPART_URL, cleaned.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
    return std::nullopt;
  }
  Url url{.scheme = scheme,
          .host = ascii_lower(part(handle, CURLUPART_HOST)),
          .port = part(handle, CURLUPART_PORT, CURLU_NO_DEFAULT_PORT),
          .path = part(handle, CURLUPART_PATH),
          .query = part(handle, CURLUPART_QUERY),
          .fragment = part(handle, CURLUPART_FRAGMENT)};
  if (!is_good_host(url.host) || (url.host.empty() && scheme != "file")) return std::nullopt;
  if (url.host.starts_with('[')) {
    url.host = url.host.substr(1, url.host.size() - 2);
    return url;
  }
  // libcurl recognises numeric addresses ("0x7f.1") before it decodes the host; the standard does so
  // afterwards. After this there is no '%' left.
  if (authority(cleaned).find('%') != std::string_view::npos) return parse_url(url.text());
  return url;
}

std::optional<std::string> resolve_url(std::string_view base, std::string_view reference) {
  auto cleaned = clean(reference);
  if (!scheme_of(cleaned).empty()) {
    // Browsers read "http:page" and "https:/page" as relative or sloppy absolute forms; libcurl repairs the
    // latter.
    if (is_web_url(cleaned)) {
      const auto url = parse_url(cleaned);
      return url ? std::optional{url->text()} : std::nullopt;
    }
    return cleaned;
  }
  if (scheme_of(base).empty()) return std::nullopt;
  if (cleaned.starts_with('#')) {
    // libcurl 7.88 drops the last path segment for a lone fragment; RFC 3986 section 5.2.2 keeps the whole
    // base.
    const auto whole = clean(base);
    return whole.substr(0, whole.find('#')) + cleaned;
  }
  const Handle handle{curl_url()};
  const auto cleaned_base = clean(base);
  if (!handle || curl_url_set(handle.get(), CURLUPART_URL, cleaned_base.c_str(), CURLU_NON_SUPPORT_SCHEME) !=
                     CURLUE_OK) {
    return std::nullopt;
  }
  if (!cleaned.empty() &&
      curl_url_set(handle.get(), CURLUPART_URL, cleaned.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
    return std::nullopt;
  }
  auto text = part(handle, CURLUPART_URL);
  // An encoded host is already decoded here: check it before it is parsed again.
  if (text.empty() || !is_good_host(part(handle, CURLUPART_HOST))) return std::nullopt;
  if (!is_web_url(text)) return text;
  const auto url = parse_url(text);
  return url ? std::optional{url->text()} : std::nullopt;
}

bool is_web_url(std::string_view text) {
  const auto scheme = scheme_of(text);
  return ascii_iequals(scheme, "http") || ascii_iequals(scheme, "https");
}

}  // namespace tidings
