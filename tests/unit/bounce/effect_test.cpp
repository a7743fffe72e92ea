#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/refusal.hpp"
#include "bounce/effect.hpp"
#include "bounce/phrases.hpp"
#include "bounce/scan.hpp"

namespace {

using namespace tidings;
using namespace tidings::bounce;

TEST_CASE("effect: each event says what it did, and why it did nothing") {
  CHECK(effect_in_words(BounceEvent{.kind = "hard", .counts = true, .suppressed = true}) ==
        "never mailed since");
  CHECK(effect_in_words(BounceEvent{.kind = "hard", .counts = true}) == "nothing new");
  CHECK(effect_in_words(BounceEvent{.kind = "hard", .reason = "user unknown"}) ==
        "not counted: the provider refused many subscribers at once");
  CHECK(effect_in_words(BounceEvent{.kind = "soft", .reason = "mailbox full", .counts = true}) ==
        "one point");
  CHECK(effect_in_words(BounceEvent{.kind = "soft", .reason = "mailbox full"}) ==
        "not counted: the provider refused many subscribers at once");
  CHECK(effect_in_words(BounceEvent{.kind = "soft", .reason = "policy"}) ==
        "not counted: not the subscriber's fault");
  CHECK(effect_in_words(BounceEvent{.kind = "complaint", .reason = "abuse", .suppressed = true}) ==
        "never mailed since");
}

TEST_CASE("effect: the readers of an edition are told apart by what it did to them") {
  using Returned = BounceTable::Returned;
  CHECK(effect_in_words(Returned{
            .kind = "hard", .reason = "user unknown", .readers = 3, .counted = 3, .suppressed = 3}) ==
        "never mailed again");
  CHECK(effect_in_words(Returned{
            .kind = "hard", .reason = "user unknown", .readers = 15, .counted = 1, .suppressed = 1}) ==
        "1 never mailed again, 14 not counted: the provider refused many subscribers at once");
  CHECK(effect_in_words(Returned{
            .kind = "soft", .reason = "mailbox full", .readers = 2, .counted = 2, .suppressed = 1}) ==
        "1 never mailed again, 1 a point a day");
  CHECK(effect_in_words(Returned{.kind = "soft", .reason = "policy", .readers = 2}) ==
        "nothing: not the subscriber's fault");
  CHECK(effect_in_words(Returned{.kind = "complaint", .reason = "abuse", .readers = 2, .suppressed = 2}) ==
        "never mailed again");
}

TEST_CASE("phrases: none says what another of its list says") {
  for (const auto& group : phrase_table()) {
    for (const auto one : group.phrases) {
      for (const auto other : group.phrases)
        CHECK_MESSAGE((&one == &other || one == other || !contains_pattern(one, other)),
                      one << " holds " << other);
    }
  }
}

}  // namespace
