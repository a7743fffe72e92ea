#include "post/safe_url.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "base/url.hpp"

namespace tidings::post {
namespace {

constexpr std::size_t max_url = 8'192;
constexpr std::size_t max_data_url = 262'144;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Without blanks and controls at the ends and without controls inside, as in the URL standard;
/// percent-encodes inner blanks and characters that could end an attribute.
std::string clean(std::string_view text) {
  const auto edge = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; };
  while (!text.empty() && edge(text.front())) text.remove_prefix(1);
  while (!text.empty() && edge(text.back())) text.remove_suffix(1);
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case ' ': out += "%20"; break;
      case '"': out += "%22"; break;
      case '<': out += "%3C"; break;
      case '>': out += "%3E"; break;
      case '`': out += "%60"; break;
      default:
        if (static_cast<unsigned char>(c) > 0x20 && c != 0x7F) out += c;
    }
  }
  return out;
}

/// The text before a ':' that comes before any '/', '?' or '#': every reader takes it for a scheme,
/// well-formed or not.
std::optional<std::string> scheme_of(std::string_view text) {
  const auto end = text.find_first_of(":/?#\\");
  if (end == std::string_view::npos || text[end] != ':') return std::nullopt;
  return ascii_lower(text.substr(0, end));
}

/// An http(s) address in its usual form, which a URL parser would not change.
bool is_plain_web_url(std::string_view url) {
  std::string_view rest;
  if (url.starts_with("https://")) {
    rest = url.substr(8);
  } else if (url.starts_with("http://")) {
    rest = url.substr(7);
  } else {
    return false;
  }
  std::size_t i = 0;
  bool letter = false;
  for (; i < rest.size() && rest[i] != '/'; ++i) {
    const char c = rest[i];
    if (!((c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '.')) return false;
    letter = letter || (c >= 'a' && c <= 'z');
  }
  if (i == 0 || !letter || rest.front() == '.' || rest.front() == '-') return false;
  if (rest.find("/.") != std::string_view::npos) return false;
  return std::ranges::all_of(rest.substr(i), [](char c) {
    return is_letter(c) || is_digit(c) ||
           std::string_view{"-._~/?#[]@!$&()*+,;=:%'|"}.find(c) != std::string_view::npos;
  });
}

/// RFC 3966, without parameters.
std::optional<std::string> phone_number(std::string_view number) {
  const bool good = !number.empty() && number.size() <= 40 && std::ranges::all_of(number, [](char c) {
    return is_digit(c) || std::string_view{"+-.()*#"}.find(c) != std::string_view::npos;
  });
  return good ? std::optional{"tel:" + std::string{number}} : std::nullopt;
}

/// Applies resolve_url until nothing changes; nothing if it never settles.
std::optional<std::string> settle(std::string url, std::string_view base_url) {
  for (int i = 0; i < 3; ++i) {
    const auto next = resolve_url(base_url, url);
    if (!next || !is_web_url(*next)) return std::nullopt;
    auto cleaned = clean(*next);
    if (cleaned == url) return url;
    url = std::move(cleaned);
  }
  return std::nullopt;
}

std::optional<std::string> web_url(std::string url, std::string_view base_url) {
  // Browsers read "\" as "/" in these schemes.
  const auto end = std::min(url.find_first_of("?#"), url.size());
  std::replace(url.begin(), url.begin() + static_cast<std::ptrdiff_t>(end), '\\', '/');
  if (is_plain_web_url(url)) return url;
  if (url.starts_with("//") && !is_web_url(base_url)) url = "https:" + url;
  const auto scheme = scheme_of(url);
  if (!scheme && base_url.empty()) return url.empty() ? std::nullopt : std::optional{url};
  return settle(std::move(url), base_url);
}

std::optional<std::string> safe(std::string_view raw, std::string_view base_url) {
  if (raw.size() > max_url) return std::nullopt;
  auto url = clean(raw);
  const auto scheme = scheme_of(url);
  if (!scheme || *scheme == "http" || *scheme == "https") return web_url(std::move(url), base_url);
  if (*scheme == "tel") return phone_number(std::string_view{url}.substr(4));
  if (*scheme == "mailto") return url.size() > 7 ? std::optional{"mailto" + url.substr(6)} : std::nullopt;
  return std::nullopt;
}

}  // namespace

std::optional<std::string> safe_link(std::string_view url, std::string_view base_url) {
  return safe(url, base_url);
}

std::optional<std::string> safe_image(std::string_view raw, std::string_view base_url) {
  const auto trimmed = trim(raw);
  if (ascii_iequals(trimmed.substr(0, 5), "data:")) {
    static constexpr std::array<std::string_view, 5> kinds{"image/png", "image/gif", "image/jpeg",
                                                           "image/jpg", "image/webp"};
    if (trimmed.size() > max_data_url) return std::nullopt;
    const auto comma = trimmed.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    const auto kind = ascii_lower(trimmed.substr(5, comma - 5));
    for (const auto known : kinds) {
      if (kind != std::string{known} + ";base64") continue;
      const auto data = trimmed.substr(comma + 1);
      const bool good = !data.empty() && std::ranges::all_of(data, [](char c) {
        return is_letter(c) || is_digit(c) || c == '+' || c == '/' || c == '=';
      });
      return good ? std::optional{"data:" + kind + "," + std::string{data}} : std::nullopt;
    }
    return std::nullopt;
  }
  auto url = safe(raw, base_url);
  if (url && (url->starts_with("mailto:") || url->starts_with("tel:"))) return std::nullopt;
  return url;
}

}  // namespace tidings::post
