#include <string>

#include <doctest/doctest.h>

#include "bounce/storm.hpp"
#include "store/database.hpp"
#include "support/store.hpp"

namespace {

using namespace tidings;
using namespace tidings::bounce;
using namespace std::chrono_literals;

constexpr UtcTime noon = from_ms(1'767'614'400'000);
const std::string domain = "big.example";

/// A domain whose readers were all sent edition 1, `an_hour` of them in each hour.
struct Town {
  store::Database database = test_store::open().value();
  BounceTable table{database};
  StormWatch watch{table, {}};
  UtcTime now = noon;

  explicit Town(int readers, int an_hour = 1'000'000) {
    REQUIRE(database.execute(R"sql(
      INSERT INTO editions (id, digest, number, state, scheduled_ms, from_ms, until_ms, cut_ms, title)
        VALUES (1, 'weekly', 1, 'sent', 0, 0, 1, 1, 'One');
      INSERT INTO segments (id, edition_id, language, posts) VALUES (1, 1, 'en', '');)sql"));
    auto reader = database.prepare(
        "INSERT INTO subscribers (id, address, address_key, name, language, created_ms) VALUES (:id, "
        ":address, :address, '', '', 0)");
    auto delivery = database.prepare(
        "INSERT INTO deliveries (edition_id, subscriber_id, segment_id, state, settled_ms) VALUES (1, :id, "
        "1, 5, :at)");
    for (int i = 1; i <= readers; ++i) {
      REQUIRE(reader.bind(":id", i).bind(":address", "r" + std::to_string(i) + "@" + domain).run());
      REQUIRE(
          delivery.bind(":id", i).bind(":at", std::int64_t{3'600'000} * ((i - 1) / an_hour) + 60'000).run());
    }
  }

  StormWatch::Verdict report(int reader, const std::string& kind, EditionId edition = EditionId{1}) {
    const bool hard = kind == "hard";
    const BounceEvent event{.subscriber = SubscriberId{reader},
                            .edition = edition,
                            .domain = domain,
                            .at = now,
                            .kind = kind,
                            .reason = hard ? "user unknown" : "mailbox full",
                            .status = hard ? "5.1.1" : "5.2.2",
                            .counts = true,
                            .suppressed = hard};
    REQUIRE(table.record(event));
    return watch.look(event).value();
  }

  int points(int reader) { return table.days_counted(SubscriberId{reader}, noon - 24h * 90).value(); }
  bool still_suppressed(int reader) { return table.history(SubscriberId{reader})->front().suppressed; }
};

TEST_CASE(
    "storm: when many are refused within the hour, none of them gets a point, those before the alarm "
    "neither") {
  Town town{24};
  for (int i = 1; i <= 9; ++i) CHECK_FALSE(town.report(i, "soft").storm);
  CHECK(town.points(1) == 1);
  for (int i = 10; i <= 24; ++i) CHECK(town.report(i, "soft").storm);
  for (int i = 1; i <= 24; ++i) CHECK(town.points(i) == 0);
}

TEST_CASE("storm: what came before and what comes after it stands") {
  Town town{24};
  town.now = noon - 48h;
  town.report(1, "soft");
  town.report(2, "hard");
  town.now = noon;
  for (int i = 1; i <= 24; ++i) town.report(i, "soft");
  CHECK(town.points(1) == 1);  // of two days ago
  CHECK(town.table.history(SubscriberId{2})->back().suppressed);
  town.now = noon + 2h;
  CHECK_FALSE(town.report(1, "soft").storm);
  CHECK(town.points(1) == 2);
}

TEST_CASE("storm: hard reports are taken back only if more than half of the domain's readers were hit") {
  Town half{24};
  for (int i = 1; i <= 12; ++i) CHECK_FALSE(half.report(i, "hard").storm);
  for (int i = 1; i <= 12; ++i) CHECK(half.still_suppressed(i));
  const auto verdict = half.report(13, "hard");
  CHECK(verdict.storm);
  CHECK(verdict.lifted.size() == 13);
  for (int i = 1; i <= 13; ++i) CHECK_FALSE(half.still_suppressed(i));
}

TEST_CASE("storm: a small domain has none, and a large one always has some full mailboxes") {
  for (const int readers : {1, 2, 9}) {
    Town small{readers};
    for (int i = 1; i <= readers; ++i) {
      CHECK_FALSE(small.report(i, "soft").storm);
      CHECK_FALSE(small.report(i, "hard").storm);
      CHECK(small.still_suppressed(i));
    }
  }
  Town large{10'000};
  for (int i = 1; i <= 999; ++i) CHECK_FALSE(large.report(i, "soft").storm);
  CHECK(large.points(999) == 1);
  bool storm = false;  // at a tenth, or a twentieth later
  for (int i = 1000; i <= 1100; ++i) storm = large.report(i, "soft").storm;
  CHECK(storm);
  for (const int reader : {1, 500, 999, 1000, 1100}) CHECK(large.points(reader) == 0);
}

TEST_CASE(
    "storm: what failed is compared with what left at the same time, so calm hours before it hide nothing") {
  Town town{5'000, 1'000};
  for (int i = 1; i <= 9; ++i) CHECK_FALSE(town.report(i, "hard").storm);
  bool storm = false;
  for (int i = 4'001; i <= 4'600; ++i) storm = town.report(i, "hard").storm;  // 600 of 1,000, of 5,000 in all
  CHECK(storm);
  CHECK_FALSE(town.still_suppressed(4'001));
  CHECK_FALSE(town.still_suppressed(4'600));
  for (int i = 1; i <= 9; ++i) CHECK(town.still_suppressed(i));  // theirs were calm hours
}

TEST_CASE("storm: a day's worth of reports, read within a minute, is none") {
  Town town{5'000, 500};
  for (int i = 1; i <= 5'000; i += 20) {  // one in twenty is gone, in each of ten hours
    CHECK_FALSE(town.report(i, "hard").storm);
    CHECK(town.still_suppressed(i));
  }
}

TEST_CASE("storm: one reader who is told of often is no storm") {
  Town town{24};
  for (int i = 0; i < 50; ++i) CHECK_FALSE(town.report(1, "soft").storm);
  CHECK(town.points(1) == 1);
}

TEST_CASE("storm: reports that name no edition are a storm by number, and hard ones stay") {
  Town town{24};
  bool storm = false;
  for (int i = 1; i <= 20; ++i) storm = town.report(i, "soft", EditionId{}).storm;
  CHECK(storm);
  for (int i = 1; i <= 20; ++i) CHECK_FALSE(town.report(i, "hard", EditionId{}).storm);
  CHECK(town.still_suppressed(20));
}

TEST_CASE("storm: ten times the reports take few more looks at all of them") {
  // A look counts the domain's reports, so a look a report would be quadratic. With the edition it is no
  // storm at first, without at once.
  for (const auto edition : {EditionId{1}, EditionId{}}) {
    Town town{10'000};
    for (int i = 1; i <= 1'000; ++i) town.report(i, "soft", edition);
    const int first = town.watch.looks();
    for (int i = 1'001; i <= 10'000; ++i) town.report(i, "soft", edition);
    CHECK(first <= 150);
    CHECK(town.watch.looks() - first <= 60);
  }
}

}  // namespace
