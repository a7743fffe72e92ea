#include "subscriber/confirmation.hpp"

#include "base/crypto.hpp"
#include "base/random.hpp"
#include "subscriber/support.hpp"

using namespace tidings;
using namespace tidings::subscriber;
using namespace tidings::subscriber::test;
using State = SubscriptionState;

namespace {

struct SignUp : List {
  SystemRandom random;
  Confirmations confirmations{database, clock, random};
  SubscriberId id = add("a@example.org", {"daily", "weekly"}, State::pending, Origin::web).id;

  std::string issue(const std::vector<std::string>& digests) {
    auto token = confirmations.issue({.subscriber = id, .digests = digests});
    REQUIRE(token);
    return *token;
  }
  bool redeem(std::string_view token) {
    const auto redeemed = confirmations.redeem(token, Origin::web, "click");
    REQUIRE(redeemed);
    return redeemed->has_value();
  }
};

}  // namespace

TEST_CASE("confirmation: a token confirms the digests it was made for, once") {
  SignUp list;
  const auto token = list.issue({"weekly"});
  CHECK(token.size() == 26);
  CHECK(*list.confirmations.peek(token) == Confirmation{.subscriber = list.id, .digests = {"weekly"}});
  CHECK(list.states("a@example.org") == "daily=pending weekly=pending");
  CHECK(list.redeem(token));
  CHECK(list.states("a@example.org") == "daily=pending weekly=confirmed");
  CHECK_FALSE(list.redeem(token));
  CHECK_FALSE(*list.confirmations.peek(token));
}

TEST_CASE("confirmation: a used token says so while what it confirmed is confirmed, for a month") {
  SignUp list;
  const auto token = list.issue({"weekly"});
  CHECK_FALSE(*list.confirmations.used(token));
  CHECK(list.redeem(token));
  CHECK(*list.confirmations.used(token) == Confirmation{.subscriber = list.id, .digests = {"weekly"}});
  list.clock.advance(used_confirmation_lifetime - std::chrono::milliseconds{1});
  CHECK(*list.confirmations.used(token));
  REQUIRE(list.table.unsubscribe(list.id, "weekly", Origin::web, ""));
  CHECK_FALSE(*list.confirmations.used(token));
  list.clock.advance(std::chrono::milliseconds{1});
  CHECK(*list.confirmations.sweep() == 1);
}

TEST_CASE("confirmation: two tokens of one sign-up both work, and case does not matter") {
  SignUp list;
  const auto first = list.issue({"daily"});
  auto second = list.issue({"weekly"});
  CHECK(first != second);
  for (auto& c : second) c = static_cast<char>(std::toupper(c));
  CHECK(list.redeem(second));
  CHECK(list.redeem(first));
  CHECK(list.states("a@example.org") == "daily=confirmed weekly=confirmed");
}

TEST_CASE("confirmation: is good for 72 hours and not a millisecond longer") {
  SignUp list;
  const auto token = list.issue({"weekly"});
  list.clock.advance(confirmation_lifetime - std::chrono::milliseconds{1});
  CHECK(*list.confirmations.peek(token));
  CHECK(*list.confirmations.sweep() == 0);
  list.clock.advance(std::chrono::milliseconds{1});
  CHECK_FALSE(list.redeem(token));
  CHECK(list.states("a@example.org") == "daily=pending weekly=pending");
}

TEST_CASE("confirmation: an expired token is known for a month, for a page that offers a new one") {
  SignUp list;
  const auto token = list.issue({"weekly"});
  CHECK_FALSE(*list.confirmations.expired(token));
  list.clock.advance(confirmation_lifetime);
  CHECK(*list.confirmations.expired(token) == Confirmation{.subscriber = list.id, .digests = {"weekly"}});
  list.clock.advance(expired_confirmation_lifetime - std::chrono::milliseconds{1});
  CHECK(*list.confirmations.sweep() == 0);
  CHECK(*list.confirmations.expired(token));
  list.clock.advance(std::chrono::milliseconds{1});
  CHECK(*list.confirmations.sweep() == 1);
  CHECK_FALSE(*list.confirmations.expired(token));
}

TEST_CASE("confirmation: wrong, cut and foreign tokens are nothing, and the table holds no token") {
  SignUp list;
  const auto token = list.issue({"weekly"});
  for (std::size_t size = 0; size < token.size(); ++size) CHECK_FALSE(list.redeem(token.substr(0, size)));
  CHECK_FALSE(list.redeem(token + "a"));
  CHECK_FALSE(list.redeem(std::string(26, 'a')));
  CHECK_FALSE(list.redeem(std::string(26, '\0')));
  CHECK_FALSE(list.redeem("' OR 1=1 -- aaaaaaaaaaaaaa"));
  CHECK_FALSE(list.redeem(std::string(1'000'000, 'a')));
  auto rows = list.database.prepare("SELECT token_hash FROM confirmations");
  REQUIRE(*rows.step());
  CHECK(rows.blob(0) == sha256(token));
}

TEST_CASE("confirmation: the suppressed and the erased cannot be confirmed by an old token") {
  SignUp list;
  const auto token = list.issue({"weekly"});
  REQUIRE(list.suppressions.add(address("a@example.org"), SuppressionCause::complaint, ""));
  CHECK_FALSE(list.redeem(token));
  REQUIRE(list.suppressions.remove(address("a@example.org")));
  REQUIRE(list.table.erase(list.id));
  CHECK_FALSE(list.redeem(token));
}

TEST_CASE("confirmation: an erased person who signs up anew by themselves is welcome again once confirmed") {
  SignUp list;
  REQUIRE(list.table.erase(list.id));
  CHECK(list.add("a@example.org", {"weekly"}, State::confirmed, Origin::web).outcome ==
        AddOutcome::suppressed);
  CHECK(list.add("a@example.org", {"weekly"}, State::pending, Origin::cli).outcome == AddOutcome::suppressed);
  const auto again = list.add("a@example.org", {"weekly"}, State::pending, Origin::web);
  CHECK(again.outcome == AddOutcome::added);
  CHECK(again.id != list.id);
  list.id = again.id;
  CHECK(*list.suppressions.lookup(address("a@example.org")));
  CHECK(list.redeem(list.issue({"weekly"})));
  CHECK_FALSE(*list.suppressions.lookup(address("a@example.org")));
  CHECK(list.recipients("weekly").size() == 1);
}
