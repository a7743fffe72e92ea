#include <string>

#include <doctest/doctest.h>

#include "edition/document.hpp"
#include "edition/text_forms.hpp"
#include "edition/xhtml.hpp"
#include "post/sanitise.hpp"

using namespace tidings;
using namespace tidings::edition;

namespace {

std::string xhtml(std::string_view html) {
  return to_xhtml(html,
                  [](const std::string& url) { return url == "https://x.example/p.png" ? "p.png" : ""; });
}

}  // namespace

TEST_CASE("xhtml: content models that a validator demands") {
  struct Case {
    std::string html, want;
  };
  for (const auto& [html, want] : {
           Case{"<p>a<br>b</p>", "<p>a<br/>b</p>\n"},
           Case{"<ul><li>a</li></ul>", "<ul>\n<li>a</li>\n</ul>\n"},
           Case{"<ul></ul><table></table><p> </p>", ""},
           Case{"<dl><dt>a</dt><dd>b</dd></dl>",
                "<div><p class=\"term\">a</p>\n<div class=\"meaning\">b</div>\n</div>\n"},
           Case{"<center>a</center><tt>b</tt>", "<div>a</div>\n<code>b</code>"},
           Case{"<b><p>a</p></b>", "<p>a</p>\n"},
           Case{"<img src=\"https://x.example/p.png\" alt=\"A &quot;p&quot;\">",
                "<img src=\"p.png\" alt=\"A &quot;p&quot;\"/>"},
           Case{"<img src=\"https://x.example/q.png\" alt=\"Q\">",
                "<a href=\"https://x.example/q.png\">[Q]</a>"},
           Case{"<table><tr><td>a</td></tr></table>", "<table>\n<tr><td>a</td></tr>\n</table>\n"},
           Case{"<ruby>a<rt>b</rt></ruby>", "<ruby>a<rt>b</rt></ruby>"},
           Case{"<p lang=\"x!\" dir=\"rtl\">a</p>", "<p dir=\"rtl\">a</p>\n"},
       }) {
    CAPTURE(html);
    CHECK(xhtml(html) == want);
  }
}

TEST_CASE("xhtml: addresses become valid URIs, and only those of the web, mail and telephone stay") {
  CHECK(valid_uri("https://x.example/a b?c=[1]#d#e%zz%20") ==
        "https://x.example/a%20b?c=%5B1%5D#d%23e%25zz%20");
  CHECK(valid_uri("https://[2001:db8::1]/") == "https://[2001:db8::1]/");
  CHECK(valid_uri("javascript:alert(1)").empty());
  CHECK(valid_uri("/here").empty());
}

TEST_CASE("text_forms: marks of the text itself are escaped") {
  CHECK(to_markdown("<p># a *b* _c_ [d] &lt;e&gt;</p>") == "\\# a \\*b\\* \\_c\\_ \\[d\\] \\<e>");
  CHECK(to_markdown("<p>12. a</p>") == "12\\. a");
  CHECK(to_markdown("<p><strong> a </strong>b</p>") == "**a** b");
  CHECK(to_gemtext("<p>* a</p><p>=&gt; b</p>") == "\u200B* a\n\n\u200B=> b");
  CHECK(to_gemtext("<p><a href=\"https://x.example/\">only</a></p>") == "=> https://x.example/ only");
}

TEST_CASE("forms: cut off at any byte, a page is read or refused") {
  const std::string page =
      "<!doctype html><html lang=\"en\"><body><div role=\"main\"><h1>News</h1><table "
      "role=\"presentation\"><tr>"
      "<td id=\"post-1\" lang=\"ar\" dir=\"rtl\"><h2><a href=\"https://x.example/\">T</a></h2><div "
      "class=\"text\">"
      "<h2>In</h2><ul><li>a<ol "
      "start=\"3\"><li>b</li></ol></li></ul><pre>```</pre></div></td></tr></table></div>"
      "<table role=\"presentation\"><tr><td class=\"foot\">Leave</td></tr></table></body></html>";
  for (std::size_t size = 0; size <= page.size(); ++size) {
    const auto document = read_document(page.substr(0, size));
    if (!document) continue;
    CHECK_FALSE(make_markdown(*document).empty());
    CHECK_FALSE(make_gemtext(*document).empty());
  }
  const auto whole = read_document(page);
  REQUIRE(whole);
  REQUIRE(whole->chapters.size() == 2);
  CHECK(whole->chapters[1].title == "T");
  CHECK(whole->chapters[1].language == "ar");
  CHECK(whole->chapters[1].direction == "rtl");
  CHECK(whole->chapters[1].html.find("<h3>In</h3>") != std::string::npos);
  CHECK(make_markdown(*whole).find("Leave") == std::string::npos);
}
