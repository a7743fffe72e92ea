#include "source/markdown.hpp"

#include <doctest/doctest.h>

#include "base/file.hpp"
#include "source/front_matter.hpp"
#include "source/markdown_html.hpp"
#include "source/permalink.hpp"
#include "source/shortcode.hpp"
#include "source/written_date.hpp"
#include "support/temp_folder.hpp"

using namespace tidings;
using namespace tidings::source;

namespace {

Entry entry_of(std::string_view text, std::string_view name = "post.md") {
  const auto post = read_markdown(text, name, {.site_url = "https://example.org/blog"});
  REQUIRE_MESSAGE(post, (post ? "" : post.error().line()));
  REQUIRE(post->state == MarkdownPost::State::post);
  return post->entry;
}

}  // namespace

TEST_CASE("markdown: TOML as Hugo writes it") {
  const auto entry = entry_of(
      "+++\ntitle = \"Boats & birds\"\ndate = 2026-01-08T10:15:30+02:00\ntags = [\"sea\", "
      "'Θάλασσα']\ndescription = "
      "'Short'\n"
      "+++\n*Two* gulls & a [map](map.png).\n");
  CHECK(entry.title == "Boats & birds");
  CHECK(format_rfc3339(*entry.published) == "2026-01-08T08:15:30Z");
  CHECK(entry.categories == std::vector<std::string>{"sea", "Θάλασσα"});
  CHECK(entry.summary_html == "Short");
  CHECK(entry.content_html == "<p><em>Two</em> gulls &amp; a <a href=\"map.png\">map</a>.</p>");
  CHECK(entry.link == "https://example.org/blog/post/");
  CHECK(entry.id == entry.link);
}

TEST_CASE("markdown: YAML as Jekyll and Eleventy write it") {
  const auto entry = entry_of(
      "---\ntitle: 'It''s: a title' \ntags:\n  - sea\n  - \"two words\"\ncategories: [news, 'a, b']\n"
      "description: >\n  folded\n  text\npermalink: /x/y.html\nnested:\n  title: no\n---\nBody\n",
      "_posts/2026-01-08-boats.md");
  CHECK(entry.title == "It's: a title");
  CHECK(entry.categories == std::vector<std::string>{"sea", "two words", "news", "a, b"});
  CHECK(entry.summary_html == "folded text");
  CHECK(entry.link == "https://example.org/x/y.html");
  CHECK(format_rfc3339(*entry.published) == "2026-01-08T00:00:00Z");
}

TEST_CASE("markdown: without front matter the heading is the title; drafts are none") {
  const auto entry = entry_of("# Anchors *aweigh*\n\nText\n", "2026-01-08-anchors/index.md");
  CHECK(entry.title == "Anchors aweigh");
  CHECK(entry.content_html == "<p>Text</p>");
  CHECK(entry.link == "https://example.org/blog/anchors/");
  CHECK(read_markdown("---\ndraft: true\n---\nx", "a.md", {})->state == MarkdownPost::State::draft);
  CHECK(read_markdown("+++\ndraft = true\n+++\nx", "a.md", {})->state == MarkdownPost::State::draft);
}

TEST_CASE("markdown: broken front matter says where") {
  const auto broken = read_markdown("+++\ntitle = \n+++\n", "a.md", {});
  REQUIRE_FALSE(broken);
  CHECK(broken.error().code == Errc::bad_data);
  CHECK(broken.error().what.starts_with("2:"));
  CHECK(read_markdown("---\ntitle: x\n", "a.md", {}).error().what == "1:1: the front matter is not closed");
}

TEST_CASE("markdown: a folder is read newest first, and one broken file does not stop it") {
  const test::TempFolder folder;
  REQUIRE(write_file(folder / "2026-01-07-a.md", "# A\n"));
  REQUIRE(write_file(folder / "sub/2026-01-08-b.markdown", "# B\n"));
  REQUIRE(write_file(folder / "c.md", "+++\nx\n+++\n"));
  REQUIRE(write_file(folder / "d.txt", "# D\n"));
  const auto feed = read_markdown_folder(folder.path(), {});
  REQUIRE(feed);
  REQUIRE(feed->entries.size() == 2);
  CHECK(feed->entries[0].title == "B");
  CHECK(feed->entries[0].id == "sub/2026-01-08-b.markdown");
  REQUIRE(feed->warnings.size() == 1);
  CHECK(feed->warnings[0].starts_with("c.md: 2:"));
  CHECK(read_markdown_folder(folder / "none", {}).error().code == Errc::no_input);
}

