#include "message/theme.hpp"

#include <algorithm>
#include <iterator>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "message/parts.hpp"
#include "message/slots.hpp"
#include "unit/message/support.hpp"

using namespace tidings;
using namespace tidings::message;

namespace {

Result<Theme> load(const test::Files& files, ThemeOptions options = {}) {
  return Theme::load(options, test::lookup_in(files));
}

std::string error_of(const test::Files& files, ThemeOptions options = {}) {
  const auto theme = load(files, std::move(options));
  return theme ? "" : theme.error().line();
}

Strings strings_of(std::string_view language) {
  return test::must(Strings::load("default", language, test::shipped));
}

}  // namespace

TEST_CASE(
    "theme: the default theme renders in every language, with both links in both parts, and no slot but "
    "those four") {
  const auto theme = test::must(Theme::load({}, test::shipped));
  CHECK(theme.has_html());
  for (const auto* language : {"en", "de", "el", "es", "fr", "it", "pt", "ru", "tr", "ar",
                               "ja", "zh", "nl", "sv", "pl", "uk", "ko", "he", "fa", "zh-hant"}) {
    CAPTURE(language);
    const auto bodies = test::must(theme.render_bodies(sample_view(), strings_of(language), test::zone_of()));
    for (const auto& body : bodies) {
      CHECK(body.subject.find("The ferry keeps its winter timetable") != std::string::npos);
      CHECK(body.subject.find('\n') == std::string::npos);
      for (const auto& part : {without_marks(body.text), without_marks(body.html)}) {
        CHECK(part.find(marker_of(Slot::unsubscribe_url)) != std::string::npos);
        CHECK(part.find("https://news.example.org/ferry") != std::string::npos);
        CHECK(part.find("Choir rehearsal moved to Thursday") != std::string::npos);
        CHECK(part.find("{{") == std::string::npos);
        CHECK(split_slots(part));
      }
      CHECK(without_marks(body.text).find("\n\n\n\n") == std::string::npos);
      CHECK(body.html.find(std::string{"lang=\""} + language) != std::string::npos);
    }
  }
}

TEST_CASE("theme: a template that asks for the reader's name has two variants, another one") {
  const test::Files asks{
      {"default/digest.text.mustache",
       "{{#has_name}}Dear "
       "{{reader_name}},{{/has_name}}{{^has_name}}Hello,{{/has_name}}\n{{unsubscribe_url}}\n"}};
  const auto two =
      test::must(test::must(load(asks)).render_bodies(sample_view(), strings_of("en"), test::zone_of()));
  REQUIRE(two.size() == 2);
  CHECK(two[0].text == "Hello,\n\x02unsubscribe_url\x03\n");
  CHECK(two[1].text == "Dear \x02reader_name\x03,\n\x02unsubscribe_url\x03\n");
  CHECK(two[0].html == two[1].html);
  CHECK(test::must(test::must(load({})).render_bodies(sample_view(), strings_of("en"), test::zone_of()))
            .size() == 1);
}

TEST_CASE("theme: subject and preheader of the configuration are templates too") {
  const auto theme =
      test::must(load({}, {.subject = "{{first_title}}\n and {{post_count_minus_one}} more <{{reader_name}}>",
                           .preheader = "{{period}} & so on"}));
  const auto bodies = test::must(theme.render_bodies(sample_view(), strings_of("en"), test::zone_of()));
  CHECK(bodies.at(0).subject == "The ferry keeps its winter timetable and 1 more <\x02reader_name\x03>");
  CHECK(bodies.at(0).html.find("5–11 January 2026 &amp; so on") != std::string::npos);
}

TEST_CASE("theme: files that a theme lacks come from default, but the parts are its own") {
  const test::Files plain{{"words/digest.text.mustache", "{{> post_text_of_plain}}{{> footer_of_both}}\n"},
                          {"words/partials/post_text_of_plain.mustache", "{{first_title}}\n"},
                          {"default/partials/footer_of_both.mustache", "{{unsubscribe_url}}"}};
  const auto theme = test::must(load(plain, {.name = "words"}));
  CHECK_FALSE(theme.has_html());
  const auto bodies = test::must(theme.render_bodies(sample_view(), strings_of("en"), test::zone_of()));
  CHECK(bodies.at(0).html.empty());
  CHECK(bodies.at(0).text == "The ferry keeps its winter timetable\n\x02unsubscribe_url\x03\n");
  CHECK_FALSE(bodies.at(0).subject.empty());
}

