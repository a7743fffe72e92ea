#include "post/excerpt.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace tidings::post;

TEST_CASE("excerpt: ends at a sentence if one is near, else at a word") {
  struct Case {
    std::string html;
    int words;
    Excerpt want;
  };
  for (const auto& [html, words, want] : std::vector<Case>{
           {"<p>Short text.</p>", 10, {"<p>Short text.</p>", "Short text.", false}},
           {"<p>One two three. Four five six seven.</p>",
            4,
            {"<p>One two three.</p>", "One two three.", true}},
           {"<p>One two three four five.</p>", 3, {"<p>One two three…</p>", "One two three…", true}},
           {"<p>One <a href=\"https://e.org/\"><b>two three</b> four</a></p>",
            2,
            {"<p>One <a href=\"https://e.org/\"><b>two</b></a>…</p>", "One two…", true}},
           {"<p>港は静かだ。船は眠る。</p>", 4, {"<p>港は静かだ。</p>", "港は静かだ。", true}},
           {"<h2>Head</h2><p>Body</p><figure><img src=x></figure>", 9, {"<p>Body</p>", "Body", false}},
           {"<p>Text [&#8230;]</p>", 9, {"<p>Text …</p>", "Text …", true}},
           {"<p>Dr. Who met Mr. Smith there today.</p>",
            5,
            {"<p>Dr. Who met Mr. Smith…</p>", "Dr. Who met Mr. Smith…", true}},
           {"", 9, {"", "", false}}}) {
    CAPTURE(html);
    const auto got = make_excerpt(html, {.words = words});
    CHECK(got.html == want.html);
    CHECK(got.text == want.text);
    CHECK(got.truncated == want.truncated);
  }
}

TEST_CASE("excerpt: items keep the numbers of their list, and its bullets") {
  const auto text = [](std::string_view html, int words = 99) {
    return make_excerpt(html, {.words = words}).text;
  };
  CHECK(text("<p>Steps</p><ol><li>Cut</li><li>Boil</li></ol>") == "Steps\n\n1. Cut\n2. Boil");
  CHECK(text("<ol start=9><li>Cut</li><li value=20>Boil</li><li>Eat</li></ol>") ==
        "9. Cut\n20. Boil\n21. Eat");
  CHECK(text("<ol reversed><li>a</li><li>b</li></ol>") == "2. a\n1. b");
  CHECK(text("<ul><li>a</li><li>b</li></ul>") == "• a\n• b");
  CHECK(text("<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>") == "1. a\n  • b\n2. c");
  CHECK(make_excerpt("<ol><li>a<ul><li>b<li>c</ul></li><li>d</li></ol>").html ==
        "<ol><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ol>");
  CHECK(make_excerpt("<ul><li><ul><li>b</li></ul></li></ul><p>c</p>").html ==
        "<ul><li><ul><li>b</li></ul></li></ul><p>c</p>");
  CHECK(make_excerpt("<ul><li>a<ul><li>b</li></ul></ul><ol><li>c</ol><blockquote><ul><li>d</ul></blockquote>")
            .html ==
        "<ul><li>a<ul><li>b</li></ul></li></ul><ol><li>c</li></ol><blockquote><ul><li>d</li></ul></"
        "blockquote>");
  CHECK(make_excerpt("<ol start=10><li>Cut</li><li>Boil</li></ol>").html ==
        "<ol start=\"10\"><li>Cut</li><li>Boil</li></ol>");
  // The number of an item is not the end of a sentence.
  CHECK(text("<ol start=10><li>Cut it.</li><li>Boil it for as long as it takes to be soft</li></ol>", 5) ==
        "10. Cut it.");
}

TEST_CASE("excerpt: the lead image is the first that is no icon") {
  CHECK(
      lead_image(
          "<img src=\"https://e.org/i.png\" width=16><img src=\"https://e.org/b.png\" alt=\" A  boat \">") ==
      Image{.url = "https://e.org/b.png", .alt = "A boat"});
  CHECK_FALSE(lead_image("<img src=\"data:image/png;base64,AAAA\"><p>x</p>"));
}

