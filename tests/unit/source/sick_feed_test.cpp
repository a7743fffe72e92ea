// Feeds as they should not be. Each case is its own; what is mended is told in the warnings.
#include <doctest/doctest.h>

#include "source/parse.hpp"

using namespace tidings;
using namespace tidings::source;

namespace {

Feed parsed(std::string_view bytes) {
  auto feed = parse_feed(bytes, {.base_url = "https://example.org/feed.xml", .content_type = {}});
  REQUIRE_MESSAGE(feed, (feed ? "" : feed.error().line()));
  return *std::move(feed);
}

std::string item(const std::string& inside, const std::string& namespaces = "") {
  return "<rss version=\"2.0\" " + namespaces +
         "><channel><title>T</title><link>https://example.org/</link><item>" + inside +
         "</item></channel></rss>";
}

std::string title_of(const std::string& inside) {
  const auto feed = parsed(item("<title>" + inside + "</title>"));
  return feed.entries.at(0).title;
}

}  // namespace

TEST_CASE("sick feed: titles come out as people meant them") {
  struct Case {
    const char* written;
    const char* want;
  };
  for (const auto& each :
       {Case{"AT&T & co", "AT&T & co"}, Case{"caf&eacute;&nbsp;x", "café x"},
        Case{"&lt;b&gt;bold&lt;/b&gt; move", "bold move"}, Case{"a &amp;amp; b", "a & b"},
        Case{"1 &lt; 2 &lt;3", "1 < 2 <3"}, Case{"<![CDATA[<i>x</i> & y]]>", "x & y"},
        Case{"It&amp;#8217;s", "It’s"}, Case{"AT&amp;amp;T and &amp;lt;b&amp;gt;", "AT&T and <b>"},
        Case{"Q&amp;amp;amp;A", "Q&A"}, Case{"it&#146;s", "it’s"},
        Case{"a < b and c <3 d", "a < b and c <3 d"}, Case{"use &lt;vector&gt; well", "use <vector> well"},
        Case{"a\x08"
             "b",
             "ab"},
        Case{"a&#0;b",
             "a\uFFFD"
             "b"},
        Case{" two\n lines ", "two lines"}, Case{"&unknown; stays", "&unknown; stays"}}) {
    CAPTURE(each.written);
    CHECK(title_of(each.written) == each.want);
  }
}

TEST_CASE("sick feed: names in capitals, prefixes and namespaces at will") {
  const auto upper = parsed(
      "<RSS><CHANNEL><TITLE>T</TITLE><ITEM><TITLE>x</TITLE><LINK>/1</LINK><PUBDATE>8 Jan "
      "2026</PUBDATE></ITEM></CHANNEL></RSS>");
  CHECK(upper.entries.at(0).link == "https://example.org/1");
  CHECK(upper.entries.at(0).published);
  CHECK(parsed(item("<dc:creator>Ada</dc:creator>")).entries.at(0).author == "Ada");
  CHECK(parsed(item("<d:creator>Ada</d:creator>", "xmlns:d='http://purl.org/dc/elements/1.1/'"))
            .entries.at(0)
            .author == "Ada");
  const auto prefixed = parsed(
      "<a:feed "
      "xmlns:a='http://www.w3.org/2005/Atom'><a:title>T</a:title><a:entry><a:title>e</a:title></a:entry></"
      "a:feed>");
  CHECK(prefixed.format == Format::atom);
  CHECK(prefixed.entries.at(0).title == "e");
  CHECK(parsed("<feed><title>T</title><entry><title>e</title></entry></feed>").entries.size() == 1);
}

TEST_CASE("sick feed: what stands around the document is passed over") {
  const auto whole = item("<title>a</title>");
  for (const auto& text : {"\n\n  <?xml version='1.0'?>" + whole, "\xEF\xBB\xBF" + whole,
                           "<br />\n<b>Warning</b>: bad in <b>x.php</b><br />" + whole,
                           whole + "\n<script>count()</script><!-- cached -->", "HTTP/1.1 200 OK\n\n" + whole,
                           "<?xml version='1.0'?><!-- c --><?xml-stylesheet href='x'?>" + whole}) {
    CAPTURE(text);
    CHECK(parsed(text).entries.size() == 1);
  }
}

