#include "source/parse.hpp"

#include <doctest/doctest.h>

using namespace tidings;
using namespace tidings::source;

namespace {

Feed parsed(std::string_view bytes, std::string base = "https://example.org/feed.xml",
            std::string type = {}) {
  auto feed = parse_feed(bytes, {.base_url = std::move(base), .content_type = std::move(type)});
  REQUIRE_MESSAGE(feed, (feed ? "" : feed.error().line()));
  return *std::move(feed);
}

}  // namespace

TEST_CASE("parse: RSS 2.0 with the usual modules") {
  const auto feed = parsed(R"(<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
     xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>Harbour &amp;amp; Hill</title><link>https://example.org/</link><language>en-GB</language><ttl>60</ttl>
<atom:link href="https://example.org/feed.xml" rel="self"/>
<item><title>Tide &amp; time</title><link>/2026/tide</link><guid isPermaLink="false">tag:1</guid>
<dc:creator>Ada Ωμέγα</dc:creator><pubDate>Thu, 08 Jan 2026 10:15:00 +0200</pubDate>
<category>Sea</category><category>Sea</category><category>Weather</category>
<description>&lt;p&gt;Short&lt;/p&gt;</description><content:encoded><![CDATA[<p>Long <b>one</b></p>]]></content:encoded>
<enclosure url="/a.mp3" type="audio/mpeg" length="42"/></item>
</channel></rss>)");
  CHECK(feed.format == Format::rss);
  CHECK(feed.title == "Harbour & Hill");
  CHECK(feed.link == "https://example.org/");
  CHECK(feed.language == "en-GB");
  CHECK(feed.ttl == std::chrono::minutes{60});
  CHECK(feed.warnings.empty());
  REQUIRE(feed.entries.size() == 1);
  const auto& entry = feed.entries[0];
  CHECK(entry.id == "tag:1");
  CHECK(entry.title == "Tide & time");
  CHECK(entry.link == "https://example.org/2026/tide");
  CHECK(entry.author == "Ada Ωμέγα");
  CHECK(format_rfc3339(*entry.published) == "2026-01-08T08:15:00Z");
  CHECK(entry.summary_html == "<p>Short</p>");
  CHECK(entry.content_html == "<p>Long <b>one</b></p>");
  CHECK(entry.categories == std::vector<std::string>{"Sea", "Weather"});
  CHECK(entry.enclosures == std::vector<Enclosure>{{"https://example.org/a.mp3", "audio/mpeg", 42}});
  CHECK(entry.language == "en-GB");
}

TEST_CASE("parse: Atom 1.0 with every kind of text") {
  const auto feed =
      parsed(R"(<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="el" xml:base="https://example.org/blog/">
<title type="html">&lt;em&gt;Νέα&lt;/em&gt; του λιμανιού</title><link href="."/><link rel="self" href="feed.atom"/>
<author><name>Ελένη</name></author>
<entry><id>urn:1</id><title type="text">1 &lt; 2</title><link rel="alternate" type="text/html" href="one.html"/>
<published>2026-01-05T08:00:00+02:00</published><updated>2026-01-06T08:00:00Z</updated>
<content type="xhtml" xml:base="one/"><div xmlns="http://www.w3.org/1999/xhtml"><p>Γεια<br/> &amp; χαρά</p></div></content>
<summary>plain &lt;text</summary><category term="θάλασσα" label="Θάλασσα"/></entry>
<entry><id>urn:2</id><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">A <i>b</i></div></title>
<author><name>Νίκος</name></author><updated>2026-01-07T08:00:00Z</updated></entry></feed>)");
  CHECK(feed.format == Format::atom);
  CHECK(feed.title == "Νέα του λιμανιού");
  CHECK(feed.link == "https://example.org/blog/");
  REQUIRE(feed.entries.size() == 2);
  const auto& one = feed.entries[0];
  CHECK(one.title == "1 < 2");
  CHECK(one.link == "https://example.org/blog/one.html");
  CHECK(one.author == "Ελένη");
  CHECK(format_rfc3339(*one.published) == "2026-01-05T06:00:00Z");
  CHECK(format_rfc3339(*one.updated) == "2026-01-06T08:00:00Z");
  CHECK(one.content_html == "<p>Γεια<br> &amp; χαρά</p>");
  CHECK(one.summary_html == "plain &lt;text");
  CHECK(one.base_url == "https://example.org/blog/one/");
  CHECK(one.language == "el");
  CHECK(feed.entries[1].title == "A b");
  CHECK(feed.entries[1].author == "Νίκος");
  CHECK_FALSE(feed.entries[1].published);
}

