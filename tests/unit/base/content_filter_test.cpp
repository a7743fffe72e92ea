#include "base/content_filter.hpp"

#include <doctest/doctest.h>

using namespace tidings;

namespace {

bool matches(std::string_view rule, const FilterInput& input) {
  const auto parsed = FilterRule::parse(rule);
  REQUIRE(parsed);
  return parsed->matches(input);
}

}  // namespace

TEST_CASE("content filter: words are whole words, in every script that has blanks") {
  const std::vector<std::string> categories{"Local News", "Ads"};
  const FilterInput entry{.title = "Die Straße nach Αθήνα, Москва и 東京都の港",
                          .author = "Jané O'Neil",
                          .link = "https://example.org/Press/1",
                          .categories = categories,
                          .text = [] { return "The roads are closed today"; }};
  for (const auto* rule :
       {"straße", "ΑΘΉΝΑ", "москва", "東京", "港", "the roads", "closed today", "road*", "*oads",
        "author:o'neil", "category:ads", "category:local*", "tag:LOCAL NEWS", "link:/press/", "text:roads"}) {
    CAPTURE(rule);
    CHECK(matches(rule, entry));
  }
  for (const auto* rule :
       {"road", "oads", "stra", "αθήν", "category:local", "category:ad", "title:roads", "ads"}) {
    CAPTURE(rule);
    CHECK_FALSE(matches(rule, entry));
  }
}

TEST_CASE("content filter: exclude beats include, and the reason is the rule as written") {
  ContentFilter filter;
  const std::vector<std::string> ads{"ADS"};
  CHECK(filter.empty());
  filter.include.push_back(*FilterRule::parse("ferry"));
  filter.exclude.push_back(*FilterRule::parse("category:ads"));
  CHECK_FALSE(filter.drops({.title = "The ferry"}));
  CHECK(filter.drops({.title = "The ferry", .categories = ads}) == "exclude: category:ads");
  CHECK(filter.drops({.title = "The bus"}) == "include");
}

TEST_CASE("content filter: a regular expression looks at the title, in any case and script") {
  const FilterInput input{.title = "Ωδή στη θάλασσα: sponsored"};
  for (const auto* rule : {"/ωδή .{3} θ/", R"(/\bSPONSORED\b/)", "title:/^[Α-Ω]δή/"}) {
    CAPTURE(rule);
    CHECK(matches(rule, input));
  }
  CHECK_FALSE(matches("/^[Α-Ω]δή$/", input));
  const auto broken = FilterRule::parse("/(/");
  REQUIRE_FALSE(broken);
  CHECK(broken.error().code == Errc::config);
}

TEST_CASE("content filter: a regular expression without slashes is refused, an unusual phrase is not") {
  for (const auto* rule : {"harbou?r", "^ad", "ads$", "ad|promo", R"(\bad\b)", "news.*", "[Aa]dvert", "(ad)?",
                           "title:[0-9]+", "a{2}|b", "x]{3}"}) {
    CAPTURE(rule);
    const auto parsed = FilterRule::parse(rule);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().hint.find("\"/") != std::string::npos);
  }
  for (const auto* rule : {"What now?", "C++", "C++17", "News | Harbour", "[sponsored]", "(ad)",
                           "Q&A: boats?", "US$", "5 $", "link:/a|b?c", "Wait... what", "*"}) {
    CAPTURE(rule);
    CHECK(FilterRule::parse(rule).has_value() == (std::string_view{rule} != "*"));
  }
}

TEST_CASE("content filter: the text is asked for once, and only by rules that want it") {
  int asked = 0;
  const FilterInput input{.title = "The ferry", .text = [&asked] { return ++asked, std::string{"late"}; }};
  ContentFilter filter;
  for (const auto* rule : {"title:bus", "author:jane", "ferry"})
    filter.exclude.push_back(*FilterRule::parse(rule));
  CHECK(filter.drops(input) == "exclude: ferry");
  CHECK(asked == 0);
  filter.exclude = {*FilterRule::parse("early"), *FilterRule::parse("text:late")};
  CHECK(filter.drops(input) == "exclude: text:late");
  CHECK(asked == 1);
}

TEST_CASE("content filter: a hostile title does not overflow a regular expression") {
  const std::string title(1 << 20, 'a');
  CHECK_FALSE(matches("/^(a|b)*c$/", {.title = title}));
}
