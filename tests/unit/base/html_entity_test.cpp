#include "base/html_entity.hpp"

#include <array>

#include <doctest/doctest.h>

namespace tidings {
namespace {

std::string in_text(std::string_view text) { return decode_html_references(text, ReferencePlace::text); }
std::string in_attribute(std::string_view text) {
  return decode_html_references(text, ReferencePlace::attribute);
}
std::string in_plain_text(std::string_view text) {
  return decode_html_references(text, ReferencePlace::plain_text);
}

TEST_CASE("names are those of HTML, case included") {
  CHECK_EQ(html_entity("eacute"), "é");
  CHECK_EQ(html_entity("Eacute"), "É");
  CHECK_EQ(html_entity("AElig"), "Æ");
  CHECK_EQ(html_entity("zwnj"), "\u200C");
  CHECK_EQ(html_entity("NotEqualTilde"), "\u2242\u0338");
  CHECK_EQ(html_entity("CounterClockwiseContourIntegral"), "∳");
  CHECK_EQ(html_entity("EACUTE"), "");
  CHECK_EQ(html_entity(""), "");
}

TEST_CASE("numbers, also those that mean another character") {
  CHECK_EQ(in_text("&#233;&#xE9;&#XE9;&#233 x"), "éééé x");
  CHECK_EQ(in_text("it&#146;s &#x80;5"), "it’s €5");
  CHECK_EQ(in_text("&#0;&#xD800;&#99999999999;"), "\uFFFD\uFFFD\uFFFD");
  CHECK_EQ(in_text("&#;&#x;&#xg;"), "&#;&#x;&#xg;");
}

TEST_CASE("an old name counts without its semicolon, unless it may be part of an address") {
  CHECK_EQ(in_text("&copy 2026 &notit; &notin; &eacutexyz"), "© 2026 ¬it; ∉ éxyz");
  CHECK_EQ(in_text("&alpha x &bogus; & &"), "&alpha x &bogus; & &");
  CHECK_EQ(in_attribute("?a=1&copy=2&region=3&copy"), "?a=1&copy=2&region=3©");
  CHECK_EQ(in_attribute("?a=1&amp;b=2&ampc&lt;"), "?a=1&b=2&ampc<");
  CHECK_EQ(in_plain_text("R&D &copy AT&T &amp; &eacute;"), "R&D &copy AT&T & é");
}

TEST_CASE("replaced once") { CHECK_EQ(in_text("&amp;amp; &amp;lt;b>"), "&amp; &lt;b>"); }

}  // namespace
}  // namespace tidings
