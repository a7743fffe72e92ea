#include "base/text.hpp"

#include <vector>

#include <doctest/doctest.h>

using namespace tidings;

TEST_CASE("text: cleaned text is valid, and cleaning again changes nothing") {
  struct Case {
    std::string text;
    std::string want;
  };
  for (const auto& [text, want] : std::vector<Case>{{"plain", "plain"},
                                                    {"a\r\nb\rc", "a\nb\nc"},
                                                    {std::string("a\0b", 3), "ab"},
                                                    {"\xEF\xBB\xBFx", "x"},
                                                    {"caf\xE9", "caf\xEF\xBF\xBD"},
                                                    {"\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD"},
                                                    {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
                                                    {"\xC2\x85y", "y"},
                                                    {"\x1B[31m", "[31m"}}) {
    CAPTURE(text);
    CHECK(clean_utf8(text) == want);
    CHECK(is_valid_utf8(clean_utf8(text)));
    CHECK(clean_utf8(clean_utf8(text)) == want);
  }
}

TEST_CASE("text: width counts columns, not bytes") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("日本") == 4);
  CHECK(display_width("e\u0301") == 1);
  CHECK(display_width("🚢") == 2);
  CHECK(display_width("Ωμέγα") == 5);
}

TEST_CASE("text: cutting never leaves half a code point") {
  CHECK(truncate_utf8("aé", 2) == "a");
  CHECK(truncate_utf8("aé", 3) == "aé");
  CHECK(truncate_utf8("日", 1).empty());
}

TEST_CASE("text: case folding covers the scripts of our languages") {
  CHECK(fold_case("ÀÉÎ Ž Ş") == "àéî ž ş");
  CHECK(fold_case("ΠΑΡΑΔΕΙΓΜΑ Ά") == "παραδειγμα ά");
  CHECK(fold_case("ПРИМЕР Ё") == "пример ё");
  CHECK(fold_case("ς") == fold_case("σ"));
}

TEST_CASE("text: the nearest name is offered only when it is near") {
  const std::vector<std::string> known{"schedule", "sources", "subject"};
  CHECK(nearest("shedule", known) == "schedule");
  CHECK(nearest("suorces", known) == "sources");
  CHECK(nearest("Subject", known) == "subject");
  CHECK_FALSE(nearest("banana", known));
}

TEST_CASE("text: small helpers") {
  CHECK(trim(" \t a b\r\n") == "a b");
  CHECK(collapse_blanks("  a\n\t b\xC2\xA0\xC2\xA0"
                        "c ") == "a b c");
  CHECK(replace_all("aXbX", "X", "--") == "a--b--");
  CHECK(split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
  CHECK(escape_html("<a href=\"x\">'&'</a>") == "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
  CHECK(plural(1, "post") == "1 post");
  CHECK(plural(2, "delivery") == "2 deliveries");
  CHECK(plural(2, "day") == "2 days");
}
