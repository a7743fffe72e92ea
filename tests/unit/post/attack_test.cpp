// The list in tests/data/html/attacks.txt, one attack a line, judged by what gumbo finds in our output: an
// eye of its own, with an allow-list of its own, on everything that stands there.
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <gumbo.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "post/excerpt.hpp"
#include "post/sanitise.hpp"

using namespace tidings;
using namespace tidings::post;

namespace {

const std::set<std::string, std::less<>> elements{
    "html",     "head",    "body",       "a",       "abbr",    "acronym", "data",  "details", "hgroup",
    "menu",     "rb",      "rtc",        "summary", "address", "article", "aside", "b",       "bdi",
    "bdo",      "big",     "blockquote", "br",      "caption", "center",  "cite",  "code",    "col",
    "colgroup", "dd",      "del",        "dfn",     "div",     "dl",      "dt",    "em",      "figcaption",
    "figure",   "font",    "footer",     "h1",      "h2",      "h3",      "h4",    "h5",      "h6",
    "header",   "hr",      "i",          "img",     "ins",     "kbd",     "li",    "main",    "mark",
    "nav",      "ol",      "p",          "pre",     "q",       "rp",      "rt",    "ruby",    "s",
    "samp",     "section", "small",      "span",    "strike",  "strong",  "sub",   "sup",     "table",
    "tbody",    "td",      "tfoot",      "th",      "thead",   "time",    "tr",    "tt",      "u",
    "ul",       "var",     "wbr"};
const std::set<std::string, std::less<>> attributes{
    "abbr",    "align",    "alt",         "bgcolor", "border", "cellpadding", "cellspacing", "cite",
    "color",   "colspan",  "bordercolor", "clear",   "frame",  "noshade",     "open",        "rules",
    "summary", "datetime", "dir",         "face",    "height", "href",        "lang",        "reversed",
    "rowspan", "scope",    "size",        "span",    "src",    "start",       "style",       "title",
    "type",    "valign",   "value",       "width"};

std::string fault(const GumboNode& node) {
  if (node.type == GUMBO_NODE_COMMENT || node.type == GUMBO_NODE_TEMPLATE) return "comment or template";
  if (node.type != GUMBO_NODE_ELEMENT) return {};
  const auto& element = node.v.element;
  const std::string name = gumbo_normalized_tagname(element.tag);
  if (!elements.contains(name)) return "element " + name;
  for (unsigned i = 0; i < element.attributes.length; ++i) {
    const auto& attribute = *static_cast<const GumboAttribute*>(element.attributes.data[i]);
    const std::string_view value = attribute.value;
    if (!attributes.contains(attribute.name)) return std::string{"attribute "} + attribute.name;
    const std::string key = attribute.name;
    if (key == "href" || key == "src" || key == "cite") {
      const bool web = value.starts_with("http://") || value.starts_with("https://");
      const bool other = key == "href" ? value.starts_with("mailto:") || value.starts_with("tel:")
                                       : key == "src" && value.starts_with("data:image/");
      if (!web && !other) return "address " + std::string{value};
      if (value.find_first_of(" <>\"`\t\n") != std::string_view::npos)
        return "characters in " + std::string{value};
      if (value.find("svg") != std::string_view::npos && value.starts_with("data:")) return "svg as data";
    }
    if (key == "style") {
      for (const std::string_view bad :
           {"url", "expression", "import", "position", "\\", "/*", "behavior", "binding", "<", "\"", "-99"}) {
        if (value.find(bad) != std::string_view::npos) return "style " + std::string{value};
      }
    }
  }
  for (unsigned i = 0; i < element.children.length; ++i) {
    if (auto found = fault(*static_cast<const GumboNode*>(element.children.data[i])); !found.empty())
      return found;
  }
  return {};
}

std::string fault(std::string_view html) {
  auto* output = gumbo_parse_with_options(&kGumboDefaultOptions, html.data(), html.size());
  auto found = fault(*output->root);
  gumbo_destroy_output(&kGumboDefaultOptions, output);
  return found;
}

}  // namespace

TEST_CASE("attacks: nothing active is left of any of them, alone or inside other markup") {
  const auto list = read_file(TIDINGS_TEST_DATA "/html/attacks.txt");
  REQUIRE(list);
  const SanitiseOptions options{.base_url = "https://example.org/blog/post"};
  int seen = 0;
  for (const auto attack : split(*list, '\n')) {
    if (attack.empty()) continue;
    ++seen;
    for (const auto& [before, after] :
         std::vector<std::pair<std::string, std::string>>{{"", ""},
                                                          {"<p>", "</p>"},
                                                          {"<table><tr><td>", "</td></tr></table>"},
                                                          {"<table>", ""},
                                                          {"<a href=https://e.org/>", "</a>"},
                                                          {"<b><p>", "</b>x"},
                                                          {"<svg>", "</svg>"},
                                                          {"<math><mtext>", ""},
                                                          {"<pre>", "</pre>"},
                                                          {"<p title='", "'>x"},
                                                          {"<noscript>", "</noscript>"},
                                                          {"<li><h1>", ""}}) {
      const auto html = before + std::string{attack} + after;
      CAPTURE(html);
      const auto out = sanitise(html, options);
      CAPTURE(out);
      CHECK(fault(out) == "");
      CHECK(sanitise(out, options) == out);
      CHECK(fault(make_excerpt(out).html) == "");
    }
  }
  CHECK(seen > 200);
}

TEST_CASE("attacks: the judge sees what it should") {
  for (const std::string_view bad : {"<script>", "<p onclick=x>", "<a href=javascript:x>y</a>",
                                     "<p style='x:url(y)'>", "<svg></svg>", "<p><!-- x -->"}) {
    CAPTURE(bad);
    CHECK(fault(bad) != "");
  }
  CHECK(fault("<p style=\"color:red\"><a href=\"https://e.org/\">x</a></p>") == "");
}
