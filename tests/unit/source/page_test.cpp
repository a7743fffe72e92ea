#include "source/page.hpp"

#include <doctest/doctest.h>

using namespace tidings;
using namespace tidings::source;

namespace {

Feed page(std::string_view html, const PageXPaths& xpaths = {}) {
  auto feed = read_page(html, {.base_url = "https://example.org/blog/", .xpaths = xpaths});
  REQUIRE_MESSAGE(feed, (feed ? "" : feed.error().line()));
  CHECK(feed->format == Format::html);
  return *std::move(feed);
}

}  // namespace

TEST_CASE("page: a date heading holds for the posts after it") {
  const auto feed = page(R"(<html lang="en"><head><title>Harbour</title></head><body>
<div class="date-outer"><h2 class="date-header"><span>Thursday, January 8, 2026</span></h2>
<div class="post"><h3 class="post-title"><a href="2026/01/b.html">Birds &amp; boats</a></h3><div class="post-body"><p>Two <b>gulls</b>.</p></div></div>
<div class="post"><h3 class="post-title"><a href="2026/01/a.html">Anchors</a></h3></div></div>
<div class="date-outer"><h2 class="date-header">Τετάρτη 7 Ιανουαρίου 2026</h2>
<div class="post"><h3 class="post-title"><a href="2026/01/c.html">Chart</a></h3></div></div></body></html>)");
  CHECK(feed.title == "Harbour");
  CHECK(feed.language == "en");
  REQUIRE(feed.entries.size() == 3);
  CHECK(feed.entries[0].title == "Birds & boats");
  CHECK(feed.entries[0].link == "https://example.org/blog/2026/01/b.html");
  CHECK(feed.entries[0].summary_html == "<p>Two <b>gulls</b>.</p>");
  CHECK(format_rfc3339(*feed.entries[0].published) == "2026-01-08T12:00:00Z");
  CHECK(format_rfc3339(*feed.entries[1].published) == "2026-01-08T12:00:00Z");
  CHECK(format_rfc3339(*feed.entries[2].published) == "2026-01-07T12:00:00Z");
}

TEST_CASE("page: h-feed, microdata, WordPress and plain articles need no configuration") {
  for (
      const auto* html :
      {R"(<article class="h-entry"><h2 class="p-name"><a class="u-url" href="/1">One</a></h2><time class="dt-published" datetime="2026-01-08T10:00:00Z">8</time></article>)",
       R"(<div itemscope itemtype="https://schema.org/BlogPosting"><h2 itemprop="headline"><a href="/1">One</a></h2><meta itemprop="datePublished" content="2026-01-08T10:00:00Z"></div>)",
       R"(<article class="post hentry"><h2 class="entry-title"><a href="/1" rel="bookmark">One</a></h2><time class="entry-date published" datetime="2026-01-08T10:00:00+00:00">Thursday</time></article>)",
       R"(<article><a href="/1"><h3>One</h3></a><time datetime="2026-01-08T10:00:00Z"></time></article>)",
       R"(<script type="application/ld+json">{"@graph":[{"@type":"Blog","blogPost":[{"@type":["BlogPosting"],"headline":"One","url":"/1","datePublished":"2026-01-08T10:00:00Z"}]}]}</script>)"}) {
    CAPTURE(html);
    const auto feed = page(html);
    REQUIRE(feed.entries.size() == 1);
    CHECK(feed.entries[0].title == "One");
    CHECK(feed.entries[0].link == "https://example.org/1");
    REQUIRE(feed.entries[0].published);
    CHECK(format_rfc3339(*feed.entries[0].published) == "2026-01-08T10:00:00Z");
  }
}

