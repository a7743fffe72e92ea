// Whole messages, octet for octet. To rewrite them on purpose: TIDINGS_REWRITE_GOLDENS=1
// build/dev/unit_message
#include <cstdlib>

#include <doctest/doctest.h>

#include "base/file.hpp"
#include "message/build.hpp"
#include "message/compile.hpp"
#include "message/slots.hpp"
#include "message/theme.hpp"
#include "unit/message/support.hpp"

using namespace tidings;
using namespace tidings::message;

namespace {

// A small theme of its own, so that the goldens change when messages do, not when the default theme is
// mended.
const test::Files small_theme{
    {"small/subject.mustache", "{{first_title}} {{more_word}}"},
    {"small/digest.text.mustache",
     "{{#has_name}}Dear "
     "{{reader_name}},{{/has_name}}{{^has_name}}Hello,{{/"
     "has_name}}\n\n{{edition_title}}\n{{edition_rule}}\n{{#groups}}\n{{#posts}}\n\n"
     "{{title}}\n{{#has_excerpt}}\n  {{> "
     "excerpt}}\n{{/has_excerpt}}\n{{url}}\n{{/posts}}\n{{/"
     "groups}}\n\n{{t.unsubscribe_text}}\n{{unsubscribe_url}}\n"},
    {"small/partials/excerpt.mustache", "{{excerpt_text}}\n"},
    {"small/digest.html.mustache",
     "<!doctype html>\n<html lang=\"{{language}}\" "
     "dir=\"{{dir}}\">\n<body>\n{{#has_name}}\n<p>{{reader_name}}</p>\n{{/"
     "has_name}}\n{{#groups}}\n<h2>{{title}}</h2>\n"
     "{{#posts}}\n<h3><a "
     "href=\"{{url}}\">{{title}}</a></h3>\n{{{excerpt_html}}}\n{{/posts}}\n{{/groups}}\n<a "
     "href=\"{{unsubscribe_url}}\">{{t.unsubscribe}}</a> "
     "<a href=\"{{preferences_url}}\">{{t.preferences}}</a>\n</body>\n</html>\n"}};

void check_golden(const std::string& name, const Message& message) {
  const std::string path = std::string{TIDINGS_TEST_DATA} + "/messages/" + name + ".eml";
  const auto bytes =
      "Envelope: <" + message.envelope_from + "> <" + message.envelope_to + ">\r\n" + message.bytes;
  if (std::getenv("TIDINGS_REWRITE_GOLDENS") != nullptr) REQUIRE(write_file(path, bytes));
  const auto want = read_file(path);
  REQUIRE(want);
  CHECK(bytes == *want);
}

EditionView harbour_view() {
  auto view = sample_view();
  view.groups[0].posts[0].title = "Fähre: der Winterfahrplan bleibt – 3 = drei Fahrten";
  view.groups[0].posts[0].excerpt_text = "From the quay.\n.hidden dot";
  return view;
}

Message message_for(const std::string& language, const Reader& reader) {
  const auto lookup = test::lookup_in(small_theme);
  const auto theme = test::must(Theme::load({.name = "small"}, lookup));
  const auto strings = test::must(Strings::load("small", language, lookup));
  const auto bodies = test::must(theme.render_bodies(harbour_view(), strings, test::zone_of()));
  auto options = test::options_of_harbour();
  options.language = language;
  options.date_offset = std::chrono::minutes{120};
  Message out;
  test::must(compile(bodies, options)).write(reader, test::monday_morning(), out);
  const auto full =
      test::must(build_full(test::must(theme.render_for(harbour_view(), strings, test::zone_of(), reader)),
                            options, reader, test::monday_morning()));
  CHECK(out == full);
  return full;
}

}  // namespace

TEST_CASE("golden: a digest for a reader with a name") {
  check_golden("digest-en-name", message_for("en", test::reader_with_name("Ada & Bob")));
}
TEST_CASE("golden: a digest for a reader without a name") {
  check_golden("digest-en", message_for("en", test::reader_with_name("")));
}
TEST_CASE("golden: a digest from right to left") {
  check_golden("digest-ar-name", message_for("ar", test::reader_with_name("ليلى")));
}
TEST_CASE("golden: a digest in Japanese") {
  check_golden("digest-ja", message_for("ja", test::reader_with_name("")));
}

TEST_CASE("golden: a plain mail that is no list mail") {
  check_golden("confirm",
               test::must(build_plain({.from = test::must(parse_mailbox("Harbour News <news@example.org>")),
                                       .to = test::must(parse_mailbox("Jürgen <j@example.org>")),
                                       .envelope_from = "bounce@example.org",
                                       .subject = "Please confirm: Harbour Weekly",
                                       .text = "Open this page:\nhttps://news.example.org/c/abc=def\n",
                                       .message_id = "<c1@example.org>"},
                                      test::monday_morning())));
}