TEST_CASE("parse: RDF has its items beside the channel") {
  const auto feed = parsed(
      R"(<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://example.org/"><title>R</title>
<link>https://example.org/</link></channel>
<item rdf:about="https://example.org/1"><title>One</title><link>https://example.org/1</link><dc:date>2026-01-05</dc:date></item>
</rdf:RDF>)");
  CHECK(feed.format == Format::rdf);
  REQUIRE(feed.entries.size() == 1);
  CHECK(feed.entries[0].id == "https://example.org/1");
  CHECK(format_rfc3339(*feed.entries[0].published) == "2026-01-05T00:00:00Z");
}

TEST_CASE("parse: JSON Feed") {
  const auto feed = parsed(
      R"({"version":"https://jsonfeed.org/version/1.1","title":"J","home_page_url":"https://example.org/",
"authors":[{"name":"Ada"}],"items":[{"id":7,"url":"/7","title":"A & B","content_text":"1 < 2","date_published":"2026-01-05T08:00:00Z",
"tags":["x"],"image":"/i.png","attachments":[{"url":"/a.mp3","mime_type":"audio/mpeg","size_in_bytes":9}]}]})");
  CHECK(feed.format == Format::json);
  REQUIRE(feed.entries.size() == 1);
  const auto& entry = feed.entries[0];
  CHECK(entry.id == "7");
  CHECK(entry.link == "https://example.org/7");
  CHECK(entry.title == "A & B");
  CHECK(entry.author == "Ada");
  CHECK(entry.content_html == "1 &lt; 2");
  CHECK(entry.image == "https://example.org/i.png");
  CHECK(entry.enclosures.at(0).length_bytes == 9);
}

TEST_CASE("parse: what is no feed says what it is instead") {
  const auto error = [](std::string_view bytes) {
    const auto feed = parse_feed(bytes, {.base_url = "https://example.org/", .content_type = {}});
    REQUIRE_FALSE(feed);
    CHECK(feed.error().code == Errc::bad_data);
    CHECK(feed.error().line().find('\n') == std::string::npos);
    return feed.error().line();
  };
  CHECK(error("") == "no feed: empty");
  CHECK(error("hello") == "no feed: plain text");
  CHECK(error("<!DOCTYPE html><html><head><link rel=alternate type=application/atom+xml "
              "href=/f.atom></head></html>") ==
        "no feed: an HTML page (the page advertises https://example.org/f.atom)");
  CHECK(error("<x/>") == "no feed: XML without <rss>, <feed> or <rdf:RDF>");
  CHECK(error("{\"a\":\n x}") == "2:2: invalid JSON");
  CHECK(error("{}") == "no feed: JSON without \"items\"");
}

TEST_CASE("parse: an ill-formed feed is read and its first fault named") {
  const auto feed = parsed(
      "junk\n<?xml version=\"1.0\"?>\n<rss><channel><title>Fish & chips</title>\n"
      "<item><title>One<b></title><description>a <br> &nbsp;b <p>c</description></item>\n"
      "<item><title>Two</title></item><item><title>cut");
  CHECK(feed.title == "Fish & chips");
  REQUIRE(feed.entries.size() == 2);
  CHECK(feed.entries[0].title == "One");
  CHECK(feed.entries[0].summary_html == "a <br> \u00A0b <p>c</p>");
  CHECK(feed.entries[1].title == "Two");
  REQUIRE(feed.warnings.size() >= 3);
  CHECK(feed.warnings[0] == "text before the document is ignored");
  CHECK(feed.warnings[1].starts_with("3:"));
}