TEST_CASE("sick feed: tags that do not match, lack quotes or never end") {
  const auto slip = parsed(item("<title>a</titel><link>/1</link>"));
  CHECK(slip.entries.at(0).title == "a");
  CHECK(slip.entries.at(0).link == "https://example.org/1");
  const auto unclosed = parsed(
      "<rss><channel><title>T</title><item><title>a</title><item><title>b</title></item></channel></rss>");
  CHECK(unclosed.entries.size() == 2);
  CHECK(parsed("<rss version=2.0><channel><item><title>a</title><guid "
               "isPermaLink=false>x</guid></item></channel></rss>")
            .entries.at(0)
            .id == "x");
  const auto open_cdata = parsed(item("<title>a</title><description><![CDATA[<p>b</p></description>"));
  CHECK(open_cdata.entries.at(0).summary_html == "<p>b</p>");
  CHECK(parsed(item("<enclosure url='/a?x=1&y=2' type='audio/mpeg'/>")).entries.at(0).enclosures.at(0).url ==
        "https://example.org/a?x=1&y=2");
}

TEST_CASE("sick feed: HTML that was not escaped, or escaped twice") {
  CHECK(parsed(item("<description>text <a href=\"x\">l</a> &amp; <img src=\"y.png\"> end</description>"))
            .entries.at(0)
            .summary_html == "text <a href=\"x\">l</a> &amp; <img src=\"y.png\"> end");
  CHECK(parsed(item("<description>&amp;lt;p&amp;gt;hello&amp;lt;/p&amp;gt;</description>"))
            .entries.at(0)
            .summary_html == "<p>hello</p>");
}

TEST_CASE("sick feed: at every cut the whole entries stay, in order, and no other") {
  const std::string head = "<rss><channel><title>Harbour</title><link>https://example.org/</link>";
  const std::string one = "<item><title>one</title><description>&lt;p&gt;1&lt;/p&gt;</description></item>";
  const std::string two = "<item><title>two</title><description><![CDATA[<p>2</p>]]></description></item>";
  const auto whole = head + one + two + "</channel></rss>";
  for (std::size_t i = 0; i <= whole.size(); ++i) {
    const auto feed = parse_feed(std::string_view{whole}.substr(0, i), {});
    // "</item" without its last character ends the item as well.
    const std::size_t want = i + 1 >= (head + one + two).size() ? 2 : i + 1 >= (head + one).size() ? 1 : 0;
    CAPTURE(i);
    if (feed) CHECK(feed->entries.size() == want);
    if (feed) CHECK((feed->title.empty() || feed->title == "Harbour"));
    if (feed) CHECK((feed->link.empty() || feed->link == "https://example.org/"));
    if (!feed) CHECK(i <= head.size());
  }
}

