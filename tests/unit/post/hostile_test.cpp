// Markup that nobody wrote by hand: random, and made to be expensive.
#include <array>
#include <ctime>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "post/excerpt.hpp"
#include "post/html_builder.hpp"
#include "post/html_token.hpp"
#include "post/html_tree.hpp"
#include "post/plain_text.hpp"
#include "post/sanitise.hpp"

using namespace tidings::post;

namespace {

std::string repeat(std::string_view part, std::size_t bytes) {
  std::string out;
  while (out.size() < bytes) out += part;
  return out;
}

void show(const Tree& tree, std::uint32_t index, std::string& out) {
  const auto& node = tree[index];
  if (node.tag == Tag::text) {
    out += node.text;
  } else {
    out.append("<").append(name_of(node.tag)).append(">");
  }
  for (const auto& [name, value] : node.attributes) out.append("@").append(name_of(name)).append(value);
  for (auto child = node.first_child; child != 0; child = tree[child].next) show(tree, child, out);
  if (node.tag != Tag::text) out += "</>";
}

std::string show(const Tree& tree) {
  std::string out;
  show(tree, 0, out);
  return out;
}

std::string soup(std::mt19937& random) {
  static constexpr std::array<std::string_view, 46> tags{
      "a",      "a",     "b",        "i",     "p",       "p",        "em",      "div",        "span", "table",
      "tr",     "td",    "th",       "tbody", "caption", "colgroup", "col",     "ul",         "ol",   "li",
      "li",     "dl",    "dt",       "dd",    "h1",      "h2",       "pre",     "blockquote", "br",   "hr",
      "img",    "font",  "code",     "ruby",  "rt",      "sub",      "section", "center",     "svg",  "math",
      "select", "video", "noscript", "form",  "u",       "address"};
  const auto pick = [&](std::size_t count) { return random() % count; };
  std::string out;
  for (auto left = 1 + pick(16); left > 0; --left) {
    const auto tag = std::string{tags[pick(tags.size())]};
    switch (pick(7)) {
      case 0:
      case 1:
      case 2: out += "<" + tag + ">"; break;
      case 3:
      case 4: out += "</" + tag + ">"; break;
      case 5: out += "x &amp; "; break;
      default: out += "<" + tag + " href=/" + std::to_string(pick(3)) + " src=y>";
    }
    if (pick(4) == 0) out += "\n y";
  }
  return out;
}

}  // namespace

TEST_CASE(
    "hostile: of any tag soup the output is stable, reads back as written, and gumbo agrees with our own "
    "builder") {
  std::mt19937 random{20'260'105};
  const SanitiseOptions options{.base_url = "https://example.org/"};
  int exact = 0;
  for (int i = 0; i < 1'500; ++i) {
    const auto html = soup(random);
    CAPTURE(html);
    const auto once = sanitise(html, options);
    REQUIRE(sanitise(once, options) == once);
    if (!once.empty()) REQUIRE(show(parse_html(once)) == show(parse_html_by_gumbo(once)));
    if (const auto tree = build_exactly(tokenise(html))) {
      ++exact;
      REQUIRE(show(*tree) == show(parse_html_by_gumbo(html)));
    }
  }
  CHECK(exact > 1'000);
}

TEST_CASE(
    "hostile: at the limit of depth the output is stable, with elements that the parser puts in between") {
  const SanitiseOptions options{};
  for (const std::string around : {"", "<div>", "<b><p><i><div>", "<ul><li>"}) {
    for (const std::string part : {"<table><td>", "<table><tr><td>", "<table><tbody><tr><td>",
                                   "<table><caption>", "<dl><dd>", "<table><td><b>"}) {
      for (int levels = 15; levels < 60; ++levels) {
        auto html = around;
        for (int i = 0; i < levels; ++i) html += part;
        const auto out = sanitise(html + "words", options);
        CAPTURE(around);
        CAPTURE(part);
        CAPTURE(levels);
        CHECK(out.find("words") != std::string::npos);
        CHECK(sanitise(out, options) == out);
      }
    }
  }
}

TEST_CASE("hostile: every input costs time in proportion to its size") {
  constexpr std::size_t size = 15'000;
  std::string attributes = "<a";
  for (int i = 0; i < 50'000; ++i) attributes += " a" + std::to_string(i) + "=1";
  std::string fonts;
  for (int i = 0; i < 90; ++i) fonts += "<font color=c" + std::to_string(i) + ">";
  std::mt19937 random{7};
  std::string soups;
  while (soups.size() < size) soups += soup(random);
  for (const auto& html : std::vector<std::string>{repeat("<div>", size),
                                                   repeat("<b>", size),
                                                   repeat("<a href=/x>", size),
                                                   repeat("<table>", size),
                                                   repeat("<table><tr><td>", size),
                                                   repeat("<p>", size),
                                                   repeat("<b><p>", size),
                                                   repeat("<b><div></b>", size),
                                                   repeat("<p><b><i></p>", size),
                                                   fonts + repeat("<p>x", size),
                                                   "<p>" + fonts + "</p>" + repeat("<p>x</p>", size),
                                                   "<table>" + repeat("<b>x", size),
                                                   "<table>" + repeat("<a href=/x>y</a><p>", size),
                                                   attributes + ">x</a>",
                                                   repeat("<", size),
                                                   repeat("&", size),
                                                   repeat("&notit;", size),
                                                   repeat("<!-- x --", size),
                                                   repeat("<svg>", size),
                                                   repeat("<select>", size),
                                                   repeat("</br>", size),
                                                   repeat("<noscript><img src=a>", size),
                                                   "<p style=\"" + repeat("color:red;", size) + "\">x",
                                                   "<img srcset=\"" + repeat("a 1w,", size) + "\">",
                                                   repeat("x", size),
                                                   repeat("港", size),
                                                   repeat("\u0301", size),
                                                   soups}) {
    CAPTURE(html.substr(0, 60));
    const auto from = std::clock();
    const auto out = sanitise(html);
    CHECK(html_to_text(out).size() < 20 * size);
    CHECK(make_excerpt(out).text.size() <= out.size());
    // Quadratic work would take minutes; this leaves room for sanitizers and slow machines.
    CHECK(static_cast<double>(std::clock() - from) / CLOCKS_PER_SEC < 15.0);
  }
}

TEST_CASE("hostile: ten thousand levels of each element keep the words at the bottom") {
  for (const std::string tag : {"div", "b", "ul><li", "table><tr><td"}) {
    CAPTURE(tag);
    const auto html = repeat("<" + tag + ">", 10'000 * (tag.size() + 2)) + "deep down";
    CHECK(sanitise(html).find("deep down") != std::string::npos);
    CHECK(html_to_text(html).find("deep") != std::string::npos);
  }
}

TEST_CASE("hostile: the output is no longer than the input may be, cut between characters") {
  SanitiseOptions options;
  options.max_bytes = 20'000;
  const auto out = sanitise(repeat("<p>港 &amp; ", 100'000), options);
  CHECK(out.size() > 10'000);
  CHECK(out.size() <= 20'000);
  CHECK(sanitise(out, options) == out);
}
