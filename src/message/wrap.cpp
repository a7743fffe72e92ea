#include "message/wrap.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "base/text_lines.hpp"

namespace tidings::message {
namespace {

/// Four blanks, also after quote marks, as in Markdown: the lines of code must not change.
bool is_code(std::string_view line) {
  while (line.starts_with("> ")) line.remove_prefix(2);
  return line.starts_with("    ");
}

std::string first_characters(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (std::size_t seen = 0; at < text.size(); ++seen) {
    if (seen == count) return std::string{trim(text.substr(0, at))} + "…";
    (void)next_code_point(text, at);
  }
  return std::string{text};
}

void wrap_line(std::string& out, std::string_view line, int columns) {
  if (is_code(line) || display_width(line) <= columns) {
    out += line;
    return;
  }
  const auto indentation = line.substr(0, std::min(line.find_first_not_of(' '), line.size()));
  const auto room = std::max(1, columns - static_cast<int>(indentation.size()));
  bool first = true;
  for (const auto& part : wrap_lines(line.substr(indentation.size()), room)) {
    if (!first) out += '\n';
    first = false;
    out += indentation;
    out += part;
  }
}

}  // namespace

std::string wrap(std::string_view text, int columns) {
  std::string out;
  for (const auto line : split(text, '\n')) {
    wrap_line(out, line.substr(0, line.find_last_not_of(" \t\r") + 1), columns);
    out += '\n';
  }
  const auto first = out.find_first_not_of('\n');
  if (first == std::string::npos) return {};
  out.erase(out.find_last_not_of('\n') + 1);
  return out.substr(first);
}

int widest_line(std::string_view text) {
  int widest = 0;
  for (const auto line : split(text, '\n')) widest = std::max(widest, display_width(line));
  return widest;
}

std::string rule_under(std::string_view text, char mark, int columns) {
  return std::string(static_cast<std::size_t>(std::clamp(widest_line(text), 0, columns)), mark);
}

std::size_t character_count(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) (void)next_code_point(text, at);
  return count;
}

std::string first_words(std::string_view text, std::size_t characters) {
  auto cut = first_characters(text, characters);
  if (cut != text) {
    const auto blank = cut.rfind(' ');
    if (blank != std::string::npos && blank > cut.size() * 2 / 3) cut = cut.substr(0, blank) + "…";
  }
  return cut;
}

std::size_t word_count(std::string_view text) {
  std::size_t halves = 0;
  bool in_word = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto c = next_code_point(text, at);
    const bool blank = c == ' ' || c == '\n';
    const bool wide = !blank && display_width(c) == 2;
    if (wide || (!blank && !in_word)) halves += wide ? 1 : 2;
    in_word = !blank && !wide;
  }
  return halves / 2;
}

}  // namespace tidings::message