TEST_CASE("parse: CDF says in attributes what RSS says in elements") {
  const auto feed = parsed(R"(<CHANNEL BASE="https://base.example.org/" HREF="https://www.example.org/">
<TITLE>Kanal</TITLE><ITEM HREF="/notiz/1" LASTMOD="2026-01-08T10:15:00+01:00"><TITLE>Erste Notiz</TITLE>
<ABSTRACT>Kurz gesagt</ABSTRACT></ITEM></CHANNEL>)");
  CHECK(feed.link == "https://www.example.org/");
  REQUIRE(feed.entries.size() == 1);
  CHECK(feed.entries[0].title == "Erste Notiz");
  CHECK(feed.entries[0].link == "https://www.example.org/notiz/1");
  CHECK(format_rfc3339(feed.entries[0].updated.value()) == "2026-01-08T09:15:00Z");
  CHECK(feed.entries[0].summary_html == "Kurz gesagt");
}

TEST_CASE("parse: absolute links stay as they were written, identifiers that are paths become absolute") {
  const auto feed = parsed(
      R"(<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="pt_BR" xml:base="https://bücher.example.org/a/">
<id>https://example.org</id><entry><id>/e/1</id><link href=" HTTPS://example.org "/></entry>
<entry><id>urn:x:2</id><link href="https://example.org/ä?x"/><contributor><name>Ada</name></contributor></entry></feed>)");
  CHECK(feed.link == "https://example.org");
  CHECK(feed.language == "pt-BR");
  REQUIRE(feed.entries.size() == 2);
  CHECK(feed.entries[0].id == "https://bücher.example.org/e/1");
  CHECK(feed.entries[0].link == "HTTPS://example.org");
  CHECK(feed.entries[1].link == "https://example.org/ä?x");
  CHECK(feed.entries[1].author.empty());
}

TEST_CASE("parse: an escaped CDATA section is its content") {
  const auto feed = parsed(
      "<rss><channel><item><description>&lt;![CDATA[some "
      "&lt;b&gt;text&lt;/b&gt;]]&gt;</description></item></channel></rss>");
  REQUIRE(feed.entries.size() == 1);
  CHECK(feed.entries[0].summary_html == "some <b>text</b>");
}

TEST_CASE("parse: a module's title stands in for a missing one only, its categories are categories") {
  const auto feed = parse_feed(R"(<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
 xmlns:media="http://search.yahoo.com/mrss/"><channel>
<item><itunes:title>Tides</itunes:title><title>12: Tides</title><itunes:category text="Arts"><itunes:category text="Books"/></itunes:category></item>
<item><itunes:title>Winds</itunes:title></item>
<item><media:title>Boats</media:title><media:category scheme="urn:x">sailing</media:category><media:category label="Harbour"/></item>
</channel></rss>)",
                               {});
  REQUIRE(feed);
  REQUIRE(feed->entries.size() == 3);
  CHECK(feed->entries[0].title == "12: Tides");
  CHECK(feed->entries[0].categories == std::vector<std::string>{"Arts", "Books"});
  CHECK(feed->entries[1].title == "Winds");
  CHECK(feed->entries[2].title == "Boats");
  CHECK(feed->entries[2].categories == std::vector<std::string>{"sailing", "Harbour"});
}

TEST_CASE("parse: RSS in the namespace of its own module is RSS") {
  const auto feed = parse_feed(
      R"(<rss version="2.0" xmlns="http://purl.org/rss/1.0/modules/rss091#"><channel><title>C</title>
<item><title>T</title><link>https://example.org/1</link></item></channel></rss>)",
      {});
  REQUIRE(feed);
  CHECK(feed->title == "C");
  CHECK(feed->entries.at(0).link == "https://example.org/1");
}

