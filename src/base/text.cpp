#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>
#include <uniwidth.h>

namespace tidings {
namespace {

constexpr char32_t replacement = 0xFFFD;

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Length of the well-formed sequence at `at` (Unicode 15, table 3-7), or 0; the code point goes to `out`.
std::size_t decode(std::string_view text, std::size_t at, char32_t& out) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[at + i]); };
  const auto tail = [&](std::size_t i) { return at + i < text.size() && (byte(i) & 0xC0U) == 0x80U; };
  const std::uint8_t first = byte(0);
  if (first < 0x80) {
    out = first;
    return 1;
  }
  if (first >= 0xC2 && first <= 0xDF && tail(1)) {
    out = ((first & 0x1FU) << 6U) | (byte(1) & 0x3FU);
    return 2;
  }
  if ((first & 0xF0U) == 0xE0U && tail(1) && tail(2)) {
    out = ((first & 0x0FU) << 12U) | ((byte(1) & 0x3FU) << 6U) | (byte(2) & 0x3FU);
    return out >= 0x800 && (out < 0xD800 || out > 0xDFFF) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4 && tail(1) && tail(2) && tail(3)) {
    out =
        ((first & 0x07U) << 18U) | ((byte(1) & 0x3FU) << 12U) | ((byte(2) & 0x3FU) << 6U) | (byte(3) & 0x3FU);
    return out >= 0x10000 && out <= 0x10FFFF ? 4 : 0;
  }
  return 0;
}

/// How many ASCII letters, digits, signs and blanks start at `at`: most of any text, and several times faster
/// in one go.
std::size_t plain_run(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && static_cast<std::uint8_t>(text[end] - 0x20) < 0x5F) ++end;
  return end - at;
}

bool is_unwanted(char32_t c) {
  if (c < 0x20) return c != '\t' && c != '\n';
  return (c >= 0x7F && c <= 0x9F) || c == 0xFEFF || (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFEU) == 0xFFFE;
}

char32_t fold(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
  if ((c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9 && c != 0x3A2)) return c + 32;
  if ((c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177) || (c >= 0x460 && c <= 0x481) ||
      (c >= 0x48A && c <= 0x4BF) || (c >= 0x1E00 && c <= 0x1EFF)) {
    return c | 1U;
  }
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return c % 2 == 1 ? c + 1 : c;
  if (c == 0x178) return 0xFF;
  if (c >= 0x410 && c <= 0x42F) return c + 32;
  if (c >= 0x400 && c <= 0x40F) return c + 80;
  if (c == 0x3C2) return 0x3C3;  // final sigma
  switch (c) {
    case 0x386: return 0x3AC;
    case 0x388: return 0x3AD;
    case 0x389: return 0x3AE;
    case 0x38A: return 0x3AF;
    case 0x38C: return 0x3CC;
    case 0x38E: return 0x3CD;
    case 0x38F: return 0x3CE;
    default: return c;
  }
}

}  // namespace

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string ascii_lower(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

bool ascii_iequals(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string collapse_blanks(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool blank = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool no_break = text[i] == '\xC2' && i + 1 < text.size() && text[i + 1] == '\xA0';
    if (is_space(text[i]) || no_break) {
      blank = true;
      if (no_break) ++i;
      continue;
    }
    if (blank && !out.empty()) out += ' ';
    blank = false;
    const auto begin = i;
    while (i + 1 < text.size() && !is_space(text[i + 1]) && text[i + 1] != '\xC2') ++i;
    out += text.substr(begin, i + 1 - begin);
  }
  return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const auto at = text.find(separator);
    pieces.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return pieces;
    text.remove_prefix(at + 1);
  }
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string out;
  for (const auto& part : parts) {
    if (&part != parts.data()) out += separator;
    out += part;
  }
  return out;
}

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  for (;;) {
    const auto at = text.find(from);
    out += text.substr(0, at);
    if (at == std::string_view::npos) return out;
    out += to;
    text.remove_prefix(at + from.size());
  }
}

