#include "base/text_lines.hpp"

#include <algorithm>
#include <cstdint>

#include <unictype.h>
#include <unigbrk.h>
#include <unilbrk.h>

#include "base/text.hpp"

namespace tidings {
namespace {

constexpr char32_t zero_width_space = 0x200B;
constexpr char32_t soft_hyphen = 0xAD;
constexpr char32_t no_break_space = 0xA0;

const std::uint8_t* octets(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// UAX 14's class SA.
bool needs_dictionary(char32_t c) {
  return (c >= 0x0E01 && c <= 0x0EDF) || (c >= 0x1000 && c <= 0x109F) || (c >= 0x1780 && c <= 0x17D3);
}

class Wrapper {
 public:
  explicit Wrapper(int width) : width_(width) {}

  std::vector<std::string> run(std::string_view text) {
    const auto breaks = breaks_without_blank(text);
    auto next_break = breaks.begin();
    for (std::size_t at = 0; at < text.size();) {
      if (next_break != breaks.end() && *next_break == at) {
        end_word();
        ++next_break;
      }
      const auto c = next_code_point(text, at);
      switch (c) {
        case '\n': end_line(); break;
        case ' ':
        case '\t':
          end_word();
          blank_ = !line_.empty();
          break;
        case no_break_space: add(' '); break;
        case zero_width_space: end_word(); break;
        case soft_hyphen: break;
        default: add(c);
      }
    }
    end_line();
    return std::move(lines_);
  }

 private:
  void add(char32_t c) {
    append_utf8(word_, c);
    word_width_ += display_width(c);
  }

  void end_word() {
    if (word_.empty()) return;
    const int gap = blank_ ? 1 : 0;
    if (width_ > 0 && !line_.empty() && line_width_ + gap + word_width_ > width_) {
      lines_.push_back(std::move(line_));
      line_.clear();
      line_width_ = 0;
    } else if (blank_) {
      line_ += ' ';
      ++line_width_;
    }
    line_ += word_;
    line_width_ += word_width_;
    word_.clear();
    word_width_ = 0;
    blank_ = false;
  }

  void end_line() {
    end_word();
    lines_.push_back(std::move(line_));
    line_.clear();
    line_width_ = 0;
    blank_ = false;
  }

  int width_;
  std::vector<std::string> lines_;
  std::string line_;
  std::string word_;
  int line_width_ = 0;
  int word_width_ = 0;
  bool blank_ = false;
};

}  // namespace

std::string_view next_grapheme(std::string_view text, std::size_t& at) {
  // Not u8_grapheme_next: it looks at pairs, and so divides flags and joined emoji (libunistring 1.0).
  if (at >= text.size()) return {};
  const auto rest = text.substr(at);
  std::size_t length = rest.size();
  if (is_ascii(rest.substr(0, 2)) && rest[0] != '\r') {
    length = 1;
  } else {
    std::string begins;
    for (std::size_t look = 16, found = std::string::npos; found == std::string::npos; look *= 2) {
      const auto window = truncate_utf8(rest, look);
      begins.assign(window.size(), '\0');
      u8_grapheme_breaks(octets(window), window.size(), begins.data());
      found = begins.find('\1', 1);
      if (found != std::string::npos) length = found;
      if (window.size() == rest.size()) break;
    }
  }
  at += length;
  return rest.substr(0, length);
}

bool is_unspaced(char32_t c) {
  return needs_dictionary(c) || (c >= 0x2E80 && c <= 0x2FDF) || (c >= 0x3001 && c <= 0x31FF) ||
         (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFF01 && c <= 0xFF9F) ||
         (c >= 0x20000 && c <= 0x3FFFD);
}

bool is_punctuation(char32_t c) { return uc_is_general_category_withtable(c, UC_CATEGORY_MASK_P); }

std::vector<std::size_t> breaks_without_blank(std::string_view text) {
  std::vector<std::size_t> breaks;
  if (is_ascii(text)) return breaks;
  std::string possible(text.size(), '\0');
  u8_possible_linebreaks(octets(text), text.size(), "UTF-8", possible.data());
  char32_t last = ' ';
  for (std::size_t at = 0; at < text.size();) {
    const auto from = at;
    const auto grapheme = next_grapheme(text, at);
    auto first_end = from;
    const auto c = next_code_point(text, first_end);
    const bool by_rule = possible[from] == UC_BREAK_POSSIBLE && (is_unspaced(last) || is_unspaced(c));
    const bool between_words = last != ' ' && last != '\n' && c != ' ' && c != '\n';
    if (between_words && (by_rule || (needs_dictionary(last) && needs_dictionary(c)))) breaks.push_back(from);
    last = c;
    if (grapheme.empty()) break;
  }
  return breaks;
}

std::vector<std::string> wrap_lines(std::string_view text, int width) { return Wrapper{width}.run(text); }

}  // namespace tidings
