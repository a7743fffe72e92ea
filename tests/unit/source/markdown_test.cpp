#include "source/markdown.hpp"

#include <doctest/doctest.h>

#include "base/file.hpp"
#include "source/front_matter.hpp"
#include "support/temp_folder.hpp"

using namespace tidings;
using namespace tidings::source;

namespace {

Entry entry_of(std::string_view text, std::string_view name = "post.md") {
  const auto entry = read_markdown(text, name, {.site_url = "https://example.org/blog"});
  REQUIRE_MESSAGE(entry, (entry ? "" : entry.error().line()));
  REQUIRE(*entry);
  return **entry;
}

}  // namespace

TEST_CASE("markdown: TOML as Hugo writes it") {
  const auto entry = entry_of(
      "+++\ntitle = \"Boats & birds\"\ndate = 2026-01-08T10:15:30+02:00\ntags = [\"sea\", 'Θάλασσα']\ndescription = "
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
  const auto entry = entry_of("---\ntitle: 'It''s: a title' \ntags:\n  - sea\n  - \"two words\"\ncategories: [news, 'a, b']\n"
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
  CHECK_FALSE(*read_markdown("---\ndraft: true\n---\nx", "a.md", {}));
  CHECK_FALSE(*read_markdown("+++\ndraft = true\n+++\nx", "a.md", {}));
}

TEST_CASE("markdown: broken front matter says where") {
  const auto broken = read_markdown("+++\ntitle = \n+++\n", "a.md", {});
  REQUIRE_FALSE(broken);
  CHECK(broken.error().code == Errc::bad_data);
  CHECK(broken.error().what.starts_with("2:"));
  CHECK(read_markdown("---\ntitle: x\n", "a.md", {}).error().what == "1:1: the front matter does not end");
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
