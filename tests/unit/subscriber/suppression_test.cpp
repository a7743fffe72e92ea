#include "subscriber/suppression.hpp"

#include "subscriber/support.hpp"

using namespace tidings;
using namespace tidings::subscriber;
using namespace tidings::subscriber::test;
using Cause = SuppressionCause;

TEST_CASE("suppression: a graver cause replaces a lighter one, never the other way") {
  List list;
  const auto mail = address("A@example.org");
  struct Step {
    Cause cause;
    bool changes;
    Cause after;
  };
  for (const auto& step :
       {Step{Cause::soft_bounces, true, Cause::soft_bounces},
        Step{Cause::hard_bounce, true, Cause::hard_bounce},
        Step{Cause::soft_bounces, false, Cause::hard_bounce}, Step{Cause::complaint, true, Cause::complaint},
        Step{Cause::complaint, false, Cause::complaint}, Step{Cause::manual, true, Cause::manual}}) {
    CHECK(*list.suppressions.add(mail, step.cause, "x") == step.changes);
    CHECK((*list.suppressions.lookup(address("a@EXAMPLE.org")))->cause == step.after);
  }
  CHECK(*list.suppressions.remove(mail));
  CHECK_FALSE(*list.suppressions.remove(mail));
  CHECK_FALSE(*list.suppressions.lookup(mail));
}

TEST_CASE("suppression: lists by cause in pages") {
  List list;
  for (const auto* const mail : {"c@example.org", "a@example.org", "b@example.org"}) {
    REQUIRE(
        list.suppressions.add(address(mail), mail[0] == 'b' ? Cause::manual : Cause::hard_bounce, "note"));
  }
  CHECK(list.suppressions.list(std::nullopt, "", 10)->size() == 3);
  CHECK(list.suppressions.list(Cause::manual, "", 10)->at(0).address_key == "b@example.org");
  CHECK(
      list.suppressions.list(std::nullopt, "a@example.org", 1)->at(0) ==
      Suppression{
          .address_key = "b@example.org", .cause = Cause::manual, .at = list.clock.now(), .detail = "note"});
}

TEST_CASE("suppression: erasing hides the address and beats what was there; removing lifts it") {
  List list;
  const auto mail = address("a@example.org");
  REQUIRE(list.suppressions.add(mail, Cause::complaint, "a@example.org complained"));
  REQUIRE(list.suppressions.add_erased(mail.key()));
  const auto all = list.suppressions.list(std::nullopt, "", 10);
  REQUIRE(all->size() == 1);
  CHECK(all->at(0).address_key.starts_with("sha256:"));
  CHECK((*list.suppressions.lookup(mail))->cause == Cause::erased);
  CHECK(*list.suppressions.remove(mail));
  CHECK_FALSE(*list.suppressions.lookup(mail));
}

TEST_CASE("suppression: two lists hash the same address differently") {
  List one;
  List two;
  REQUIRE(one.suppressions.add_erased("a@example.org"));
  REQUIRE(two.suppressions.add_erased("a@example.org"));
  CHECK(one.suppressions.list(std::nullopt, "", 1)->at(0).address_key !=
        two.suppressions.list(std::nullopt, "", 1)->at(0).address_key);
}
