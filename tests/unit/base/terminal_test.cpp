#include "base/terminal.hpp"

#include <doctest/doctest.h>

using namespace tidings;

TEST_CASE(
    "terminal: what drives a terminal or turns text around becomes a question mark, and nothing else "
    "changes") {
  const struct {
    const char* text;
    const char* want;
  } cases[] = {
      {"plain\ttext\n", "plain\ttext\n"},
      {"\x1b]0;title\x07", "?]0;title?"},
      {"a\u202eb\u202c", "a?b?"},
      {"\u2066x\u2069 \u2028", "?x? ?"},
      {"\u009b31m", "?31m"},
      {"caf\u00e9 \u05e9\u05dc\u05d5\u05dd\u200f \U0001F600",
       "caf\u00e9 \u05e9\u05dc\u05d5\u05dd\u200f \U0001F600"},
      {"\U000E0041", "?"},
      {"bad \xff byte", "bad \xEF\xBF\xBD byte"},
      {"", ""},
  };
  for (const auto& each : cases) CHECK(terminal_text(each.text) == each.want);
  CHECK(terminal_line("a\nb\tc\r") == "a b c?");
}

TEST_CASE("terminal: JSON keeps the characters, as escapes") {
  CHECK(json_with_escapes("{\"a\":\"x\u202ey\u0085\U000E0041\"}") ==
        "{\"a\":\"x\\u202ey\\u0085\\udb40\\udc41\"}");
  CHECK(json_with_escapes("{\"a\":\"\u00e9\"}\n") == "{\"a\":\"\u00e9\"}\n");
}
