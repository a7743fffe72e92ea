#include "base/terminal.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace tidings {
namespace {

bool is_harmful(char32_t c) {
  return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c <= 0x9F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) || (c >= 0xE0000 && c <= 0xE007F);
}

/// Calls `take(code point)` for each; plain ASCII is appended in one piece.
template <class Take>
std::string each_code_point(std::string_view text, const Take& take) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = at;
    while (at < text.size() && text[at] >= 0x20 && text[at] < 0x7F) ++at;
    out.append(text, begin, at - begin);
    if (at < text.size()) take(out, next_code_point(text, at));
  }
  return out;
}

}  // namespace

std::string terminal_text(std::string_view text) {
  return each_code_point(text,
                         [](std::string& out, char32_t c) { append_utf8(out, is_harmful(c) ? U'?' : c); });
}

std::string terminal_line(std::string_view text) {
  auto out = terminal_text(text);
  for (auto& c : out) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return out;
}

std::string json_with_escapes(std::string_view json) {
  return each_code_point(json, [](std::string& out, char32_t c) {
    if (!is_harmful(c)) return append_utf8(out, c);
    if (c < 0x10000) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
      return;
    }
    const auto rest = static_cast<unsigned>(c) - 0x10000U;
    out += fmt::format("\\u{:04x}\\u{:04x}", 0xD800U + (rest >> 10U), 0xDC00U + (rest & 0x3FFU));
  });
}

}  // namespace tidings
