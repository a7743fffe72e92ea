#include "members/roster.hpp"

#include <doctest/doctest.h>

#include "members/membership.hpp"
#include "support/store.hpp"

using namespace tidings;
using namespace tidings::members;

namespace {

struct List {
  config::Config config = *config::parse_config(R"([newsletter]
name = "Harbour News"
from = "news@example.org"
timezone = "UTC"
[[source]]
name = "harbour"
url = "https://harbour.example/feed"
[[digest]]
name = "weekly"
schedule = "weekly monday 08:00"
[[digest]]
name = "daily"
schedule = "daily 08:00"
)",
                                                "/nowhere/config.toml");
  store::Database database = *test_store::open();
  ManualClock clock{from_ms(1'700'000'000'000)};
  SystemRandom random;
  config::Context context{.config = config, .database = database, .clock = clock, .random = random};

  SubscriberId add(const std::string& address) {
    return Membership(context)
        .join({.address = *parse_mail_address(address),
               .digests = {"weekly"},
               .state = subscriber::SubscriptionState::confirmed})
        ->id;
  }
};

}  // namespace

TEST_CASE("roster: a subscriber is found by address in any case; nobody and no address are two errors") {
  List list;
  const auto ada = list.add("Ada@Example.org");
  CHECK(find_subscriber(list.database, list.clock, " ada@EXAMPLE.org ")->id == ada);
  CHECK(find_subscriber(list.database, list.clock, "grace@example.org").error().code == Errc::no_input);
  CHECK(find_subscriber(list.database, list.clock, "ada").error().code == Errc::bad_data);
}

TEST_CASE("roster: a digest that is neither configured nor anybody's is a slip") {
  List list;
  CHECK(check_filter(list.context, {}));
  CHECK(check_filter(list.context, {.digest = "daily"}));
  CHECK_FALSE(check_filter(list.context, {.digest = "monthly"}));
  REQUIRE(Membership(list.context)
              .join({.address = *parse_mail_address("ada@example.org"),
                     .digests = {"monthly"},
                     .state = subscriber::SubscriptionState::confirmed}));
  CHECK(check_filter(list.context, {.digest = "monthly"}));
}

TEST_CASE("roster: the story of somebody unknown is an error, that of a suppressed stranger is not") {
  List list;
  const auto ada = *parse_mail_address("ada@example.org");
  CHECK(story_of(list.context, ada).error().code == Errc::no_input);
  REQUIRE(*suppress(list.context, *subscriber::parse_suppression_target("ada@example.org"), "asked"));
  const auto stranger = story_of(list.context, ada);
  REQUIRE(stranger);
  CHECK_FALSE(stranger->subscriber);
  CHECK(stranger->suppression->detail == "asked");
  list.add("grace@example.org");
  const auto grace = story_of(list.context, *parse_mail_address("grace@example.org"));
  REQUIRE(grace);
  CHECK(grace->consents.size() == 1);
  CHECK(grace->deliveries.empty());
}

TEST_CASE("roster: an address of a suppressed domain stays suppressed when it is lifted alone") {
  List list;
  const auto domain = *subscriber::parse_suppression_target("@example.org");
  const auto ada = *subscriber::parse_suppression_target("ada@example.org");
  CHECK_FALSE(*lift(list.context, ada));
  CHECK(*suppress(list.context, domain, ""));
  CHECK_FALSE(*suppress(list.context, domain, ""));
  CHECK(*suppress(list.context, ada, ""));
  CHECK(lift(list.context, ada).error().code == Errc::not_permitted);
  CHECK(*lift(list.context, domain));
  CHECK(list_suppressions(list.context, "", 10)->empty());
}
