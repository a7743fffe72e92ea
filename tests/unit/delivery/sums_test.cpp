#include "delivery/delivery_sums.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "unit/delivery/fixture.hpp"

using namespace tidings;
using namespace tidings::delivery;
using test::answer_to;
using test::Book;

namespace {

constexpr EditionId first{1};

/// Ten readers: two refused, one given up, the others sent.
void settle_all(Book& book) {
  const auto batch = book.ledger.claim(first, 10);
  REQUIRE(batch);
  std::vector<Settled> answers;
  for (const auto& claim : batch->claims) {
    const auto id = claim.subscriber.value;
    answers.push_back(id == 3   ? answer_to(claim, Stage::rcpt, 550, "5.1.1 <r3@example.org> unknown")
                      : id == 5 ? answer_to(claim, Stage::rcpt, 550, "5.1.1 no r5 here")
                                : answer_to(claim, Stage::dot, 250, "2.0.0 queued"));
  }
  REQUIRE(book.ledger.settle(std::move(answers), {.policy = {}, .within = {}, .sync = store::Sync::full}));
}

}  // namespace

TEST_CASE("sums: after each step rows and sums together are the edition") {
  Book book{10};
  settle_all(book);
  const auto before = book.ledger.counts(first);
  REQUIRE(before);
  REQUIRE(before->sent == 8);
  REQUIRE(before->failed == 2);
  DeliverySums sums{book.database, book.clock};
  REQUIRE(sums.begin(first, {{"one-click", 2}}));
  int steps = 0;
  for (int rows = 1; rows > 0; ++steps) {
    const auto added = sums.add_up(first, {"example.org"}, 3);
    REQUIRE(added);
    rows = *added;
    CHECK(book.ledger.counts(first) == before);
    const auto told = sums.of(first);
    REQUIRE(told);
    const auto rest = book.ledger.list({.edition = first, .subscriber = {}, .state = {}});
    REQUIRE(rest);
    const auto summed = told->domains.empty() ? 0 : told->domains.at("example.org").recipients;
    CHECK(summed + static_cast<std::int64_t>(rest->size()) == 10);
  }
  CHECK(steps == 5);
  CHECK_FALSE(*sums.has_rows(first));
  const auto told = sums.of(first);
  REQUIRE(told);
  REQUIRE(told->reasons.size() == 1);
  CHECK(told->reasons.front().reason == "550 5.1.1");
  CHECK(told->reasons.front().count == 2);
  CHECK(told->left == std::vector<std::pair<std::string, std::int64_t>>{{"one-click", 2}});
  CHECK(book.ledger.attempts(first, SubscriberId{3})->empty());
}

TEST_CASE("sums: an edition with a claim is not final, and adding up leaves the claim alone") {
  Book book{4};
  REQUIRE(book.ledger.claim(first, 1));
  DeliverySums sums{book.database, book.clock};
  CHECK_FALSE(*sums.is_final(first));
  REQUIRE(sums.begin(first, {}));
  CHECK(*sums.add_up(first, {}, 10) == 0);
  CHECK(book.ledger.counts(first)->claimed == 1);
}

TEST_CASE("sums: a domain that is not shared is not named") {
  Book book{10};
  settle_all(book);
  DeliverySums sums{book.database, book.clock};
  REQUIRE(sums.begin(first, {}));
  CHECK(*sums.add_up(first, {}, 100) == 10);
  const auto told = sums.of(first);
  REQUIRE(told);
  REQUIRE(told->domains.size() == 1);
  CHECK(told->domains.begin()->first.empty());
}
