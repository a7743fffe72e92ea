#include "subscriber/domain_list.hpp"

#include <doctest/doctest.h>

using namespace tidings;
using namespace tidings::subscriber;

TEST_CASE("domain list: a domain stands for those below it, and for nothing that merely ends alike") {
  const std::vector<std::string> domains{
      "Burner.example", "*.trash.example", "bücher.example", "# a comment", " ", "not a domain"};
  const auto list = DomainList::load(domains, {});
  REQUIRE(list);
  CHECK(list->size() == 3);
  CHECK(list->left_out() == 1);
  for (const char* const domain :
       {"burner.example", "BURNER.example", "mx.burner.example", "trash.example", "xn--bcher-kva.example"})
    CHECK(list->contains(domain));
  for (const char* const domain : {"notburner.example", "example", "burner.example.org", ""})
    CHECK(!list->contains(domain));
}

TEST_CASE("domain list: a file that cannot be read is a mistake in the configuration") {
  const auto list = DomainList::load({}, "/nowhere/at/all");
  REQUIRE(!list);
  CHECK(list.error().code == Errc::config);
}