TEST_CASE("excerpt: what stands below a heading is not shown without it") {
  const auto shown = make_excerpt(
      "<p>The wind went down on Friday before breakfast, and by nine there were thirty people on the "
      "beach.</p>"
      "<h2>Weed</h2><p>Two lorry loads of it.</p>");
  CHECK(shown.text ==
        "The wind went down on Friday before breakfast, and by nine there were thirty people on the beach.");
  CHECK(shown.truncated);
  CHECK(make_excerpt("<h2>Weed</h2><p>Two lorry loads of it.</p>").text == "Two lorry loads of it.");
}

TEST_CASE("excerpt: the items of a list are lines of one paragraph") {
  const auto shown = make_excerpt("<p>Boats:</p><ul><li>up to 6 m</li><li>6 to 9 m</li></ul><p>Soon.</p>");
  CHECK(shown.text == "Boats:\n\n\u2022 up to 6 m\n\u2022 6 to 9 m\n\nSoon.");
  CHECK(shown.html == "<p>Boats:</p><ul><li>up to 6 m</li><li>6 to 9 m</li></ul><p>Soon.</p>");
}

TEST_CASE(
    "excerpt: quotations stay quotations, short tables and code stand whole, long ones are named and "
    "linked") {
  const auto shown = [](std::string_view html) {
    return make_excerpt(html, {.words = 40, .url = "https://e.org/a"});
  };
  CHECK(shown("<p>He said:</p><blockquote><p>No.</p><p>Never.</p></blockquote><p>So be it.</p>").html ==
        "<p>He said:</p><blockquote><p>No.</p><p>Never.</p></blockquote><p>So be it.</p>");
  const std::string table =
      "<table><tbody><tr><th>Day</th><th>Fare</th></tr><tr><td>Sun</td><td><b>4.20</b></td></tr></tbody></"
      "table>";
  CHECK(shown("<p>Fares:</p>" + table).html == "<p>Fares:</p>" + table);
  CHECK(shown("<p>Run:</p><pre><code>a  <i>b</i>\n  c\n</code></pre>").html ==
        "<p>Run:</p><pre>a  b\n  c</pre>");
  std::string long_table = "<p>Fares:</p><table><tr><th>Day</th><th>Fare</th></tr>";
  for (int i = 0; i < 9; ++i) long_table += "<tr><td>Sun</td><td>1</td></tr>";
  const auto named = shown(long_table + "</table><p>That is all.</p>");
  CHECK(
      named.html ==
      "<p>Fares:</p><p><a href=\"https://e.org/a\">\u25A6 Day \u00B7 Fare\u2026</a></p><p>That is all.</p>");
  CHECK(named.truncated);
  CHECK(shown("<table><tr><td><p>A page laid out</p><p>by a table.</p></td></tr></table>").html ==
        "<p>A page laid out</p><p>by a table.</p>");
}

TEST_CASE("excerpt: nothing ends in a colon before a gap, and scraps in a row are one line") {
  const auto html = [](std::string_view text, int words = 40) {
    return make_excerpt(text, {.words = words}).html;
  };
  CHECK(html("<p>Look at this:</p><figure><img src=x></figure><p>Nice.</p>") ==
        "<p>Look at this…</p><p>Nice.</p>");
  CHECK(html("<p>Look at these:</p>") == "<p>Look at these…</p>");
  CHECK(html("<p>One two three:</p><p>four five six seven eight</p>", 3) == "<p>One two three…</p>");
  CHECK(html("<div>Sea</div><div>Wind</div><div>Tide</div><div>Fog</div>") ==
        "<p>Sea \u00B7 Wind \u00B7 Tide \u00B7 Fog</p>");
}
