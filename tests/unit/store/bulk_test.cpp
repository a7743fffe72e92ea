#include "store/bulk.hpp"

#include <doctest/doctest.h>

#include "support/temp_folder.hpp"
#include "unit/store/old_schema.hpp"

using namespace tidings;
using namespace tidings::store;

namespace {

std::string one_text(Database& database, const char* sql) {
  auto query = database.prepare(sql);
  REQUIRE(*query.step());
  return query.text(0);
}

}  // namespace

TEST_CASE("bulk: any number of rows arrives whole, in order, and hundreds go ahead of the rest") {
  for (const int rows : {0, 1, 99, 100, 101, 250, 300}) {
    CAPTURE(rows);
    auto database = Database::open_in_memory();
    REQUIRE(
        database->execute("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT NOT NULL, size INTEGER)"));
    RowBatch batch{*database, "INSERT INTO things (id, name, size)", 3};
    const std::string with_nul("a\0b", 3);
    for (int i = 1; i <= rows; ++i) {
      batch.add(i).add(i % 3 == 0   ? std::string_view{}
                       : i % 3 == 1 ? std::string_view{with_nul}
                                    : std::string_view{"naïve"});
      if (i % 2 == 0) {
        batch.add_null();
      } else {
        batch.add(from_ms(i));
      }
    }
    REQUIRE(batch.flush_hundreds());
    CHECK(one_text(*database, "SELECT count(*) FROM things") == std::to_string(rows / 100 * 100));
    CHECK(batch.rows() == static_cast<std::size_t>(rows % 100));
    REQUIRE(batch.flush());
    CHECK(batch.rows() == 0);
    auto query = database->prepare("SELECT id, name, size FROM things ORDER BY id");
    for (int i = 1; i <= rows; ++i) {
      REQUIRE(*query.step());
      CHECK(query.integer(0) == i);
      CHECK(query.text(1) == (i % 3 == 0 ? "" : i % 3 == 1 ? with_nul : "naïve"));
      CHECK(query.is_null(2) == (i % 2 == 0));
    }
    CHECK_FALSE(*query.step());
  }
}

TEST_CASE("bulk: a row that breaks a rule is an error") {
  auto database = Database::open_in_memory();
  RowBatch batch{*database, "INSERT INTO facts (name, value)", 2};
  batch.add("a").add("1").add("a").add("2");
  CHECK(batch.flush().error().code == Errc::bad_data);
}

TEST_CASE(
    "bulk: indexes that are away come back, by rebuilding or by themselves where nothing is committed") {
  auto database = Database::open_in_memory();
  const auto* const indexes =
      "SELECT group_concat(name || coalesce(sql, '')) FROM sqlite_schema WHERE type = 'index'";
  const auto before = one_text(*database, indexes);
  {
    const auto open = database->begin();
    REQUIRE(IndexesAway::take(*database, *open, "subscribers"));
    CHECK(one_text(*database, indexes) != before);
  }
  CHECK(one_text(*database, indexes) == before);
  auto open = database->begin();
  auto away = IndexesAway::take(*database, *open, "subscribers");
  REQUIRE(away);
  REQUIRE(away->rebuild());
  REQUIRE(open->commit());
  CHECK(one_text(*database,
                 "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'subscribers'") ==
        "3");
  CHECK_FALSE(database->execute(
      "INSERT INTO subscribers (address, address_key, name, language, created_ms) VALUES ('a', 'a', '', '', "
      "0), ('A', 'a', '', '', 0)"));
}

TEST_CASE("bulk: a list of an older schema is loaded into as a fresh one is") {
  const test::TempFolder folder;
  test::make_old(folder / "a.db", 7);
  auto database = Database::open(folder / "a.db", Create::no);
  REQUIRE(database);
  const auto open = database->begin();
  CHECK(*next_id(*database, *open, "subscribers") == 5);
  auto away = IndexesAway::take(*database, *open, "subscribers");
  REQUIRE(away);
  REQUIRE(away->rebuild());
  CHECK_FALSE(
      database->execute("INSERT INTO subscribers (address, address_key, name, language, created_ms) VALUES "
                        "('x', 'ada@harbour.example', '', '', 0)"));
  REQUIRE(database->execute("DELETE FROM deliveries; DELETE FROM subscribers WHERE id = 1"));
  CHECK(one_text(*database, "SELECT count(*) FROM subscriptions WHERE subscriber_id = 1") == "0");
  CHECK_FALSE(database->execute("INSERT INTO subscriptions VALUES (99, 'weekly', 'pending', 0, NULL)"));
}
