#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/url.hpp"
#include "config/sections.hpp"

namespace tidings::config {
namespace {

constexpr std::size_t max_line_characters = 120;

/// A picture in mail is fetched by readers: only https reaches all of them.
std::string read_picture(TomlSection& section, std::string_view key, const std::string& fallback) {
  auto url = section.text(key, fallback);
  const auto parsed = parse_url(url);
  if (!url.empty() && (!parsed || parsed->scheme != "https" || parsed->host.empty())) {
    section.mistake(key, fmt::format("{} is not an https address: \"{}\"", key, url),
                    "put the picture on your website and name it here: https://...");
  }
  return url;
}

std::string read_line(TomlSection& section, std::string_view key, const std::string& fallback) {
  auto line = section.text(key, fallback);
  if (line.find('\n') != std::string::npos || line.size() > 4 * max_line_characters)
    section.mistake(key,
                    fmt::format("{} must be one line of at most {} characters", key, max_line_characters));
  return line;
}

/// Names go into style attributes as they are.
std::string read_fonts(TomlSection& section, std::string_view key, const std::string& fallback) {
  auto names = section.text(key, fallback);
  const bool good = names.size() <= 200 && std::ranges::all_of(names, [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                             c == ' ' || c == ',' || c == '-';
                    });
  if (!good) {
    section.mistake(key, fmt::format("{} cannot be \"{}\"", key, names),
                    "names of fonts, without quotes, separated by commas: \"Charter, Georgia\"");
  }
  return names;
}

std::string read_accent(TomlSection& section, const std::string& fallback) {
  auto accent = section.filled_text("accent", fallback);
  const auto colour = message::parse_colour(accent);
  if (!colour) {
    section.mistake("accent", fmt::format("\"{}\" is not a colour", accent),
                    fmt::format("like \"{}\"", message::default_accent));
    return std::string{message::default_accent};
  }
  return message::hex_of(*colour);
}

/// "Mastodon https://social.example/@harbour": words, then an address.
std::vector<message::BrandLink> read_links(TomlSection& section,
                                           const std::vector<message::BrandLink>& fallback) {
  const auto lines = section.texts("links");
  if (!section.has("links")) return fallback;
  std::vector<message::BrandLink> links;
  for (const auto& line : lines) {
    const auto blank = line.rfind(' ');
    const auto url = blank == std::string::npos ? std::string{} : line.substr(blank + 1);
    const auto parsed = parse_url(url);
    const bool good = parsed && (parsed->scheme == "https" || parsed->scheme == "http");
    if (!good || trim(line.substr(0, blank)).empty()) {
      section.mistake("links", fmt::format("\"{}\" is not a link", line),
                      "words, then an address: \"Mastodon https://social.example/@harbour\"");
      continue;
    }
    links.push_back({.title = std::string{trim(line.substr(0, blank))}, .url = url});
  }
  return links;
}

}  // namespace

message::Brand read_brand(TomlSection section, const message::Brand& base) {
  message::Brand brand{.logo = read_picture(section, "logo", base.logo),
                       .logo_dark = read_picture(section, "logo_dark", base.logo_dark),
                       .accent = read_accent(section, base.accent),
                       .heading_font = read_fonts(section, "heading_font", base.heading_font),
                       .body_font = read_fonts(section, "body_font", base.body_font),
                       .tagline = read_line(section, "tagline", base.tagline),
                       .editor = read_line(section, "editor", base.editor),
                       .portrait = read_picture(section, "portrait", base.portrait),
                       .links = read_links(section, base.links),
                       .footer = section.text("footer", base.footer),
                       .social_card = read_picture(section, "social_card", base.social_card)};
  if (!brand.logo_dark.empty() && brand.logo.empty())
    section.mistake("logo_dark", "logo_dark without logo", "logo is what is shown by day");
  section.finish();
  return brand;
}

}  // namespace tidings::config