TEST_CASE("theme: what is wrong with a theme is told by file") {
  CHECK(error_of({}, {.name = "nowhere"}) == "there is no theme \"nowhere\"");
  CHECK(error_of({{"x/digest.html.mustache", "{{unsubscribe_url}}"}}, {.name = "x"}) ==
        "x/digest.text.mustache is missing (every digest needs a plain-text part)");
  CHECK(error_of({{"x/digest.text.mustache", "hello"}}, {.name = "x"})
            .starts_with("x/digest.text.mustache:1:1: the part has no {{unsubscribe_url}}"));
  CHECK(error_of({{"default/subject.mustache", "{{subject}}"}})
            .starts_with("default/subject.mustache:1:1: unknown name \"subject\""));
  CHECK(error_of({}, {.subject = "{{titel}}"}).starts_with("subject:1:1: unknown name \"titel\""));
  CHECK(error_of({{"default/partials/footer.mustache", "{{#groups}}"}})
            .starts_with("default/partials/footer.mustache:1:1: "));
  const test::Files empty{{"x/digest.text.mustache", "{{#has_toc_end}}{{unsubscribe_url}}{{/has_toc_end}}"}};
  const auto theme = test::must(load(empty, {.name = "x"}));
  CHECK(theme.render_bodies(sample_view(), strings_of("en"), test::zone_of()).error().line() ==
        "theme \"x\": the plain-text part is empty");
  const auto no_subject = test::must(load({}, {.subject = "{{^has_more}}one{{/has_more}}"}));
  CHECK(no_subject.render_bodies(sample_view(), strings_of("en"), test::zone_of()).error().line() ==
        "theme \"default\": the subject is empty");
}

TEST_CASE("theme: a rendering with slots filled is the rendering for that reader") {
  const auto theme = test::must(
      load({{"default/subject.mustache", "{{#has_name}}{{reader_name}}: {{/has_name}}{{first_title}}"}}));
  const auto view = sample_view();
  for (const auto* name : {"", "Ada", "Bob & <Eve> \"x\"", "Мария",
                           "two\nlines\x02"
                           "reader_name\x03"}) {
    CAPTURE(name);
    const auto reader = test::reader_with_name(name);
    const auto strings = strings_of("en");
    const auto bodies = test::must(theme.render_bodies(view, strings, test::zone_of()));
    const auto& body = bodies[variant_of(reader, bodies.size())];
    const auto want = test::must(theme.render_for(view, strings, test::zone_of(), reader));
    CHECK(fill_slots(without_marks(body.text), reader, Escape::none).value() == want.text);
    CHECK(fill_slots(without_marks(body.html), reader, Escape::html).value() == want.html);
    CHECK(fill_slots(body.subject, reader, Escape::none).value() == want.subject);
  }
}

TEST_CASE("slots: broken markers are refused") {
  for (const std::string_view bad :
       std::vector<std::string_view>{"a\x02", "\x02nothing\x03", "\x02reader_name",
                                     "a\x03"
                                     "b",
                                     "\x02\x02reader_name\x03\x03"}) {
    CAPTURE(bad);
    CHECK(split_slots(bad).error().code == Errc::bad_data);
  }
  CHECK(split_slots("")->empty());
  CHECK(split_slots("a\x02reader_name\x03")->size() == 1);
}

TEST_CASE("slots: a reader who cannot be written into a message is told why") {
  CHECK(check_reader(test::reader_with_name("Ada")));
  const auto refused = [](auto change) {
    auto reader = test::reader_with_name("Ada");
    change(reader);
    const auto checked = check_reader(reader);
    return !checked && checked.error().code == Errc::bad_data;
  };
  CHECK(refused([](Reader& r) { r.address = "a@example.org\r\nX: y"; }));
  CHECK(refused([](Reader& r) { r.address = ""; }));
  CHECK(refused([](Reader& r) { r.name = "a\nb"; }));
  CHECK(refused([](Reader& r) { r.name = "\xC3"; }));
  CHECK(refused([](Reader& r) { r.unsubscribe_url = "javascript:x"; }));
  CHECK(refused([](Reader& r) { r.unsubscribe_url = "https://example.org/>"; }));
  CHECK(refused([](Reader& r) { r.unsubscribe_url = "https://exämple.org/"; }));
  CHECK(refused([](Reader& r) { r.envelope_from = "a b@example.org"; }));
}

TEST_CASE("theme: two renderings with other posts in common share the parts of these, in every theme") {
  for (const auto* name : {"default", "compact", "magazine", "plain"}) {
    CAPTURE(name);
    const auto theme = test::must(Theme::load({.name = name}, test::shipped));
    auto view = sample_view();
    const auto parts_of = [&](const EditionView& shown) {
      const auto body = test::must(theme.render_bodies(shown, strings_of("en"), test::zone_of())).front();
      auto parts = split_parts(body.text);
      auto html = split_parts(body.html);
      CHECK(join(parts, "") == without_marks(body.text));
      CHECK(join(html, "") == without_marks(body.html));
      std::ranges::move(html, std::back_inserter(parts));
      return parts;
    };
    const auto all = parts_of(view);
    view.groups.erase(view.groups.begin());
    const auto fewer = parts_of(view);
    std::size_t own = 0;
    std::size_t shared = 0;
    for (const auto& part : fewer) (std::ranges::find(all, part) == all.end() ? own : shared) += part.size();
    CHECK(shared > 0);
    CHECK(own < (own + shared) / 2);
  }
}
