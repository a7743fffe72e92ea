#include "members/leave_writer.hpp"

#include <atomic>

#include <doctest/doctest.h>

#include "subscriber/subscriber_table.hpp"
#include "support/temp_folder.hpp"

using namespace tidings;
using namespace tidings::members;

namespace {

/// A list of so many readers of one digest.
struct Readers {
  explicit Readers(int count) {
    subscriber::SubscriberTable table{database, clock};
    for (int i = 1; i <= count; ++i) {
      const auto address = *parse_mail_address("reader" + std::to_string(i) + "@example.org");
      ids.push_back(table
                        .add({.address = address,
                              .digests = {"weekly"},
                              .state = subscriber::SubscriptionState::confirmed})
                        ->id);
    }
  }
  [[nodiscard]] std::int64_t withdrawn() {
    return subscriber::SubscriberTable(database, clock).counts()->digests.at(0).withdrawn;
  }

  [[nodiscard]] tidings::config::SharedContext shared() {
    return {.config = config, .clock = clock, .random = random};
  }

  tidings::config::Config config = *tidings::config::parse_config(R"([newsletter]
name = "Harbour News"
from = "news@example.org"
timezone = "UTC"
[smtp]
url = "smtp://127.0.0.1:2525"
tls = "off"
[[source]]
name = "harbour"
url = "https://harbour.example/feed"
[[digest]]
name = "weekly"
schedule = "weekly monday 08:00"
)",
                                                                  "/nowhere/config.toml");
  test::TempFolder folder;
  ManualClock clock{from_ms(1'700'000'000'000)};
  SystemRandom random;
  store::Database database = *store::Database::open(folder / "list.db", store::Create::yes);
  std::vector<SubscriberId> ids;
};

}  // namespace

TEST_CASE(
    "leave_writer: everybody is told after it is on disk, whoever comes twice or is unknown too, and the "
    "last before it ends") {
  Readers readers{200};
  std::atomic<int> well{0};
  std::atomic<int> told{0};
  std::atomic<int> notices{0};
  {
    readers.config.web.goodbye = true;
    LeaveWriter writer{readers.shared(),
                       *store::Database::open(readers.folder / "list.db", store::Create::no),
                       [&] { ++notices; }};
    for (int round = 0; round < 2; ++round) {
      for (const auto id : readers.ids) {
        writer.take({.subscriber = id,
                     .digest = "weekly",
                     .way = {.origin = subscriber::Origin::one_click, .detail = "link"}},
                    [&](bool good) {
                      ++told;
                      well += good ? 1 : 0;
                    });
      }
    }
    writer.take({.subscriber = SubscriberId{99'999}, .digest = "weekly"},
                [&](bool good) { well += good ? 1 : 0; });
  }
  CHECK(told == 400);
  CHECK(well == 401);
  CHECK(notices >= 1);
  CHECK(readers.withdrawn() == 200);
  CHECK(subscriber::ConsentLog(readers.database).history(readers.ids.at(7))->size() == 2);
}

TEST_CASE("leave_writer: when it says yes, another connection sees it") {
  Readers readers{1};
  std::atomic<std::int64_t> seen{-1};
  {
    LeaveWriter writer{readers.shared(),
                       *store::Database::open(readers.folder / "list.db", store::Create::no), [] {}};
    writer.take({.subscriber = readers.ids.at(0), .digest = "weekly"}, [&](bool) {
      auto other = *store::Database::open(readers.folder / "list.db", store::Create::no);
      seen = subscriber::SubscriberTable(other, readers.clock).counts()->digests.at(0).withdrawn;
    });
  }
  CHECK(seen == 1);
}
