#include "post/normalise.hpp"

#include <doctest/doctest.h>

using namespace tidings;
using namespace tidings::post;

namespace {

source::Entry wordpress_entry() {
  source::Entry entry;
  entry.title = "Snowdrops, counted";
  entry.link = "https://garden.example/2026/01/snowdrops-counted/";
  return entry;
}

}  // namespace

TEST_CASE("normalise: the note under the texts of a WordPress feed goes, in any language") {
  for (const std::string words : {"The post {1} appeared first on {2}.",
                                  "Der Beitrag {1} erschien zuerst auf {2}.", "{1} 最早出现在 {2}。"}) {
    auto note = words;
    note.replace(note.find("{1}"), 3,
                 "<a href=\"https://garden.example/2026/01/snowdrops-counted/\">Snowdrops, counted</a>");
    note.replace(note.find("{2}"), 3, "<a href=\"https://garden.example\">Hillside Garden</a>");
    auto entry = wordpress_entry();
    entry.content_html = "<p>4,212 of them.</p>\n<p>" + note + "</p>";
    CHECK(normalise(entry, SourceId{1}, UtcTime{}, {}).html == "<p>4,212 of them.</p>");
  }
}

TEST_CASE("normalise: a last paragraph of the author's own stays, also with two links") {
  for (const std::string last :
       {"<p>See <a href=\"https://garden.example/2026/01/snowdrops-counted/\">here</a> and <a "
        "href=\"https://other.example/\">there</a>.</p>",
        "<p>More on <a href=\"https://garden.example/\">our site</a>.</p>", "<p>Come and see.</p>"}) {
    auto entry = wordpress_entry();
    entry.content_html = "<p>4,212 of them.</p>" + last;
    const auto html = normalise(entry, SourceId{1}, UtcTime{}, {}).html;
    CHECK(html.find("4,212") != std::string::npos);
    CHECK(html.find(last.substr(3, 8)) != std::string::npos);
  }
}
