#include <chrono>
#include <string>

#include <doctest/doctest.h>

#include "bounce/bounce_table.hpp"
#include "bounce/policy.hpp"
#include "store/database.hpp"
#include "support/store.hpp"

namespace {

using namespace tidings;
using namespace tidings::bounce;
using namespace std::chrono_literals;

constexpr UtcTime start = from_ms(1'767'600'000'000);

struct Fixture {
  store::Database database = test_store::open().value();
  BounceTable table{database};

  Fixture() {
    for (int i = 1; i <= 30; ++i) {
      const auto address = "reader" + std::to_string(i) + "@big.example";
      auto statement = database.prepare(
          "INSERT INTO subscribers (id, address, address_key, name, language, created_ms) VALUES (:id, "
          ":address, "
          ":address, '', '', 0)");
      REQUIRE(statement.bind(":id", i).bind(":address", address).run());
    }
  }

  void soft(int subscriber, UtcTime at, bool counts = true) {
    REQUIRE(table.record({.subscriber = SubscriberId{subscriber},
                          .domain = "big.example",
                          .at = at,
                          .kind = "soft",
                          .reason = "mailbox full",
                          .status = "5.2.2",
                          .counts = counts}));
  }
};

TEST_CASE("bounce table: a mail is remembered once") {
  Fixture fixture;
  CHECK_FALSE(*fixture.table.seen("<a@b>"));
  CHECK(*fixture.table.remember("<a@b>", start));
  CHECK_FALSE(*fixture.table.remember("<a@b>", start + 1h));
  CHECK(*fixture.table.seen("<a@b>"));
}

TEST_CASE("bounce table: days count, not reports, and old days fall out of the window") {
  Fixture fixture;
  for (const auto hour : {0h, 1h, 2h}) fixture.soft(1, start + hour);
  CHECK(*fixture.table.days_counted(SubscriberId{1}, start - 24h) == 1);
  fixture.soft(1, start + 48h);
  fixture.soft(1, start + 72h, false);
  CHECK(*fixture.table.days_counted(SubscriberId{1}, start - 24h) == 2);
  CHECK(*fixture.table.days_counted(SubscriberId{1}, start + 24h) == 1);
}

TEST_CASE(
    "bounce table: a storm is counted by different readers, and discounting it leaves no point behind") {
  Fixture fixture;
  for (int i = 1; i <= 12; ++i) fixture.soft(i, start);
  fixture.soft(1, start);
  CHECK(*fixture.table.readers_hit({.domain = "big.example"}, start - 1h, false) == 12);
  CHECK(*fixture.table.readers_hit({.domain = "big.example"}, start - 1h, true) == 0);
  CHECK(*fixture.table.readers_hit({.domain = "small.example"}, start - 1h, false) == 0);
  CHECK(fixture.table.discount({.domain = "big.example"}, start - 1h, false)->empty());
  CHECK(*fixture.table.days_counted(SubscriberId{1}, start - 1h) == 0);
}

TEST_CASE("policy: complaints act at once, refusals of the sender never count") {
  Report complaint{.complaint = true, .feedback_type = "abuse"};
  const Recipient somebody{.address = "a@b.example"};
  CHECK(step_for(complaint, somebody) == Step::suppress_complaint);
  for (const auto* const harmless : {"auth-failure", "not-spam"}) {
    complaint.feedback_type = harmless;
    CHECK(step_for(complaint, somebody) == Step::nothing);
  }
  const Report report;
  CHECK(step_for(report, {.address = "a@b", .kind = Kind::hard, .reason = Reason::user_unknown}) ==
        Step::suppress_hard);
  CHECK(step_for(report, {.address = "a@b", .reason = Reason::mailbox_full}) == Step::count);
  for (const auto reason : {Reason::spam, Reason::policy, Reason::too_big, Reason::rate, Reason::relaying,
                            Reason::system, Reason::content}) {
    CHECK(step_for(report, {.address = "a@b", .reason = reason}) == Step::nothing);
  }
  CHECK(step_for(report, {.address = "a@b", .action = Action::delayed, .reason = Reason::mailbox_full}) ==
        Step::nothing);
}

}  // namespace
