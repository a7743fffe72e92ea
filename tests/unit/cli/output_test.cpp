#include "cli/output.hpp"

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "cli/left_out_words.hpp"

using namespace tidings;
using namespace tidings::cli;

TEST_CASE("output: columns are as wide as their widest cell on a terminal, and lines end without blanks") {
  Table table{{"NAME", "WHERE"}};
  CHECK(table.empty());
  table.add({"日本", "Tōkyō"});
  table.add({"Ada", ""});
  table.add({"A"});
  CHECK(table.text() ==
        "NAME  WHERE\n"
        "日本  Tōkyō\n"
        "Ada\n"
        "A\n");
}

TEST_CASE("output: a cell drives no terminal and starts no line") {
  Table table{{"TITLE"}};
  table.add({"a\x1b[2Jb\nc\xe2\x80\xae"});
  CHECK(table.text() == "TITLE\na?[2Jb c?\n");
  CHECK(printable("tab\tnew\nline") == "tab new line");
}

TEST_CASE("output: on narrow paper the widest column loses first, and its cells wrap") {
  Table table{{"ID", "TITLE", "WHY"}};
  table.add({"12", "Fog in the harbour until noon", "hidden"});
  CHECK(table.text({.columns = 24}) ==
        "ID  TITLE         WHY\n"
        "12  Fog in the    hidden\n"
        "    harbour\n"
        "    until noon\n");
  CHECK(table.text({.columns = 41}) == table.text());
  CHECK(table.text({.columns = 40}) != table.text());
}

TEST_CASE("output: on narrow paper empty columns go, and addresses are broken last") {
  Table table{{"ADDRESS", "LANGUAGE", "NAME"}};
  table.add({"ida@xn--bcher-kva.example", "", "Ida von und zu Hohenstein"});
  CHECK(table.text({.columns = 40}) ==
        "ADDRESS                    NAME\n"
        "ida@xn--bcher-kva.example  Ida von und\n"
        "                           zu Hohenstein\n");
  CHECK(table.text().starts_with("ADDRESS                    LANGUAGE  NAME\n"));
}

TEST_CASE("output: no line of a table is wider than its paper") {
  Table table{{"ADDRESS", "NAME", "DIGESTS", "TOPICS"}};
  table.add({"a-very-long-local-part-indeed@host.example.org", "日本語日本語日本語日本語",
             "daily, weekly (withdrawn)", "sea"});
  table.add({"", "", "", ""});
  for (int columns = 12; columns < 120; ++columns) {
    CAPTURE(columns);
    const auto text = table.text({.columns = columns});
    for (const auto line : split(text, '\n')) CHECK(display_width(line) <= columns);
  }
}

TEST_CASE("output: cells that fit nowhere beside each other stand below each other, and nothing is lost") {
  Table table{{"ADDRESS", "STATE", "REPLY"}};
  table.add({"ada@example.org", "failed", "550 no such user"});
  CHECK(table.text({.columns = 22}) ==
        "ADDRESS  ada@example.o\n"
        "         rg\n"
        "STATE    failed\n"
        "REPLY    550 no such\n"
        "         user\n");
}

TEST_CASE("output: headings are bold and trouble is red where there are colours, and nowhere else") {
  Table table{{"STATE"}};
  table.add({{"failed", Look::trouble}});
  table.add({{"sent"}});
  CHECK(table.text({.columns = {}, .ink = Paper::Ink::colours}) ==
        "\x1b[1mSTATE\x1b[0m\n\x1b[1;31mfailed\x1b[0m\nsent\n");
  CHECK(table.text() == "STATE\nfailed\nsent\n");
}

TEST_CASE("output: lines break at blanks, and longer words within") {
  CHECK(wrap("Fog in the harbour", 8) == std::vector<std::string>{"Fog in", "the", "harbour"});
  CHECK(wrap("harbours", 4) == std::vector<std::string>{"harb", "ours"});
  CHECK(wrap("日本語", 3) == std::vector<std::string>{"日", "本", "語"});
  CHECK(wrap("", 3) == std::vector<std::string>{""});
}

TEST_CASE("output: a page of a list begins behind a name and says what is beyond") {
  const std::vector<std::string> names{"a", "b", "c"};
  const auto page = *page_of(names, "a", 1, "source");
  CHECK(page.begin == 1);
  CHECK(page.end == 2);
  CHECK(page.more == "there are more: --after b continues, --limit 2 shows more");
  CHECK(page_of(names, "b", 1, "source")->more.empty());
  CHECK(page_of(names, "x", 1, "source").error().what == "there is no source \"x\"");
}

TEST_CASE("output: text is shortened by columns, and never inside a character") {
  CHECK(shorten("harbour", 7) == "harbour");
  CHECK(shorten("harbours", 7) == "harbou…");
  CHECK(shorten("日本語日本語", 7) == "日本語…");
  CHECK(shorten("日本語日本語", 6) == "日本…");
  CHECK(shorten("", 3).empty());
}

TEST_CASE("output: times are local for people, RFC 3339 for programs, and absent ones say so") {
  const auto zone = *Zone::find("Europe/Athens");
  const auto time = *parse_rfc3339("2026-01-05T08:00:00Z");
  CHECK(local_time(zone, time) == "2026-01-05 10:00");
  CHECK(local_time(zone, std::nullopt) == "-");
  CHECK(json_time(time) == Json("2026-01-05T08:00:00Z"));
  CHECK(json_time(std::nullopt).is_null());
}

TEST_CASE("output: a JSON line is one line, whatever bytes are in it") {
  CHECK(json_line({{"title", "a\nb"}}) == "{\"title\":\"a\\nb\"}\n");
  CHECK(json_line({{"title", "a\xff"}}) == "{\"title\":\"a\xef\xbf\xbd\"}\n");
}

TEST_CASE("output: reasons are counted by their keys") {
  const std::vector<digest::LeftOutPosts> left_out{
      {.why = digest::LeftOut::waits_max_posts, .posts = 12, .named = {}},
      {.why = digest::LeftOut::hidden, .posts = 1, .named = {}}};
  CHECK(left_out_counts(left_out).dump() ==
        R"([{"reason":"max_posts","post_count":12},{"reason":"hidden","post_count":1}])");
  CHECK(left_out_counts({}) == Json::array());
}
