#include "base/html_entity.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "base/text.hpp"

namespace tidings {
namespace {

constexpr std::size_t longest_name = 31;
constexpr std::size_t longest_bare_name = 6;
constexpr std::size_t shortest_bare_name = 2;

struct Named {
  std::string_view name;
  std::string_view code_points;  ///< hexadecimal, separated by blanks
  bool is_bare = false;          ///< valid without a semicolon
};

/// Sorted by name.
const std::vector<Named>& table() {
  static const auto all = [] {
    std::vector<Named> names;
    for (const auto line : split(html_entities(), '\n')) {
      const auto blank = line.find(' ');
      if (blank == std::string_view::npos) continue;
      const bool is_bare = line[blank - 1] == '*';
      names.push_back({.name = line.substr(0, is_bare ? blank - 1 : blank),
                       .code_points = line.substr(blank + 1),
                       .is_bare = is_bare});
    }
    return names;
  }();
  return all;
}

const Named* find(std::string_view name) {
  const auto found = std::ranges::lower_bound(table(), name, {}, &Named::name);
  return found != table().end() && found->name == name ? &*found : nullptr;
}

std::string characters_of(const Named& named) {
  std::string characters;
  for (const auto part : split(named.code_points, ' ')) {
    std::uint32_t code_point = 0;
    std::from_chars(part.data(), part.data() + part.size(), code_point, 16);
    append_utf8(characters, code_point);
  }
  return characters;
}

/// windows-1252 at 0x80 to 0x9F: numeric references to the controls mean these characters.
constexpr std::array<char32_t, 32> windows_1252{
    0x20AC, 0x81,   0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021, 0x2C6,  0x2030, 0x160,
    0x2039, 0x152,  0x8D,   0x17D,  0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0x9D,   0x17E,  0x178};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

unsigned digit_value(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return 99;
}

/// "&#123;" or "&#x7B", semicolon or not.
HtmlReference read_number(std::string_view text) {
  constexpr char32_t last_code_point = 0x10FFFF;
  std::size_t end = 2;
  const bool is_hexadecimal = end < text.size() && (text[end] == 'x' || text[end] == 'X');
  const unsigned base = is_hexadecimal ? 16 : 10;
  if (is_hexadecimal) ++end;
  const auto digits_from = end;
  char32_t value = 0;
  for (; end < text.size() && digit_value(text[end]) < base; ++end) {
    if (value <= last_code_point) value = value * base + digit_value(text[end]);
  }
  if (end == digits_from) return {};
  if (end < text.size() && text[end] == ';') ++end;
  const bool is_surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value == 0 || value > last_code_point || is_surrogate) value = 0xFFFD;
  if (value >= 0x80 && value <= 0x9F) value = windows_1252[value - 0x80];
  HtmlReference reference{.characters = {}, .length = end};
  append_utf8(reference.characters, value);
  return reference;
}

/// The longest old name at the beginning of a longer word: "&notit" is "¬it".
const Named* bare_prefix(std::string_view word) {
  for (auto length = std::min(word.size(), longest_bare_name); length >= shortest_bare_name; --length) {
    const auto* const named = find(word.substr(0, length));
    if (named != nullptr && named->is_bare) return named;
  }
  return nullptr;
}

}  // namespace

std::string html_entity(std::string_view name) {
  const auto* const named = find(name);
  return named == nullptr ? std::string{} : characters_of(*named);
}

HtmlReference read_html_reference(std::string_view text, ReferencePlace place) {
  if (text.size() < 3 || text[0] != '&') return {};
  if (text[1] == '#') return read_number(text);
  std::size_t end = 1;
  while (end < text.size() && end <= longest_name && is_alphanumeric(text[end])) ++end;
  const auto word = text.substr(1, end - 1);
  if (end < text.size() && text[end] == ';') {
    if (const auto* const named = find(word)) return {.characters = characters_of(*named), .length = end + 1};
  }
  if (place == ReferencePlace::plain_text) return {};
  const auto* const named = bare_prefix(word);
  if (named == nullptr) return {};
  const auto length = 1 + named->name.size();
  const bool goes_on = length < text.size() && (text[length] == '=' || is_alphanumeric(text[length]));
  if (place == ReferencePlace::attribute && goes_on) return {};
  return {.characters = characters_of(*named), .length = length};
}

std::string decode_html_references(std::string_view text, ReferencePlace place) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto ampersand = std::min(text.find('&', at), text.size());
    out.append(text, at, ampersand - at);
    at = ampersand;
    if (at == text.size()) break;
    const auto reference = read_html_reference(text.substr(at), place);
    if (reference.length > 0) {
      out += reference.characters;
      at += reference.length;
    } else {
      out += text[at++];
    }
  }
  return out;
}

}  // namespace tidings
