#include "message/wrap.hpp"

#include <algorithm>
#include <vector>

#include "base/text.hpp"

namespace tidings::message {
namespace {

/// Closing brackets, stops and small kana that must not begin a line (a short form of JIS X 4051's list).
bool may_begin_line(char32_t c) {
  static constexpr std::u32string_view closing =
      U"、。，．・：；？！゛゜´｀¨ヽヾゝゞ々ー’”）〕］｝〉》」』】ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵ"
      U"ヶ°′″℃％…";
  return closing.find(c) == std::u32string_view::npos;
}

/// Pieces that may begin a line: words, and single wide characters with the closing marks after them.
struct Unit {
  std::string_view text;
  int width = 0;
  bool blank_before = false;
};

void add_word(std::vector<Unit>& units, std::string_view word) {
  const bool address = word.find("://") != std::string_view::npos;
  std::size_t start = 0;
  int width = 0;
  bool last_wide = false;
  bool first = true;
  const auto flush = [&](std::size_t end) {
    units.push_back({.text = word.substr(start, end - start), .width = width, .blank_before = first});
    first = false;
    start = end;
    width = 0;
  };
  for (std::size_t at = 0; at < word.size();) {
    std::size_t next = at;
    const auto c = next_code_point(word, next);
    const int columns = display_width(c);
    const bool wide = columns == 2;
    if (at > start && !address && (wide || last_wide) && columns > 0 && may_begin_line(c)) flush(at);
    width += columns;
    if (columns > 0) last_wide = wide;
    at = next;
  }
  flush(word.size());
}

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
  std::vector<Unit> units;
  for (const auto word : split(line.substr(indentation.size()), ' ')) {
    if (!word.empty()) add_word(units, word);
  }
  const int start = static_cast<int>(indentation.size());
  int column = start;
  out += indentation;
  for (const auto& unit : units) {
    const int gap = unit.blank_before && column > start ? 1 : 0;
    if (column > start && column + gap + unit.width > columns) {
      out += '\n';
      out += indentation;
      column = start;
    } else if (gap == 1) {
      out += ' ';
      ++column;
    }
    out += unit.text;
    column += unit.width;
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

}  // namespace tidings::message
