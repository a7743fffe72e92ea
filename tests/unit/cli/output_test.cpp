#include "cli/output.hpp"

#include <doctest/doctest.h>

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
  CHECK(left_out_counts(left_out) == Json{{"max_posts", 12}, {"hidden", 1}});
  CHECK(left_out_counts({}) == Json::object());
}
