#include "edition/preflight.hpp"

#include <doctest/doctest.h>

#include "edition/preview_page.hpp"

using namespace tidings;
using namespace tidings::edition;

TEST_CASE("preflight: a subject is judged by whole words of its language, and by shouting") {
  CHECK(judge_subject("The freedom of the harbour", "en").empty());
  CHECK(judge_subject("Free tickets", "en").size() == 1);
  CHECK(judge_subject("Gratis", "en").empty());
  CHECK(judge_subject("Gratis", "de-AT").size() == 1);
  CHECK(judge_subject("HARBOUR NEWS TODAY", "en").size() == 1);
  CHECK(judge_subject(std::string(79, 'x'), "en").size() == 1);
  CHECK(judge_subject(std::string(78, 'x'), "en").empty());
}

TEST_CASE("preflight: addresses are those of href and src, unescaped, each once, in order") {
  CHECK(addresses_in("<a href=\"https://a.example/?x&amp;y\">1</a><img src=\"http://b.example/2.png\">"
                     "<a href=\"mailto:x@y.example\">3</a><a href=\"https://a.example/?x&amp;y\">4</a>") ==
        std::vector<std::string>{"https://a.example/?x&y", "http://b.example/2.png"});
}

TEST_CASE("preview: a copy of a fixed scheme has no query left to the viewer") {
  const std::string html =
      "<style>@media ( prefers-color-scheme : dark ){a{}}@media (prefers-color-scheme:light){b{}}</style>";
  for (const auto scheme : {Scheme::light, Scheme::dark}) {
    const auto fixed = with_scheme(html, scheme);
    CHECK(fixed.find("prefers-color-scheme") == std::string::npos);
  }
  CHECK(with_scheme(html, Scheme::light) != with_scheme(html, Scheme::dark));
}

TEST_CASE("preview: links are listed once, with the words that they were first found under") {
  CHECK(
      links_of("<a href=\"https://a.example/\">First <b>words</b></a><a href=\"https://a.example/\">again</a>"
               "<a href=\"https://b.example/\"><img alt=\"A ship\"></a>") ==
      std::vector<PreviewLink>{{.url = "https://a.example/", .words = "First words"},
                               {.url = "https://b.example/", .words = "A ship"}});
}