TEST_CASE("page: lists of posts as site generators write them need no configuration") {
  struct List {
    const char* before;
    const char* item;  ///< "#" is the number of the post
    const char* after;
  };
  const std::string nav =
      "<nav><a href='/'>Home</a><a href='/about'>About</a></nav><aside><ul><li><a href='/p/1'>Post "
      "1</a></li></ul></aside>";
  for (const auto& [before, item, after] :
       {// WordPress with a block theme
        List{"<ul class='wp-block-post-template'>",
             "<li class='wp-block-post post'><h2 class='wp-block-post-title'><a href='/p/#'>Post "
             "#</a></h2><div class='wp-block-post-date'><time "
             "datetime='2026-01-0#T12:00:00Z'><a href='/p/#'>#</a></time></div></li>",
             "</ul>"},
        // Jekyll, Eleventy, Astro, an archive, a table
        List{"<h2>Posts</h2><ul class='post-list'>",
             "<li><span class='post-meta'>Jan #, 2026</span><h3><a class='post-link' href='/p/#'>Post "
             "#</a></h3></li>",
             "</ul>"},
        List{"<ol reversed>",
             "<li><a href='/p/#'>Post #</a> <time datetime='2026-01-0#'>0# January 2026</time></li>",
             "</ol>"},
        List{"<ul>",
             "<li><a href='/p/#'><img src='/#.jpg' alt=''><h4>Post #</h4><p><time "
             "datetime='2026-01-0#'>#</time></p></a></li>",
             "</ul>"},
        List{"<ul>", "<li><time datetime='2026-01-0#'>#</time> - <a href='/p/#'>Post #</a></li>", "</ul>"},
        List{"<table>", "<tr><td class='date'>#.1.2026</td><td><a href='/p/#'>Post #</a></td></tr>",
             "</table>"},
        // Hugo: the date is in a footer
        List{"",
             "<article><h2>Post #</h2><footer class='entry-footer'><span title='2026-01-0# 12:00:00 +0000 "
             "UTC'>#</span></footer><a href='/p/#'></a></article>",
             ""}}) {
    std::string html = nav + before;
    for (int i = 5; i > 0; --i) {
      for (const char c : std::string_view{item}) html += c == '#' ? std::to_string(i) : std::string(1, c);
    }
    html += std::string{after} + "<footer><a href='/imprint'>Imprint</a></footer>";
    CAPTURE(html);
    const auto feed = page(html);
    REQUIRE(feed.entries.size() == 5);
    for (int i = 5; i > 0; --i) {
      const auto& entry = feed.entries[static_cast<std::size_t>(5 - i)];
      const auto number = std::to_string(i);
      CHECK(entry.title == "Post " + number);
      CHECK(entry.link == "https://example.org/p/" + number);
      REQUIRE(entry.published);
      CHECK(format_rfc3339(*entry.published) == "2026-01-0" + number + "T12:00:00Z");
    }
  }
}

TEST_CASE("page: two dates make no list of posts") {
  const auto feed = read_page(
      "<div><a href='/a'>Rules</a> <time datetime='2026-01-01'></time></div><div><a href='/b'>Prices</a> "
      "<time "
      "datetime='2026-01-02'></time></div><ul><li><a href='/c'>Contact</a></li></ul>",
      {.base_url = "https://example.org/"});
  CHECK_FALSE(feed.has_value());
}

TEST_CASE("page: configured XPaths find what they are told, and say what is wrong with them") {
  const std::string html =
      "<ul><li><a href='/1'>Один</a> <i>8 января 2026</i><img src='i.png'></li><li><a "
      "href='/2'>Два</a></li><li>no link</li></ul>";
  const auto feed =
      page(html, {.item = "//li", .title = "a", .link = "a/@href", .date = "i", .image = "img/@src"});
  REQUIRE(feed.entries.size() == 2);
  CHECK(feed.entries[0].title == "Один");
  CHECK(feed.entries[0].image == "https://example.org/blog/i.png");
  CHECK(format_rfc3339(*feed.entries[0].published) == "2026-01-08T12:00:00Z");
  CHECK_FALSE(feed.entries[1].published);
  const auto broken = read_page(html, {.base_url = "https://example.org/", .xpaths = {.item = "//li["}});
  REQUIRE_FALSE(broken);
  CHECK(broken.error().code == Errc::config);
  const auto nothing = read_page(html, {.base_url = "https://example.org/", .xpaths = {.item = "//p"}});
  CHECK(nothing.error().what == "nothing on the page matches //p");
  CHECK(read_page("<p>hello", {}).error().code == Errc::bad_data);
  CHECK(read_page("", {}).error().code == Errc::bad_data);
}
