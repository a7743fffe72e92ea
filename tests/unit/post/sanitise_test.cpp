#include "post/sanitise.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace tidings::post;

namespace {

struct Case {
  std::string html;
  std::string want;
};

const SanitiseOptions options{.base_url = "https://example.org/blog/post.html"};

void check(const std::vector<Case>& cases) {
  for (const auto& [html, want] : cases) {
    CAPTURE(html);
    const auto got = sanitise(html, options);
    CHECK(got == want);
    CHECK(sanitise(got, options) == got);
  }
}

}  // namespace

TEST_CASE("sanitise: nothing active survives, its surroundings do") {
  check({{"a<script>alert(1)</script>b", "ab"},
         {"<style>p{}</style><p onclick=\"x()\" id=q class=c>hi</p>", "<p>hi</p>"},
         {"<a href=\"java&#9;script:alert(1)\">x</a>", "x"},
         {"<a href=\" \x01JaVaScRiPt:alert(1)\">x</a>", "x"},
         {"<a href=\"data:text/html,x\">x</a>", "x"},
         {"<svg><a xlink:href=\"javascript:x\"><text>no</text></a></svg>yes", "yes"},
         {"<svg><style><img src=x onerror=alert(1)>", ""},
         {"<form action=/x>Name <input value=v><button>Go</button></form>", "<div>Name Go</div>"},
         {"<!-- comment --><p>x<!--[if mso]><b>y</b><![endif]--></p>", "<p>x</p>"},
         {"<p style=\"color:red;background:url(javascript:x);position:fixed\">x</p>",
          "<p style=\"color:red\">x</p>"},
         {"<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">x</p></noscript>",
          "<p title=\"&lt;/noscript&gt;&lt;img src=x onerror=alert(1)&gt;\">x</p>"}});
}

TEST_CASE("sanitise: links and pictures become absolute") {
  check({{"<a href=\"../about\">x</a>", "<a href=\"https://example.org/about\">x</a>"},
         {"<a href=\"#fn1\">1</a>", "<a href=\"https://example.org/blog/post.html#fn1\">1</a>"},
         {"<a href=\"//cdn.example/a?b=1&c=2\">x</a>", "<a href=\"https://cdn.example/a?b=1&amp;c=2\">x</a>"},
         {"<a href=\"mailto:a@example.org\">x</a>", "<a href=\"mailto:a@example.org\">x</a>"},
         {"<a href=\"https://example.com\">x</a>", "<a href=\"https://example.com\">x</a>"},
         {"<a href=\"tel:+49 30-1234\">x</a>", "x"},
         {"<a href=\"TEL:+49-30-1234\">x</a>", "<a href=\"tel:+49-30-1234\">x</a>"},
         {"<img src=\"tel:1\">y", "y"},
         {"<img src=a.png>", "<img src=\"https://example.org/blog/a.png\" alt=\"\">"}});
}

TEST_CASE("sanitise: plain styles stay, what moves or hides text over the page does not") {
  check({{"<p style=\"margin:0 auto;line-height:1.5;letter-spacing:1px;text-transform:uppercase\">x</p>",
          "<p style=\"margin:0 auto;line-height:1.5;letter-spacing:1px;text-transform:uppercase\">x</p>"},
         {"<p style=\"margin:-500px 0;margin-left:9999px;line-height:900\">x</p>", "<p>x</p>"},
         {"<p style=\"font-family:Georgia, serif\">x</p>", "<p style=\"font-family:georgia, serif\">x</p>"},
         {"<p style=\"background:#036 url(x.png) no-repeat;color:#fff\">x</p>",
          "<p style=\"background-color:#036;color:#fff\">x</p>"},
         {"<p style=\"background:url(a b) repeat-x rgb(1, 2, 3)\">x</p>",
          "<p style=\"background-color:rgb(1, 2, 3)\">x</p>"},
         {"<p style=\"background:url(x) top left\">x</p>", "<p>x</p>"},
         {"<p style=\"font:bold 12px/1.5 'Segoe UI',Arial\">x</p>",
          "<p style=\"font:bold 12px segoe ui,arial\">x</p>"},
         {"<p style=\"list-style:square inside url(x)\">x</p>", "<p style=\"list-style-type:square\">x</p>"},
         {"<p style=\"display:inline-block;font:9*px x\">x</p>", "<p style=\"display:inline-block\">x</p>"},
         {"<p style=\"display:flex;display:none;display:block\">x</p>", "<p style=\"display:block\">x</p>"},
         {"<img src=\"https://e.org/a.png\" hspace=4 vspace=\"4;x\">",
          "<img src=\"https://e.org/a.png\" alt=\"\" hspace=\"4\">"},
         {"<table><tr><td nowrap=x>x", "<table><tbody><tr><td nowrap=\"\">x</td></tr></tbody></table>"},
         {"<p style=\"font-family:x;}</style><script>\">x</p>", "<p style=\"font-family:x\">x</p>"}});
}

