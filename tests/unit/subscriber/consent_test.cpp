#include "subscriber/consent.hpp"

#include <doctest/doctest.h>

using namespace tidings;
using namespace tidings::subscriber;

namespace {

Consent event(int day, ConsentEvent what, const char* digest, Origin origin = Origin::web) {
  return {.digest = digest, .event = what, .at = UtcTime{std::chrono::hours{24 * day}}, .origin = origin};
}

using List = std::vector<std::string>;
constexpr auto joined = ConsentEvent::confirmed;
constexpr auto left = ConsentEvent::withdrawn;

}  // namespace

TEST_CASE("consent: what was changed to stands in the place of what was left") {
  const std::vector changed{event(1, joined, "weekly"), event(5, left, "weekly"), event(5, joined, "daily")};
  CHECK(in_place_of("weekly", changed) == List{"daily"});
  CHECK(in_place_of("daily", changed).empty());

  auto again = changed;
  again.push_back(event(9, left, "daily"));
  again.push_back(event(9, joined, "monthly"));
  CHECK(in_place_of("weekly", again) == List{"monthly"});
  CHECK(in_place_of("daily", again) == List{"monthly"});
  again.push_back(event(12, left, "monthly"));
  CHECK(in_place_of("weekly", again) == List{"monthly"});  // what they would come back to
}

TEST_CASE("consent: what was left outright has nothing in its place, whatever is joined later") {
  const std::vector outright{event(1, joined, "weekly"), event(1, joined, "daily"), event(5, left, "weekly"),
                             event(6, joined, "monthly")};
  CHECK(in_place_of("weekly", outright).empty());
  const std::vector by_others{event(1, joined, "weekly"), event(5, left, "weekly", Origin::one_click),
                              event(5, joined, "daily", Origin::cli)};
  CHECK(in_place_of("weekly", by_others).empty());
}
