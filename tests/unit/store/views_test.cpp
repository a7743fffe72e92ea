// What views.sql promises: SQLite flattens each view into the statement that reads it, so that indexes are
// used.
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "store/database.hpp"

using namespace tidings;
using namespace tidings::store;

namespace {

std::string plan_of(Database& database, const std::string& sql) {
  auto rows = database.prepare(("EXPLAIN QUERY PLAN " + sql).c_str());
  std::string plan;
  REQUIRE(rows.each([&](const Statement& row) { plan += row.text(3) + "\n"; }));
  return plan;
}

}  // namespace

TEST_CASE("views: none is put together before it is read") {
  auto database = Database::open_in_memory();
  REQUIRE(database);
  const auto views =
      database->prepare("SELECT name FROM sqlite_schema WHERE type = 'view'").list([](const Statement& row) {
        return row.text(0);
      });
  REQUIRE(views);
  CHECK_FALSE(views->empty());
  for (const auto& view : *views) {
    CAPTURE(view);
    // Beside a table, as the rooms read them.
    const auto plan = plan_of(*database, "SELECT v.*, f.value FROM facts f JOIN " + view + " v");
    CHECK(plan.find("MATERIALIZE") == std::string::npos);
    CHECK(plan.find("CO-ROUTINE") == std::string::npos);
    CHECK(plan.find("SCAN v") == std::string::npos);
  }
}

TEST_CASE("views: what rooms ask of them is found by an index") {
  const struct {
    const char* sql;
    const char* found_by;
  } cases[] = {
      {"SELECT 1 FROM frozen_posts WHERE post_id = 1", "edition_posts_post"},
      {"SELECT source FROM candidate_posts WHERE first_seen_ms > 1", "posts_first_seen"},
      {"SELECT id FROM post_keys WHERE link_key = 'a'", "posts_link_key"},
      {"SELECT tag FROM tags WHERE post_id = 1", "PRIMARY KEY"},
      {"SELECT digest FROM edition_heads WHERE id = 1", "INTEGER PRIMARY KEY"},
      {"SELECT subscriber_id FROM confirmed_subscriptions WHERE digest = 'a'", "subscriptions_digest"},
      {"SELECT confirmed_ms FROM former_subscriptions WHERE subscriber_id = 1 AND digest = 'a'",
       "PRIMARY KEY"},
      {"SELECT address, suppression FROM recipients WHERE subscriber_id = 1", "INTEGER PRIMARY KEY"},
      {"SELECT subscriber_id FROM recipients WHERE domain = 'a'", "subscribers_domain"},
      {"SELECT state FROM delivery_states WHERE subscriber_id = 1", "deliveries_subscriber"},
      {"SELECT state FROM delivery_states WHERE edition_id = 1 AND subscriber_id = 1", "PRIMARY KEY"},
      // Of a claim: the subscription may be absent.
      {"SELECT c.digest FROM deliveries d LEFT JOIN confirmed_subscriptions c ON c.subscriber_id = "
       "d.subscriber_id "
       "AND c.digest = 'a'",
       "SEARCH subscriptions USING COVERING INDEX subscriptions_digest"},
  };
  auto database = Database::open_in_memory();
  REQUIRE(database);
  for (const auto& each : cases) {
    CAPTURE(each.sql);
    const auto plan = plan_of(*database, each.sql);
    CAPTURE(plan);
    CHECK(plan.find(each.found_by) != std::string::npos);
    CHECK(plan.find("MATERIALIZE") == std::string::npos);
  }
}