TEST_CASE("sanitise: lazy pictures show their real address, once") {
  check(
      {{"<picture><source srcset=/a.webp type=image/webp><source srcset=\"/a.jpg 2x\"><img alt=A></picture>",
        "<img src=\"https://example.org/a.jpg\" alt=\"A\">"},
       {"<img src=\"data:image/gif;base64,R0lGODlhAQABAAAAACw=\" data-src=\"/a.jpg\" alt=\"A\">",
        "<img src=\"https://example.org/a.jpg\" alt=\"A\">"},
       {"<img data-src=\"/a.jpg\"><noscript><img src=\"/a.jpg\"></noscript>",
        "<img src=\"https://example.org/a.jpg\" alt=\"\">"},
       {"<noscript><img src=\"/a.jpg\"></noscript><img class=lazy data-src=\"/a.jpg\">",
        "<img src=\"https://example.org/a.jpg\" alt=\"\">"},
       {"<img srcset=\"/s.jpg 300w, /m.jpg 1024w, /l.jpg 2048w\">",
        "<img src=\"https://example.org/m.jpg\" alt=\"\">"},
       {"<img src=/a.jpg width=1200 height=800>",
        "<img src=\"https://example.org/a.jpg\" alt=\"\" width=\"600\" height=\"400\">"}});
}

TEST_CASE("sanitise: what only counts readers goes, with the link around it") {
  check({{"<p>x<img src=\"https://t.example/p.gif\" width=1 height=1></p>", "<p>x</p>"},
         {"<a href=\"https://feeds.feedburner.com/~ff/x\"><img "
          "src=\"https://feeds.feedburner.com/~ff/x?d=1\"></a>y",
          "y"}});
}

TEST_CASE("sanitise: sick markup comes out well-formed") {
  check({{"<dt>a<main>b<dt>c", "<dt>a<main>b</main></dt><dt>c</dt>"},
         {"<p>a<p>b", "<p>a</p><p>b</p>"},
         {"<b><i>x</b>y</i>", "<b><i>x</i></b><i>y</i>"},
         {"<ul><li>1<li>2</ul>", "<ul><li>1</li><li>2</li></ul>"},
         {"<table><tr><td>1<td>2</table>", "<table><tbody><tr><td>1</td><td>2</td></tr></tbody></table>"},
         {"a < b & c &lt; d", "a &lt; b &amp; c &lt; d"},
         {"</div></p>x", "<p></p>x"},
         {"<pre>\n\nx</pre>", "<pre>\n\nx</pre>"}});
}

TEST_CASE("sanitise: players and frames become links") {
  check({{"<iframe src=\"https://www.video.example/embed/1\" title=\"A film\"></iframe>",
          "<a href=\"https://www.video.example/embed/1\">A film</a>"},
         {"<video src=/v.mp4 poster=/p.jpg title=T>no video</video>",
          "<a href=\"https://example.org/v.mp4\"><img src=\"https://example.org/p.jpg\" alt=\"T\"></a>"},
         {"<iframe src=\"data:text/html,x\"></iframe><embed src=\"javascript:x\">y", "y"},
         {"<video><source src=/v.mp4>no video</video>", "<a href=\"https://example.org/v.mp4\">\u25B6</a>"}});
}

