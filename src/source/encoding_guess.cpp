// Undeclared encodings: by the language that the feed names, else by how the bytes above 127 are grouped.
#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "source/encoding.hpp"

namespace tidings::source {
namespace {

struct Habit {
  std::string_view language;
  std::string_view encoding;
};

/// The usual encodings of a language before UTF-8.
constexpr std::array<Habit, 22> habits{{
    {"zh-tw", "BIG5-HKSCS"}, {"zh-hk", "BIG5-HKSCS"}, {"zh", "GB18030"}, {"ko", "UHC"},    {"ru", "CP1251"},
    {"uk", "CP1251"},        {"bg", "CP1251"},        {"be", "CP1251"},  {"sr", "CP1250"}, {"mk", "CP1251"},
    {"el", "CP1253"},        {"pl", "CP1250"},        {"cs", "CP1250"},  {"sk", "CP1250"}, {"hu", "CP1250"},
    {"hr", "CP1250"},        {"sl", "CP1250"},        {"tr", "CP1254"},  {"he", "CP1255"}, {"ar", "CP1256"},
    {"lt", "CP1257"},        {"th", "CP874"},
}};

std::string language_in(std::string_view bytes) {
  const auto head = ascii_lower(bytes.substr(0, 4096));
  for (const std::string_view mark : {"<language>", "<dc:language>", "xml:lang=\"", "xml:lang='"}) {
    const auto at = head.find(mark);
    if (at == std::string::npos) continue;
    const auto rest = trim(std::string_view{head}.substr(at + mark.size(), 16));
    return std::string{rest.substr(0, rest.find_first_of("<\"' "))};
  }
  return {};
}

bool is_high(char c) { return static_cast<unsigned char>(c) >= 0x80; }

/// Words entirely above 127 are Cyrillic. Small letters, the more frequent ones, are the upper quarter in
/// windows-1251 and the one below in KOI8.
std::string cyrillic_guess(std::string_view bytes) {
  std::size_t in_words = 0;
  std::size_t all = 0;
  std::size_t upper_quarter = 0;
  std::size_t third_quarter = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (!is_high(bytes[i])) continue;
    const auto start = i;
    while (i < bytes.size() && is_high(bytes[i])) {
      const auto c = static_cast<unsigned char>(bytes[i++]);
      upper_quarter += c >= 0xE0 ? 1U : 0U;
      third_quarter += c >= 0xC0 && c < 0xE0 ? 1U : 0U;
    }
    all += i - start;
    if (i - start >= 4) in_words += i - start;
  }
  // Two bytes per character (Chinese, Japanese, Korean) would use the whole upper half.
  if (all < 6 || in_words * 10 < all * 6 || (upper_quarter + third_quarter) * 10 < all * 9) return {};
  return upper_quarter >= third_quarter ? "CP1251" : "KOI8-R";
}

}  // namespace

std::string guess_encoding(std::string_view bytes) {
  const auto language = language_in(bytes);
  if (language.starts_with("ja")) {
    // EUC-JP keeps both bytes above 0xA0; Shift_JIS begins kana with 0x82 and 0x83.
    const auto low =
        std::count_if(bytes.begin(), bytes.end(), [](char c) { return c == '\x82' || c == '\x83'; });
    return low > 0 ? "CP932" : "EUC-JP";
  }
  for (const auto& habit : habits) {
    const bool same = language.starts_with(habit.language) &&
                      (language.size() == habit.language.size() || language[habit.language.size()] == '-');
    if (!same) continue;
    if (habit.encoding == "CP1251") {
      const auto finer = cyrillic_guess(bytes);
      return finer.empty() ? "CP1251" : finer;
    }
    return std::string{habit.encoding};
  }
  return cyrillic_guess(bytes);
}

}  // namespace tidings::source
