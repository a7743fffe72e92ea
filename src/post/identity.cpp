#include "post/identity.hpp"

#include <algorithm>
#include <array>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"
#include "base/url.hpp"

namespace tidings::post {
namespace {

/// Parameters that name a campaign or a click, never a page. A trailing * is a prefix.
constexpr std::array<std::string_view, 42> tracking{
    "utm_*",     "fbclid",      "gclid",      "gclsrc",     "dclid",         "gbraid",
    "wbraid",    "msclkid",     "yclid",      "ysclid",     "twclid",        "igshid",
    "igsh",      "ttclid",      "li_fat_id",  "mc_*",       "mkt_tok",       "_hsenc",
    "_hsmi",     "__hssc",      "__hstc",     "__hsfp",     "hsctatracking", "vero_*",
    "oly_*",     "_openstat",   "wickedid",   "rb_clickid", "s_cid",         "ml_subscriber*",
    "mtm_*",     "pk_campaign", "pk_kwd",     "pk_source",  "pk_medium",     "piwik_*",
    "at_medium", "at_campaign", "at_custom*", "ns_*",       "wt.mc_id",      "__twitter_impression"};

bool matches(std::string_view pattern, std::string_view name) {
  if (pattern.ends_with('*')) return name.starts_with(pattern.substr(0, pattern.size() - 1));
  return name == pattern;
}

bool is_tracking(std::string_view parameter, const LinkOptions& options) {
  const auto name = ascii_lower(parameter.substr(0, parameter.find('=')));
  const auto known = [&](std::string_view pattern) { return matches(ascii_lower(pattern), name); };
  return std::ranges::any_of(tracking, known) || std::ranges::any_of(options.tracking_parameters, known);
}

std::string without_tracking(std::string_view query, const LinkOptions& options) {
  std::string out;
  for (const auto parameter : split(query, '&')) {
    if (is_tracking(parameter, options)) continue;
    if (!out.empty()) out += '&';
    out += parameter;
  }
  return out;
}

bool is_word_character(char32_t c) {
  if (c < 0x80) return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  if (c < 0xC0) return c == 0xAA || c == 0xB5 || c == 0xBA;
  const bool punctuation =
      c == 0xD7 || c == 0xF7 || (c >= 0x2000 && c <= 0x206F) || (c >= 0x2190 && c <= 0x2BFF) ||
      (c >= 0x3000 && c <= 0x3003) || (c >= 0x3008 && c <= 0x3020) || (c >= 0xFF01 && c <= 0xFF0F) ||
      (c >= 0xFF1A && c <= 0xFF20) || (c >= 0xFF3B && c <= 0xFF40) || (c >= 0xFF5B && c <= 0xFF65) ||
      c == 0x30FB || c == 0xFFFD || c == 0x60C || c == 0x61B || c == 0x61F || c == 0x37E || c == 0x387;
  return !punctuation;
}

}  // namespace

std::string canonical_link(std::string_view text, const LinkOptions& options) {
  if (!is_web_url(trim(text))) return {};
  auto url = parse_url(trim(text));
  if (!url) return {};
  if (!url->query.empty()) url->query = without_tracking(url->query, options);
  // "#utm_source=rss" and "#xtor=RSS-1" mark clicks; every other fragment names a place.
  const auto fragment = ascii_lower(url->fragment);
  if (fragment.starts_with("xtor=") ||
      (fragment.find('=') != std::string::npos && is_tracking(fragment, options)))
    url->fragment.clear();
  return url->text();
}

std::string link_key(std::string_view link) {
  const auto url = parse_url(link);
  if (!url) return {};
  auto host = url->host;
  for (const std::string_view prefix : {"www.", "m.", "amp."}) {
    if (host.starts_with(prefix) && std::ranges::count(host, '.') > 1) {
      host.erase(0, prefix.size());
      break;
    }
  }
  auto path = url->path;
  while (path.ends_with('/')) path.pop_back();
  std::string out = host;
  if (!url->port.empty()) out += ":" + url->port;
  out += path;
  // A fragment that begins with "!" or "/" is a separate page.
  if (!url->query.empty()) out += "?" + url->query;
  if (url->fragment.starts_with('!') || url->fragment.starts_with('/')) out += "#" + url->fragment;
  return out;
}

std::string title_key(std::string_view title) {
  std::string out;
  bool gap = false;
  const auto folded = fold_case(title);
  for (std::size_t at = 0; at < folded.size();) {
    const auto c = next_code_point(folded, at);
    // Apostrophes belong to the word: "don't" and "don’t" are equal.
    if (c == '\'' || c == 0x2019 || c == 0x02BC) continue;
    if (!is_word_character(c)) {
      gap = true;
      continue;
    }
    if (gap && !out.empty()) out += ' ';
    gap = false;
    append_utf8(out, c);
  }
  return out;
}

std::string identity(const source::Entry& entry, std::string_view link, Guid guid) {
  const auto id = trim(entry.id);
  if (guid == Guid::trusted && !id.empty())
    return id.size() <= 1'000 ? std::string{id} : "sha256:" + hex_encode(sha256(id));
  // An index of PostgreSQL takes no more than 2,700 bytes.
  if (!link.empty()) return link.size() <= 2'000 ? std::string{link} : "sha256:" + hex_encode(sha256(link));
  std::string text = entry.title;
  text += '\0';
  if (entry.published) text += std::to_string(to_ms(*entry.published));
  text += '\0';
  // Entries with a date and title keep their identity when the text is edited.
  if (entry.title.empty() || !entry.published)
    text += entry.content_html.empty() ? entry.summary_html : entry.content_html;
  return "sha256:" + hex_encode(sha256(text));
}

}  // namespace tidings::post
