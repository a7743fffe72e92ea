#include "post/plain_text.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/text.hpp"

using namespace tidings;
using namespace tidings::post;

TEST_CASE("plain text: each kind of block has its form") {
  struct Case {
    std::string html;
    std::string want;
  };
  for (const auto& [html, want] :
       std::vector<Case>{{"<p>One</p><p>Two<br>lines</p>", "One\n\nTwo\nlines\n"},
                         {"<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>", "* a\n* b\n  * c\n"},
                         {"<ol start=3><li>a</li><li>b</li></ol>", "3. a\n4. b\n"},
                         {"<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b\n"},
                         {"<h2>Head</h2><p>x</p>", "Head\n----\n\nx\n"},
                         {"<pre>if x:\n    y</pre>", "    if x:\n        y\n"},
                         {"<p><img src=\"https://e.org/a.png\" alt=\"A boat\"></p>", "[A boat]\n"},
                         {"<table><tr><th>Port</th><th>km</th></tr><tr><td>A</td><td>12</td></tr></table>",
                          "Port  km\n--------\nA     12\n"},
                         {"<p>See <a href=\"https://e.org/x\">this</a>.</p>",
                          "See this\u00A0[1].\n\n[1] https://e.org/x\n"},
                         {"<p><a href=\"https://e.org/\">e.org</a></p>", "e.org\n"},
                         {"", ""}}) {
    CAPTURE(html);
    CHECK(html_to_text(html) == replace_all(want, "\u00A0", " "));
  }
}

TEST_CASE("plain text: lines wrap by columns, in every script") {
  std::string japanese = "<p>";
  for (int i = 0; i < 30; ++i) japanese += "港の朝は静かだ。";
  std::string words = "<p>";
  for (int i = 0; i < 60; ++i) words += "καλημέρα ";
  for (const auto& html : {japanese, words}) {
    const auto text = html_to_text(html, {.width = 40});
    const auto lines = split(text, '\n');
    CHECK(lines.size() > 5);
    for (const auto line : lines) CHECK(display_width(line) <= 40);
    for (const auto line : lines) CHECK_FALSE(line.starts_with("。"));
  }
}

TEST_CASE("plain_text: a table that is too wide becomes a list, with the names of its columns") {
  const std::string table =
      "<table><tr><th>Day</th><th>Remarks</th></tr><tr><td>Sun</td><td>one two three four five</td></tr>"
      "<tr><td>Mon</td><td></td></tr></table>";
  CHECK(html_to_text(table, {.width = 24}) ==
        "* Day: Sun\n  Remarks: one two three\n  four five\n* Day: Mon\n");
  CHECK(html_to_text(table, {.width = 72}) ==
        "Day  Remarks\n----------------------------\nSun  one two three four five\nMon\n");
}

TEST_CASE("plain_text: what is raised or lowered keeps its meaning") {
  const auto text = [](std::string_view html) { return html_to_text(html); };
  CHECK(text("<p>12 m<sup>2</sup> of H<sub>2</sub>O</p>") == "12 m² of H₂O\n");
  CHECK(text("<p>x<sup>ab</sup></p>") == "x^ab\n");
  CHECK(text("<p>said<sup><a href='#1'>1</a></sup></p>").starts_with("said1"));
}
