#include "message/mime.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/codec.hpp"
#include "base/crypto.hpp"

namespace tidings::message {
namespace {

constexpr std::size_t max_line = 76;  // RFC 2045 section 6.7 (5)

/// Whether the octet must be written as =XX at this place.
bool is_escaped(std::string_view line, std::size_t at, std::size_t column) {
  const auto c = static_cast<unsigned char>(line[at]);
  if (c == ' ' || c == '\t') return at + 1 == line.size();
  if (c < 33 || c > 126 || c == '=') return true;
  if (column > 0) return false;
  return c == '.' || (c == 'F' && line.substr(at).starts_with("From "));
}

/// Octets that need no encoding except at the beginning or end of a line.
constexpr auto is_plain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 32; c <= 126; ++c) plain[c] = c != '=';
  return plain;
}();

/// How many octets from `at`, which is not the beginning of a line, are copied unchanged.
std::size_t plain_run(std::string_view line, std::size_t at, std::size_t column) {
  const auto most = std::min(line.size() - at - 1, max_line - 1 - column);
  std::size_t count = 0;
  while (count < most && is_plain[static_cast<unsigned char>(line[at + count])]) ++count;
  return count;
}

void append_line(std::string& out, std::string_view line) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::size_t column = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (column > 0) {
      const auto run = plain_run(line, at, column);
      out += line.substr(at, run);
      at += run;
      column += run;
    }
    bool escaped = is_escaped(line, at, column);
    // the last character of a line needs no room for a soft break after it
    const std::size_t room = at + 1 == line.size() ? max_line : max_line - 1;
    if (column + (escaped ? 3 : 1) > room) {
      out += "=\r\n";
      column = 0;
      escaped = is_escaped(line, at, column);
    }
    if (escaped) {
      const auto c = static_cast<unsigned char>(line[at]);
      const char code[]{'=', digits[c >> 4U], digits[c & 15U]};
      out.append(code, 3);
      column += 3;
    } else {
      out += line[at];
      ++column;
    }
  }
  out += "\r\n";
}

}  // namespace

void append_quoted_printable(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    append_line(out, line);
  }
}

std::string boundary_for(std::string_view key) { return "=_" + base32_encode(sha256(key)).substr(0, 24); }

void append_base64_lines(std::string& out, std::string_view bytes) {
  constexpr std::size_t bytes_a_line = max_line / 4 * 3;
  while (!bytes.empty()) {
    out += base64_encode(bytes.substr(0, bytes_a_line));
    out += "\r\n";
    bytes.remove_prefix(std::min(bytes_a_line, bytes.size()));
  }
}

}  // namespace tidings::message
