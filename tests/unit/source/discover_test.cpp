#include "source/discover.hpp"

#include <doctest/doctest.h>

using namespace tidings::source;

TEST_CASE("discover: advertised feeds in the page's order, comments last") {
  const auto links = discover_feeds(R"(<html><head><base href="https://example.org/blog/">
<link rel="alternate" type="application/rss+xml" title="Blog &raquo; Comments" href="comments/feed/">
<link rel="stylesheet alternate" type="text/xml" href="x">
<LINK REL="Alternate" TYPE="application/atom+xml; charset=utf-8" TITLE="Ν&eacute;α" HREF="/atom.xml">
<link rel="alternate" type="application/json" href="https://example.org/wp-json/wp/v2/posts/1">
<link rel="alternate" hreflang="de" href="/de"></head><body><a href="/rss">RSS</a></body></html>)",
                                    "https://example.org/a/page");
  REQUIRE(links.size() == 2);
  CHECK(links[0].url == "https://example.org/atom.xml");
  CHECK(links[0].title == "Νéα");
  CHECK(links[1].url == "https://example.org/blog/comments/feed/");
}

TEST_CASE("discover: plain links help when nothing is advertised") {
  const auto links =
      discover_feeds("<a href='/index.xml'>Feed</a><a href='/feedback'>Say</a>", "https://example.org/");
  REQUIRE(links.size() == 1);
  CHECK(links[0] == FeedLink{.url = "https://example.org/index.xml", .type = "", .title = "Feed"});
  CHECK(usual_feed_urls("https://example.org/blog?x=1").front() == "https://example.org/feeds/posts/default");
  CHECK(usual_feed_urls("file:/x").empty());
}

TEST_CASE("discover: a page nested beyond reason gives nothing, and takes no time") {
  std::string deep;
  for (int i = 0; i < 200'000; ++i) deep += "<div>";
  CHECK(discover_feeds(deep, "https://example.org/").empty());
}