TEST_CASE("sick feed: entities of its own are text, and cannot multiply") {
  const auto feed = parsed(
      "<!DOCTYPE rss [<!ENTITY h 'Harbour'><!ENTITY hh '&h; &h;'>]><rss><channel><title>&h; News</title>"
      "<item><title>&hh;</title></item></channel></rss>");
  CHECK(feed.title == "Harbour News");
  CHECK(feed.entries.at(0).title == "Harbour Harbour");
  std::string bomb = "<!DOCTYPE rss [<!ENTITY a0 '0123456789'>";
  for (int i = 1; i < 20; ++i) {
    const auto before = "&a" + std::to_string(i - 1) + ";";
    bomb += "<!ENTITY a" + std::to_string(i) + " '" + before + before + before + before + before + before +
            before + before + "'>";
  }
  bomb += "]><rss><channel><title>T</title><item><description>";
  for (int i = 0; i < 10'000; ++i) bomb += "&a2;&a19;";
  const auto survived = parsed(bomb + "</description></item></channel></rss>");
  CHECK(survived.entries.at(0).summary_html.size() < 2'000'000);
}

TEST_CASE("sick feed: nesting without end is survived") {
  std::string deep = "<rss><channel><item><title>a</title><description>";
  for (int i = 0; i < 100'000; ++i) deep += "<div xmlns:a='b'>";
  CHECK(parsed(deep + "</description></item><item><title>b</title></item></channel></rss>").entries.size() ==
        2);
}

TEST_CASE("sick feed: dates that cannot be read are told once each, and not without end") {
  std::string many = "<rss><channel>";
  for (int i = 0; i < 50; ++i) many += "<item><pubDate>soon</pubDate></item>";
  const auto feed = parsed(many + "</channel></rss>");
  CHECK(feed.warnings.size() == 21);
  CHECK(feed.warnings.back() == "and 30 warnings more");
}

TEST_CASE("sick feed: a field whose end tag was forgotten does not swallow those after it") {
  const auto feed = parse_feed(
      "<rss><channel><title>Notizen<item><title>Erste<link>https://example.org/1</link><guid>https://"
      "example.org/1"
      "<pubDate>Thu, 08 Jan 2026 10:15:00 GMT<description>Kurz</description></item></channel></rss>",
      {.base_url = {}, .content_type = {}});
  REQUIRE(feed);
  REQUIRE(feed->entries.size() == 1);
  const auto& entry = feed->entries[0];
  CHECK(entry.title == "Erste");
  CHECK(entry.link == "https://example.org/1");
  CHECK(entry.id == "https://example.org/1");
  CHECK(entry.published);
  CHECK(entry.summary_html == "Kurz");
}

TEST_CASE("sick feed: a body whose end tag was forgotten ends where a field begins that HTML does not know") {
  const auto feed =
      parsed(item("<title>t</title><description>&lt;p&gt;Short&lt;/p&gt;<content:encoded><![CDATA[<p>Long</"
                  "p>]]></content:encoded>"
                  "<enclosure url='/a.mp3' type='audio/mpeg' length='4'/>",
                  "xmlns:content='http://purl.org/rss/1.0/modules/content/'"));
  const auto& entry = feed.entries.at(0);
  CHECK(entry.summary_html == "<p>Short</p>");
  CHECK(entry.content_html == "<p>Long</p>");
  REQUIRE(entry.enclosures.size() == 1);
  CHECK(entry.enclosures[0].url == "https://example.org/a.mp3");
}

TEST_CASE("sick feed: items with nothing around them are a feed") {
  const auto feed =
      parsed("<item><title>A</title><link>/1</link></item>\n<item><title>B</title><link>/2</link></item>");
  REQUIRE(feed.entries.size() == 2);
  CHECK(feed.entries[1].title == "B");
  CHECK(feed.entries[1].link == "https://example.org/2");
  CHECK_FALSE(parse_feed("<list><item>milk</item></list>", {.base_url = {}, .content_type = {}}));
}

TEST_CASE("sick feed: an Atom title that does not say its type keeps tags that nothing closes") {
  const auto title = [](const std::string& text) {
    return parsed("<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>" + text +
                  "</title></entry></feed>")
        .entries.at(0)
        .title;
  };
  CHECK(title("Support the &lt;template&gt; and &lt;div&gt; elements") ==
        "Support the <template> and <div> elements");
  CHECK(title("A &lt;b&gt;bold&lt;/b&gt; move") == "A bold move");
  CHECK(title("Fish &amp;amp; chips") == "Fish & chips");
}

TEST_CASE("sick feed: channels and feeds that were glued together are read one after the other") {
  const auto titles = [](const std::string& text) {
    std::string out;
    for (const auto& entry : parsed(text).entries) out += entry.title;
    return out;
  };
  CHECK(titles("<rss><channel><title>C</title><item><title>A</title></item></"
               "channel><channel><item><title>B</title></item></channel></rss>") == "AB");
  CHECK(titles("<rss><channel><item><title>A</title></item></channel></rss><rss><channel><item><title>B</"
               "title></item></channel></rss>") == "AB");
  CHECK(parsed("<rss><channel><title>C</title><title>D</title><item/></channel></rss>").title == "C");
}

TEST_CASE("sick feed: a subtitle is a summary only where there is none") {
  const std::string itunes = "xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'";
  CHECK(parsed(item("<itunes:subtitle>Sub</itunes:subtitle><itunes:summary>Sum</itunes:summary>", itunes))
            .entries[0]
            .summary_html == "Sum");
  CHECK(parsed(item("<itunes:subtitle>Sub</itunes:subtitle>", itunes)).entries[0].summary_html == "Sub");
}
