#include "base/terminal.hpp"

#include <charconv>
#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

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

std::atomic<bool> has_open_line{false};

bool takes_colour(int file) {
  const char* const refused = std::getenv("NO_COLOR");
  const char* const kind = std::getenv("TERM");
  const bool is_refused = refused != nullptr && *refused != '\0';
  const bool is_dumb = kind != nullptr && std::string_view{kind} == "dumb";
  return !is_refused && !is_dumb && ::isatty(file) == 1;
}

std::string in_red(std::string_view text) { return fmt::format("\x1b[1;31m{}\x1b[0m", text); }
std::string in_bold(std::string_view text) { return fmt::format("\x1b[1m{}\x1b[0m", text); }

std::optional<int> columns_of(int file) {
  if (const char* const named = std::getenv("COLUMNS")) {
    const std::string_view text{named};
    int columns = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), columns);
    if (error == std::errc{} && end == text.data() + text.size() && columns > 0) return columns;
  }
  winsize size{};
  if (::ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return std::nullopt;
}

}  // namespace tidings