TEST_CASE(
    "sanitise: an element of hidden text that never ends hides nothing, code without an end stays hidden") {
  check({{"a<title>b<p>c", "ab<p>c</p>"},
         {"a<title>b</title>c", "ac"},
         {"a<noembed>b<noframes>c", "abc"},
         {"a<noframes>b</noframes>c", "ac"},
         {"a<textarea>b<p>c", "ab<p>c</p>"},
         {"a<textarea>&lt;i> <i></textarea>c", "a<pre>&lt;i&gt; &lt;i&gt;</pre>c"},
         {"a<textarea/>b", "ab"},
         {"a<xmp>b<p>c", "a<pre>b&lt;p&gt;c</pre>"},
         {"a<plaintext>b<p>c", "a<pre>b&lt;p&gt;c</pre>"},
         {"a<select>b<p>c", "ab<p>c</p>"},
         {"a<iframe src=https://e.org/1>b<p>c", "a<a href=\"https://e.org/1\">e.org</a>b<p>c</p>"},
         {"a<iframe src=https://e.org/1 />b<iframe></iframe>c", "a<a href=\"https://e.org/1\">e.org</a>bc"},
         {"a<script>b<p>c", "a"},
         {"a<script src=x />b", "a"},
         {"a<style>b<p>c", "a"}});
}

TEST_CASE("sanitise: harmless markup stays as it is") {
  for (const std::string html :
       {"<acronym title=\"a b\">ab</acronym>", "<data value=\"5 kg\">x</data>", "<menu><li>x</li></menu>",
        "<hgroup><h2>x</h2><p>y</p></hgroup>",
        "<details open=\"\"><summary style=\"font-weight:bold\">s</summary>x</details>",
        "<hr noshade=\"\" size=\"2\">", "a<br clear=\"all\">b", "<pre width=\"40\">x</pre>",
        "<table summary=\"s t\" frame=\"box\" rules=\"all\" "
        "bordercolor=\"#ccc\"><tbody><tr><td>x</td></tr></tbody></table>",
        "<ruby><rb>\u6F22</rb><rtc><rt>kan</rt></rtc></ruby>",
        "<ol start=\"3\" type=\"a\" reversed=\"\"><li value=\"7\">x</li></ol>",
        "<p style=\"opacity:.8;text-shadow:1px 1px "
        "#000;columns:2;writing-mode:vertical-rl;overflow:auto\">x</p>"}) {
    CHECK(sanitise(html, options) == html);
  }
  check({{"<p style=\"opacity:0.1;overflow:hidden;color:red\">x</p>", "<p style=\"color:red\">x</p>"},
         {"<details><summary style=\"color:red\">s</summary></details>",
          "<details open=\"\"><summary style=\"color:red\">s</summary></details>"},
         {"<nobr>a b</nobr>", "<span style=\"white-space:nowrap\">a b</span>"}});
}

TEST_CASE("sanitise: an image map becomes a list of its links") {
  check(
      {{"<img src=https://e.org/i.png usemap=#m><map name=m><area shape=rect coords=0,0,9,9 href=/a alt=A>\n"
        "<area href=\"javascript:x\" alt=B><area nohref><area href=https://e.org/c></map>x",
        "<img src=\"https://e.org/i.png\" alt=\"\"><ul><li><a href=\"https://example.org/a\">A</a></li>\n"
        "<li><a href=\"https://e.org/c\">e.org</a></li></ul>x"},
       {"<map><area href=/a alt=A><p>x</p><area href=/b alt=B>",
        "<ul><li><a href=\"https://example.org/a\">A</a></li></ul><p>x</p>"
        "<ul><li><a href=\"https://example.org/b\">B</a></li></ul>"}});
}

TEST_CASE("sanitise: of a formula its words are left, or what it says of itself") {
  check({{"<math><mfrac><mn>1</mn><mn>2</mn></mfrac><annotation>tex</annotation></math>after", " 1 2after"},
         {"a <math alttext=\"x^2\"><mi>x</mi></math> b", "a x^2 b"},
         {"<math><mtext><script>x</script><img src=x></mtext></math>after", " after"}});
}