TEST_CASE("markdown: a table of very many columns stays text") {
  std::string wide = "|";
  std::string rule = "|";
  for (int i = 0; i < 60; ++i) {
    wide += "a|";
    rule += "-|";
  }
  CHECK(html_of_markdown(wide + "\n" + rule + "\n").find("<table") == std::string::npos);
  CHECK(html_of_markdown("|a|b|\n|-|-|\n").find("<table") != std::string::npos);
  CHECK(html_of_markdown(std::string(longest_markdown + 1, 'x')).empty());
}

TEST_CASE("shortcode: tags that never end, and code that never closes, take linear time and lose nothing") {
  std::string raws;
  for (int i = 0; i < 20'000; ++i) raws += "{% raw %}";
  CHECK(without_shortcodes(raws).text.empty());
  CHECK(without_shortcodes("a {{< b").text == "a {{< b");
  CHECK(without_shortcodes("`a {{ x }}").text == "`a ");
  CHECK(without_shortcodes("``a ` {{ x }}``").text == "``a ` {{ x }}``");
  CHECK(without_shortcodes("~~~\n{{ x }}\n```\n~~~\n{{ y }}z").text == "~~~\n{{ x }}\n```\n~~~\nz");
  CHECK(without_shortcodes("{{</* figure */>}}").text == "{{< figure >}}");
}

TEST_CASE("permalink: patterns are filled in, or are no pattern") {
  const PermalinkFacts facts{.local = parse_rfc3339("2026-03-07T10:00:00Z").value(),
                             .title = "Boats & Birds",
                             .slug = {},
                             .stem = "b",
                             .is_dated_name = false,
                             .sections = {"posts", "sea"},
                             .categories = {}};
  CHECK(expand_permalink("/:year/:i_month/:y_day/:slug/", facts) == "/2026/3/066/boats-birds/");
  CHECK(expand_permalink("/:sections/:section/:filename", facts) == "/posts/sea/posts/b");
  CHECK(expand_permalink("pretty", facts) == "/2026/03/07/boats-birds/");
  CHECK_FALSE(expand_permalink("/:what/", facts));
  CHECK(unknown_permalink_word("/:year/:what/") == "what");
  CHECK(slug_of("\u201cÉté\u201d \u2013 v1.2!") == "été-v1.2");
}

TEST_CASE(
    "written date: day, month and year in the ways people write them; numbers that are no dates are none") {
  const auto day = [](std::string_view text) {
    const auto found = find_written_date(text, 40);
    const auto date = found ? found->day_first() : std::nullopt;
    if (!date) return std::string{};
    return std::to_string(static_cast<int>(date->year())) + "-" +
           std::to_string(static_cast<unsigned>(date->month())) + "-" +
           std::to_string(static_cast<unsigned>(date->day()));
  };
  for (const auto* text : {"12.03.2026", "12. 3. 2026", "12/03/2026", "2026-03-12", "2026.03.12", "12.03.26",
                           "12 March 2026", "March 12, 2026", "Mar 12th, 2026", "12 de marzo de 2026",
                           "2026年3月12日卒業", "2026년 3월 12일", "2026. március 12.", "Do, 12. März 2026",
                           "12 Μαρτίου 2026", "12 марта 2026", "12 مارس 2026", "12 Mart 2026"}) {
    CHECK_MESSAGE(day(text) == "2026-3-12", text);
  }
  for (const auto* text : {"March 2026", "12.03.", "192.168.20.26", "1.2.2026.4", "+30 210 1234567",
                           "31.02.2026", "2026", "12/2026", "08:00 - 12:00", "12 apples 2026", "v1.2.3"}) {
    CHECK_MESSAGE(day(text).empty(), text);
  }
}
