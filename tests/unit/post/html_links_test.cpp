#include "post/html_links.hpp"

#include <doctest/doctest.h>

namespace tidings::post {
namespace {

std::string told(std::string_view html) {
  std::string out;
  for (const auto& link : links_in(html)) {
    out += link.kind == HtmlLink::Kind::picture ? '!' : '@';
    out += link.url + "\n";
  }
  return out;
}

TEST_CASE("links and pictures in the order of the text, however they are written") {
  CHECK_EQ(told("<p><a href=\"https://a.example/?x=1&amp;y=2\">one</a>"
                "<IMG SRC='https://b.example/i.png'><A HREF=https://c.example>three</A>"),
           "@https://a.example/?x=1&y=2\n!https://b.example/i.png\n@https://c.example\n");
}

TEST_CASE("what only looks like a link is none") {
  CHECK_EQ(told("say href=\"https://a.example\" <!-- <a href=\"https://b.example\"> --> <a href=\" \">x</a>"
                "<a title=' href=\"https://c.example\"'>y</a>"),
           "");
}

}  // namespace
}  // namespace tidings::post
