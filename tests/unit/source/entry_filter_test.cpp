#include "source/entry_filter.hpp"

#include <doctest/doctest.h>

using namespace tidings;
using namespace tidings::source;

namespace {

bool matches(std::string_view rule, const Entry& entry) {
  const auto parsed = FilterRule::parse(rule);
  REQUIRE(parsed);
  return parsed->matches(entry);
}

}  // namespace

TEST_CASE("entry filter: words are whole words, in every script that has blanks") {
  const Entry entry{.title = "Die Straße nach Αθήνα, Москва и 東京都の港",
                    .link = "https://example.org/Press/1",
                    .author = "Jané O'Neil",
                    .content_html = "<p>The roads are <b>closed</b> today</p>",
                    .categories = {"Local News", "Ads"}};
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

TEST_CASE("entry filter: exclude beats include, and the reason is the rule as written") {
  EntryFilter filter;
  CHECK(filter.empty());
  filter.include.push_back(*FilterRule::parse("ferry"));
  filter.exclude.push_back(*FilterRule::parse("category:ads"));
  CHECK_FALSE(filter.drops({.title = "The ferry"}));
  CHECK(filter.drops({.title = "The ferry", .categories = {"ADS"}}) == "exclude: category:ads");
  CHECK(filter.drops({.title = "The bus"}) == "include");
}

TEST_CASE("entry filter: a hostile title does not overflow a regular expression") {
  const Entry entry{.title = std::string(1 << 20, 'a')};
  CHECK_FALSE(matches("/^(a|b)*c$/", entry));
}