TEST_CASE("parse: JSON Feed as it is met") {
  const auto feed = parse_feed(
      R"({"title":null,"home_page_url":"https://example.org/","authors":[{"name":"Ada"},null,{"url":"x"}],"items":[
{"id":12345678901,"url":"/a","title":null,"content_text":"a < b","tags":null,"date_published":null,"attachments":null},
{"id":2.5,"content_html":"<p>x</p>","author":{"name":"Bo"},"authors":[{"name":"Cy"},{"name":"Di"}],"tags":["t",7,null]},
{"id":null,"external_url":"https://elsewhere.example/","summary":"s"},
"no item",{"id":"","url":"https://example.org/e","image":7,"date_published":"soon"}]})",
      {.base_url = "https://example.org/feed.json", .content_type = {}});
  REQUIRE(feed);
  REQUIRE(feed->entries.size() >= 4);
  CHECK(feed->entries[0].id == "12345678901");
  CHECK(feed->entries[0].link == "https://example.org/a");
  CHECK(feed->entries[0].content_html == "a &lt; b");
  CHECK(feed->entries[0].author == "Ada");
  CHECK(feed->entries[1].id == "2.5");
  CHECK(feed->entries[1].author == "Cy, Di");
  CHECK(feed->entries[1].categories.at(0) == "t");
  CHECK(feed->entries[2].link == "https://elsewhere.example/");
  CHECK(feed->entries.back().link == "https://example.org/e");
  CHECK_FALSE(parse_feed(R"({"items":{}})", {}));
  CHECK_FALSE(parse_feed(R"({"version":"https://jsonfeed.org/version/1.1")", {}));
}

TEST_CASE("parse: of alternatives in Atom 0.3 the HTML is taken") {
  const auto feed = parse_feed(
      "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><content type='multipart/alternative'>"
      "<content type='text/plain' mode='escaped'>Plain</content><content type='text/html' "
      "mode='escaped'>&lt;p&gt;Rich&lt;/p&gt;</content>"
      "<content type='text/plain'>Third</content></content></entry></feed>",
      {.base_url = {}, .content_type = {}});
  REQUIRE(feed);
  CHECK(feed->entries.at(0).content_html == "<p>Rich</p>");
}

TEST_CASE("parse: a JSON Feed with a number beyond all bounds is refused") {
  const auto large = parse_feed(
      R"({"version":"https://jsonfeed.org/version/1","items":[{"id":"1","attachments":[{"url":"https://a.example/x","size_in_bytes":18446744073709551615}]}]})",
      {});
  REQUIRE(large.has_value());
  CHECK(large->entries.at(0).enclosures.at(0).length_bytes == 0);
  for (const std::string number : {"1e999", "-7777777777777777777777777777e7777777777777"}) {
    const auto feed = parse_feed(
        R"({"version":"https://jsonfeed.org/version/1","items":[{"id":"1","size":)" + number + "}]}", {});
    REQUIRE_FALSE(feed.has_value());
    CHECK(feed.error().what.find("number") != std::string::npos);
  }
}

TEST_CASE("parse: a JSON Feed that is cut off anywhere keeps the items that are whole, and warns") {
  const std::string_view whole =
      R"({"version":"https://jsonfeed.org/version/1.1","authors":[{"name":"A"}],"items":[{"id":"1","tags":["a"]},{"id":"2"}],"x":[1]})";
  const auto items = whole.find("\"items\"");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    std::size_t ended = 0;
    for (auto at = whole.find('}', items); at < size && ended < 2; at = whole.find('}', at + 1)) ++ended;
    const auto feed = parse_feed(whole.substr(0, size), {});
    REQUIRE(feed.has_value() == (ended > 0));
    if (!feed) continue;
    CHECK(feed->entries.size() == ended);
    CHECK_FALSE(feed->warnings.empty());
  }
}