bool is_valid_utf8(std::string_view text) {
  char32_t c = 0;
  for (std::size_t at = 0; at < text.size();) {
    at += plain_run(text, at);
    if (at == text.size()) break;
    const auto length = decode(text, at, c);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

std::string clean_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (const auto run = plain_run(text, at); run > 0) {
      out.append(text, at, run);
      at += run;
      continue;
    }
    if (text[at] == '\r') {
      out += '\n';
      at += at + 1 < text.size() && text[at + 1] == '\n' ? 2 : 1;
      continue;
    }
    char32_t c = 0;
    const auto length = decode(text, at, c);
    if (length == 0) {
      append_utf8(out, replacement);
      ++at;
      continue;
    }
    if (!is_unwanted(c)) out.append(text, at, length);
    at += length;
  }
  return out;
}

char32_t next_code_point(std::string_view text, std::size_t& at) {
  char32_t c = 0;
  const auto length = decode(text, at, c);
  at += length == 0 ? 1 : length;
  return length == 0 ? replacement : c;
}

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&](char32_t byte) { out += static_cast<char>(static_cast<std::uint8_t>(byte)); };
  if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = replacement;
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6U));
    put(0x80 | (c & 0x3FU));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12U));
    put(0x80 | ((c >> 6U) & 0x3FU));
    put(0x80 | (c & 0x3FU));
  } else {
    put(0xF0 | (c >> 18U));
    put(0x80 | ((c >> 12U) & 0x3FU));
    put(0x80 | ((c >> 6U) & 0x3FU));
    put(0x80 | (c & 0x3FU));
  }
}

int display_width(char32_t c) {
  if (c < 0x300) return c == 0xAD ? 0 : 1;
  return std::max(uc_width(c, "UTF-8"), 0);
}

int display_width(std::string_view text) {
  int width = 0;
  for (std::size_t at = 0; at < text.size();) width += display_width(next_code_point(text, at));
  return width;
}

std::string_view truncate_utf8(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  while (max_bytes > 0 && (static_cast<std::uint8_t>(text[max_bytes]) & 0xC0U) == 0x80U) --max_bytes;
  return text.substr(0, max_bytes);
}

std::string fold_case(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (const auto run = plain_run(text, at); run > 0) {
      std::ranges::transform(text.substr(at, run), std::back_inserter(out), lower);
      at += run;
    } else {
      append_utf8(out, fold(next_code_point(text, at)));
    }
  }
  return out;
}

std::optional<std::string> nearest(std::string_view name, std::span<const std::string> known) {
  // Damerau-Levenshtein with three rows; names are short, so the quadratic cost does not matter.
  const auto distance = [](std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
      row[0] = i;
      for (std::size_t j = 1; j <= b.size(); ++j) {
        const bool same = lower(a[i - 1]) == lower(b[j - 1]);
        row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0U : 1U)});
        if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1])) {
          row[j] = std::min(row[j], before[j - 2] + 1);
        }
      }
      before.swap(last);
      last.swap(row);
    }
    return last[b.size()];
  };
  if (name.size() > 100) return std::nullopt;
  std::optional<std::string> best;
  std::size_t best_distance = std::max<std::size_t>(1, name.size() / 3) + 1;
  for (const auto& candidate : known) {
    if (candidate.size() > 100) continue;
    if (const auto d = distance(name, candidate); d < best_distance) {
      best_distance = d;
      best = candidate;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view name, std::span<const std::string> known) {
  const auto near = nearest(name, known);
  return near ? fmt::format("did you mean \"{}\"?", *near) : std::string{};
}

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 16);
  append_escaped_html(out, text);
  return out;
}

void append_escaped_html(std::string& out, std::string_view text) {
  static constexpr auto references = [] {
    std::array<std::string_view, 256> table{};
    table['&'] = "&amp;";
    table['<'] = "&lt;";
    table['>'] = "&gt;";
    table['"'] = "&quot;";
    table['\''] = "&#39;";
    return table;
  }();
  std::size_t from = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto reference = references[static_cast<unsigned char>(text[at])];
    if (reference.empty()) continue;
    out += text.substr(from, at - from);
    out += reference;
    from = at + 1;
  }
  out += text.substr(from);
}

void append_number(std::string& out, std::int64_t number) {
  std::array<char, 20> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end);
}

std::string plural(long long count, std::string_view noun) {
  if (count == 1) return fmt::format("1 {}", noun);
  if (noun.size() > 1 && noun.back() == 'y' &&
      std::string_view{"aeiou"}.find(noun[noun.size() - 2]) == std::string_view::npos) {
    return fmt::format("{} {}ies", count, noun.substr(0, noun.size() - 1));
  }
  return fmt::format("{} {}s", count, noun);
}

}  // namespace tidings
