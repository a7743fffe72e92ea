#include "message/mime.hpp"

#include <doctest/doctest.h>

#include "base/codec.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "message/wrap.hpp"

using namespace tidings;
using namespace tidings::message;

namespace {

std::string encoded(std::string_view text) {
  std::string out;
  append_quoted_printable(out, text);
  return out;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') {
      out += text[i];
    } else if (text.substr(i + 1, 2) == "\r\n") {
      i += 2;
    } else {
      out += hex_decode(text.substr(i + 1, 2)).value();
      i += 2;
    }
  }
  return replace_all(out, "\r\n", "\n");
}

}  // namespace

TEST_CASE("quoted-printable: what is escaped and where lines break") {
  struct Case {
    std::string_view text;
    std::string_view want;
  };
  const std::string x75(75, 'x');
  const std::string x76(76, 'x');
  const std::string x77(77, 'x');
  const std::vector<Case> cases{
      {"", ""},
      {"a", "a\r\n"},
      {"a\n", "a\r\n"},
      {"a\r\nb\n", "a\r\nb\r\n"},
      {"\n\na\n", "\r\n\r\na\r\n"},
      {"1 = 2\n", "1 =3D 2\r\n"},
      {"end \nend\t\n", "end=20\r\nend=09\r\n"},
      {"é\n", "=C3=A9\r\n"},
      {".\n..\n a.\n", "=2E\r\n=2E.\r\n a.\r\n"},
      {"From here\nFrom\n", "=46rom here\r\nFrom\r\n"},
      {"a\rb\n", "a=0Db\r\n"},
  };
  for (const auto& [text, want] : cases) {
    CAPTURE(text);
    CHECK(encoded(text) == want);
  }
  CHECK(encoded(x76) == x76 + "\r\n");
  CHECK(encoded(x77) == x75 + "=\r\nxx\r\n");
  CHECK(encoded(x75 + "=") == x75 + "=\r\n=3D\r\n");
  CHECK(encoded(std::string(73, 'x') + "=") == std::string(73, 'x') + "=3D\r\n");
  CHECK(encoded(x75 + "..") == x75 + "=\r\n=2E.\r\n");
}

TEST_CASE(
    "quoted-printable: random text comes back, in lines that no transport touches, and each line is encoded "
    "for itself") {
  SeededRandom random{1};
  const std::string_view alphabet = "ab =.\t\nFrom é日\n";
  for (int round = 0; round < 400; ++round) {
    std::string text;
    const auto size = random.below(400);
    while (text.size() < size) {
      std::size_t at = random.below(alphabet.size());
      const auto start = at;
      (void)next_code_point(alphabet, at);
      text += alphabet.substr(start, at - start);
    }
    text += '\n';
    const auto mail = encoded(text);
    CHECK(decoded(mail) == text);
    std::string line_by_line;
    for (const auto line : split(std::string_view{text}.substr(0, text.size() - 1), '\n'))
      append_quoted_printable(line_by_line, std::string{line} + "\n");
    CHECK(mail == line_by_line);
    for (const auto line : split(std::string_view{mail}.substr(0, mail.size() - 1), '\n')) {
      CHECK(line.ends_with('\r'));
      CHECK(line.size() <= 77);
      CHECK_FALSE(line.starts_with('.'));
      CHECK_FALSE(line.starts_with("From "));
      CHECK_FALSE(line.ends_with(" \r"));
      CHECK(line.find("=_") == std::string_view::npos);
    }
  }
}

TEST_CASE("mime: a boundary begins with what no encoded text holds, and fits RFC 2046") {
  CHECK(boundary_for("a") == boundary_for("a"));
  CHECK(boundary_for("a") != boundary_for("b"));
  CHECK(boundary_for("a").starts_with("=_"));
  CHECK(boundary_for("a").size() == 26);
}

TEST_CASE("mime: base64 lines are 76 wide") {
  std::string out;
  append_base64_lines(out, std::string(100, 'a'));
  const auto lines = split(out, '\n');
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].size() == 77);
  CHECK(base64_decode(out) == std::string(100, 'a'));
}

TEST_CASE("wrap: by columns, at blanks, under the line's indentation") {
  CHECK(wrap("one two three four", 9) == "one two\nthree\nfour");
  CHECK(wrap("\n\n  one two three\n\nfour\n\n", 9) == "  one two\n  three\n\nfour");
  CHECK(wrap("see https://example.org/a/very/long/address now", 12) ==
        "see\nhttps://example.org/a/very/long/address\nnow");
  CHECK(wrap("港の便りは木曜日に。", 8) == "港の便り\nは木曜日\nに。");
  CHECK(wrap("港の便り。は木", 8) == "港の便\nり。は木");
  CHECK(wrap("  kept  as it  is", 40) == "  kept  as it  is");
  CHECK(wrap("\n \n", 10).empty());
  CHECK(rule_under("港の\nabc", '-', 72) == "----");
  CHECK(rule_under(std::string(100, 'a'), '=', 72).size() == 72);
}
