#include "base/text_lines.hpp"

#include <doctest/doctest.h>

#include "base/text.hpp"

namespace tidings {
namespace {

std::vector<std::string> graphemes(std::string_view text) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at < text.size();) all.emplace_back(next_grapheme(text, at));
  return all;
}

using Lines = std::vector<std::string>;

TEST_CASE("a grapheme is what a reader sees as one character") {
  CHECK_EQ(graphemes("ae\u0301x"), Lines{"a", "e\u0301", "x"});
  CHECK_EQ(graphemes("🇬🇷🇩🇪"), Lines{"🇬🇷", "🇩🇪"});
  CHECK_EQ(graphemes("👩‍👩‍👧👍🏽"), Lines{"👩‍👩‍👧", "👍🏽"});
  CHECK_EQ(graphemes("한국"), Lines{"한", "국"});
  CHECK_EQ(graphemes("กำลัง"), Lines{"กำ", "ลั", "ง"});
  CHECK_EQ(graphemes("\r\nx"), Lines{"\r\n", "x"});
  std::size_t end = 0;
  CHECK(next_grapheme("", end).empty());
}

TEST_CASE("marks have no width, wide characters two columns") {
  CHECK_EQ(display_width("שָׁלוֹם"), 4);
  CHECK_EQ(display_width("हिन्दी"), 5);
  CHECK_EQ(display_width("漢字かな"), 8);
  CHECK_EQ(display_width("ﾊﾝｶｸ"), 4);
  CHECK_EQ(display_width("\u200B\u00AD"), 0);
}

TEST_CASE("lines break at blanks, never inside words or addresses") {
  CHECK_EQ(wrap_lines("one two  three", 7), Lines{"one two", "three"});
  CHECK_EQ(wrap_lines("well-known https://example.org/a/b?c=d&e=ü", 8),
           Lines{"well-known", "https://example.org/a/b?c=d&e=ü"});
  CHECK_EQ(wrap_lines("5\u00A0km to go", 5), Lines{"5 km", "to go"});
  CHECK_EQ(wrap_lines("a\nb", 0), Lines{"a", "b"});
  CHECK_EQ(wrap_lines("Donau\u00ADdampf\u200Bschiff", 10), Lines{"Donaudampf", "schiff"});
}

TEST_CASE("scripts without blanks break between characters, by their rules") {
  CHECK_EQ(wrap_lines("港の朝。船が", 8), Lines{"港の朝。", "船が"});
  CHECK_EQ(wrap_lines("港の朝だ。船が", 8), Lines{"港の朝", "だ。船が"});
  CHECK_EQ(wrap_lines("港は「船」だ", 6), Lines{"港は", "「船」", "だ"});
  CHECK_EQ(wrap_lines("第12回の会", 4), Lines{"第12", "回の", "会"});
  for (const auto& line : wrap_lines("กำลังดีมาก", 3)) CHECK_LE(display_width(line), 3);
  CHECK_EQ(wrap_lines("항구의 아침", 6), Lines{"항구의", "아침"});
}

TEST_CASE("where a line may begin without a blank") {
  CHECK(breaks_without_blank("plain words only").empty());
  CHECK(breaks_without_blank("Grüße aus Köln").empty());
  CHECK_EQ(breaks_without_blank("朝。船").size(), 1);
}

}  // namespace
}  // namespace tidings
