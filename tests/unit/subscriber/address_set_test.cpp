#include "subscriber/address_set.hpp"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

using namespace tidings;
using namespace tidings::subscriber;

TEST_CASE(
    "address set: who was added is among the candidates, however many there are, and hardly anybody else "
    "is") {
  AddressSet set;
  CHECK(set.candidates("r1@example.org").empty());
  const auto key = [](int i) { return "r" + std::to_string(i) + "@example.org"; };
  for (int i = 1; i <= 20'000; ++i) set.add(key(i), SubscriberId{i});
  std::size_t others = 0;
  for (int i = 1; i <= 20'000; ++i) {
    const auto found = set.candidates(key(i));
    REQUIRE(std::ranges::find(found, SubscriberId{i}) != found.end());
    others += found.size() - 1 + set.candidates(key(i + 20'000)).size();
  }
  CHECK(others < 5);
}

TEST_CASE("address set: an address without a subscriber is there, and others are not") {
  AddressSet set;
  CHECK_FALSE(set.may_have("a@example.org"));
  set.add("a@example.org");
  CHECK(set.may_have("a@example.org"));
  CHECK_FALSE(set.may_have("b@example.org"));
}

TEST_CASE("address set: two readers of one hash are both named") {
  AddressSet set;
  set.add("a@example.org", SubscriberId{1});
  set.add("a@example.org", SubscriberId{2});
  CHECK(set.candidates("a@example.org") == std::vector{SubscriberId{1}, SubscriberId{2}});
}
