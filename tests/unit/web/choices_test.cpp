#include "web/choices.hpp"

#include <doctest/doctest.h>

using namespace tidings;
using namespace tidings::web;

namespace {

Form form_of(std::string_view text) { return parse_urlencoded(text); }

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE(
    "choices: digests come from ticks and from every group of radio buttons, and \"not at all\" names none") {
  CHECK(named_digests(form_of("digest=daily&digest=jobs&digest-1=board"), 3) ==
        Names{"daily", "jobs", "board"});
  CHECK(named_digests(form_of("digest=&digest-1="), 3).empty());
  CHECK(named_digests(form_of("digest-7=board"), 3).empty());
}

TEST_CASE("choices: every topic is said by name, or by naming none where nobody was asked") {
  CHECK(named_topics(form_of("topics=all&topic=boats")) == Names{});
  CHECK(named_topics(form_of("topics=some&topic=boats")) == Names{"boats"});
  CHECK(named_topics(form_of("topic=boats")) == Names{"boats"});
  CHECK(named_topics(form_of("")) == Names{});
  CHECK(!named_topics(form_of("topics=some")));
}

TEST_CASE("choices: exactly the named ones are chosen, whatever their case, and unknown names are told") {
  std::vector<Choice> choices{{.value = "Daily", .is_chosen = true}, {.value = "weekly"}};
  CHECK(choose(choices, {" WEEKLY "}));
  CHECK(chosen(choices) == Names{"weekly"});
  CHECK(!choose(choices, {"daily", "nonsense"}));
  CHECK(chosen(choices) == Names{"Daily"});
}
