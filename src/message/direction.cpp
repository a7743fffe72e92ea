#include "message/direction.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.hpp"

namespace tidings::message {
namespace {

/// Which language stands for a script, and which others are written in it.
struct Script {
  std::string_view stands_for;  ///< empty: too many to say
  std::string_view languages;   ///< each between blanks
};
constexpr std::array scripts{
    Script{"", ""},  // Latin, and whatever is not listed
    Script{"ar", " ar fa ur ps ckb sd ug ku arz ary "},
    Script{"he", " he iw yi "},
    Script{"el", " el grc "},
    Script{"ru", " ru uk bg sr mk be kk ky mn tg "},
    Script{"ko", " ko "},
    Script{"ja", " ja "},            // kana
    Script{"zh", " zh ja ko yue "},  // Chinese characters
};
enum ScriptName : std::size_t { latin, arabic, hebrew, greek, cyrillic, hangul, kana, han };

std::size_t script_of(char32_t c) {
  if ((c >= 0x600 && c <= 0x6FF) || (c >= 0x750 && c <= 0x77F) || (c >= 0xFB50 && c <= 0xFDFF)) return arabic;
  if (c >= 0x590 && c <= 0x5FF) return hebrew;
  if (c >= 0x370 && c <= 0x3FF) return greek;
  if (c >= 0x400 && c <= 0x52F) return cyrillic;
  if (c >= 0xAC00 && c <= 0xD7AF) return hangul;
  if (c >= 0x3040 && c <= 0x30FF) return kana;
  if (c >= 0x4E00 && c <= 0x9FFF) return han;
  return latin;
}

bool is_letter(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= 0xC0 && c < 0x2000) ||
         (c >= 0x3040 && c < 0xE000) || (c >= 0xFB50 && c <= 0xFDFF);
}

std::string_view primary(std::string_view tag) { return tag.substr(0, tag.find('-')); }

}  // namespace

std::string_view direction_of(std::string_view language) {
  const auto name = " " + ascii_lower(primary(language)) + " ";
  static constexpr std::string_view right_to_left = " ar arz ary fa ur ps ckb sd ug he iw yi dv syr nqo ";
  return right_to_left.find(name) != std::string_view::npos ? "rtl" : "ltr";
}

std::string language_of(std::string_view declared, std::string_view text) {
  constexpr std::size_t enough_bytes = 600;
  std::array<std::size_t, scripts.size()> counts{};
  for (std::size_t at = 0; at < std::min(text.size(), enough_bytes);) {
    const auto c = next_code_point(text, at);
    if (is_letter(c)) ++counts.at(script_of(c));
  }
  // Japanese is told by its kana, however few.
  if (counts[kana] > 0 && counts[kana] + counts[han] > counts[latin]) counts[kana] += counts[han];
  const auto most = static_cast<std::size_t>(std::ranges::max_element(counts) - counts.begin());
  const auto tag = ascii_lower(declared);
  const auto name = " " + std::string{primary(tag)} + " ";
  const bool is_named_elsewhere = std::ranges::any_of(
      scripts, [&](const Script& each) { return each.languages.find(name) != std::string_view::npos; });
  if (counts.at(most) == 0) return std::string{declared};
  if (most == latin) return is_named_elsewhere ? std::string{} : std::string{declared};
  const auto& script = scripts.at(most);
  return script.languages.find(name) != std::string_view::npos && !tag.empty()
             ? std::string{declared}
             : std::string{script.stands_for};
}

}  // namespace tidings::message
