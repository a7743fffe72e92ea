#include "post/grapheme.hpp"

#include <algorithm>
#include <string>

#include "base/text.hpp"

namespace tidings::post {
namespace {

bool is_extender(char32_t c) {
  if (c < 0x300) return false;
  if (display_width(c) == 0 && c != 0x200B && c != 0x2028 && c != 0x2029) return true;
  // Vowel signs and viramas of the Indic scripts, Thai and Lao marks, kana voicing marks, selectors, tags,
  // skin tones.
  const bool indic =
      c >= 0x0900 && c <= 0x0DFF &&
      ((c & 0x7FU) <= 0x03 || ((c & 0x7FU) >= 0x3A && (c & 0x7FU) <= 0x4F && (c & 0x7FU) != 0x3D) ||
       (c & 0x7FU) == 0x62 || (c & 0x7FU) == 0x63);
  return indic || c == 0x0E31 || c == 0x0EB1 || (c >= 0x0EB4 && c <= 0x0EBC) ||
         (c >= 0x0EC8 && c <= 0x0ECE) || (c >= 0x102B && c <= 0x103E) || (c >= 0x17B4 && c <= 0x17D3) ||
         c == 0x3099 || c == 0x309A || (c >= 0xE0020 && c <= 0xE007F) || (c >= 0xE0100 && c <= 0xE01EF) ||
         (c >= 0x1F3FB && c <= 0x1F3FF);
}

bool is_virama(char32_t c) { return c >= 0x0900 && c <= 0x0DFF && (c & 0x7FU) == 0x4D; }
bool is_regional(char32_t c) { return c >= 0x1F1E6 && c <= 0x1F1FF; }
bool is_jamo(char32_t c) { return c >= 0x1100 && c <= 0x11FF; }
bool is_vowel_or_final_jamo(char32_t c) { return c >= 0x1160 && c <= 0x11FF; }

constexpr std::u32string_view closers{
    U"、。，．・：；？！）］｝〕〉》」』】〙〗〟’”»…‥ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々〻ゝゞヽ"
    U"ヾ％℃!),.:;?]}"};
constexpr std::u32string_view openers{U"（［｛〔〈《「『【〘〖〝‘“«([{"};

}  // namespace

std::string_view next_grapheme(std::string_view text, std::size_t& at) {
  if (at >= text.size()) return {};
  const auto from = at;
  auto last = next_code_point(text, at);
  bool paired = false;
  while (at < text.size()) {
    auto after = at;
    const auto c = next_code_point(text, after);
    const bool flag = is_regional(last) && is_regional(c) && !paired;
    const bool joins = is_extender(c) || last == 0x200D || is_virama(last) || flag ||
                       (is_jamo(last) && is_vowel_or_final_jamo(c)) || (last == '\r' && c == '\n');
    if (!joins || c == ' ' || c == '\n') break;
    paired = paired || flag;
    last = c;
    at = after;
  }
  return text.substr(from, at - from);
}

bool is_unspaced(char32_t c) {
  return (c >= 0x0E01 && c <= 0x0EDF) || (c >= 0x1000 && c <= 0x109F) || (c >= 0x1780 && c <= 0x17D3) ||
         (c >= 0x2E80 && c <= 0x2FDF) || (c >= 0x3001 && c <= 0x31FF) || (c >= 0x3400 && c <= 0x9FFF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFF01 && c <= 0xFF9F) || (c >= 0x20000 && c <= 0x3FFFD);
}

bool may_not_begin_line(char32_t c) { return closers.find(c) != std::u32string_view::npos; }
bool may_not_end_line(char32_t c) { return openers.find(c) != std::u32string_view::npos; }

}  // namespace tidings::post
