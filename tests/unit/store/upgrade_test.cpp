#include <doctest/doctest.h>

#include "support/temp_folder.hpp"
#include "unit/store/old_schema.hpp"

using namespace tidings;
using namespace tidings::store;

namespace {

std::int64_t one(Database& database, const char* sql) {
  auto query = database.prepare(sql);
  REQUIRE(*query.step());
  return query.integer(0);
}

}  // namespace

TEST_CASE("upgrade: a database of any schema before 0.1.0 becomes like a fresh one") {
  auto fresh = Database::open_in_memory();
  REQUIRE(fresh);
  const auto wanted = test::schema_of(*fresh);
  CHECK(wanted.contains("table deliveries of deliveries"));
  for (int version = 1; version < initial_version; ++version) {
    CAPTURE(version);
    const test::TempFolder folder;
    test::make_old(folder / "a.db", version);
    CHECK(Database::open_read_only(folder / "a.db").error().code == Errc::bad_data);
    auto database = Database::open(folder / "a.db", Create::no);
    REQUIRE(database);
    CHECK(database->schema_version() == newest_schema_version());
    CHECK(database->check());
    const auto found = test::schema_of(*database);
    for (const auto& [name, sql] : wanted) {
      CAPTURE(name);
      CHECK(found.contains(name));
      if (found.contains(name)) CHECK(found.at(name) == sql);
    }
    CHECK(found.size() == wanted.size());
    CHECK(one(*database, "SELECT count(*) FROM subscribers") == 3);
    CHECK(one(*database, "SELECT count(*) FROM deliveries") == 4);
    CHECK(one(*database, "SELECT seq FROM sqlite_sequence WHERE name = 'subscribers'") == 4);
  }
}

TEST_CASE("upgrade: each later migration has a number of its own") {
  CHECK(newest_schema_version() == initial_version + static_cast<int>(migrations().size()) - 1);
  CHECK(migrations_before_0_1().size() == initial_version - 1);
}

TEST_CASE(
    "upgrade: views of another build are replaced when the file is opened, and refused where it is only "
    "read") {
  const test::TempFolder folder;
  { REQUIRE(Database::open(folder / "a.db", Create::yes)); }
  CHECK(Database::open_read_only(folder / "a.db"));
  for (const char* const change :
       {"DROP VIEW recipients", "CREATE VIEW more AS SELECT 1",
        "DROP VIEW recipients; CREATE VIEW recipients AS SELECT 1 AS subscriber_id"}) {
    CAPTURE(change);
    {
      auto database = Database::open(folder / "a.db", Create::no);
      REQUIRE(database);
      REQUIRE(database->execute(change));
    }
    const auto reader = Database::open_read_only(folder / "a.db");
    REQUIRE_FALSE(reader);
    CHECK(reader.error().code == Errc::bad_data);
    CHECK(reader.error().hint.find("db migrate") != std::string::npos);
    auto again = Database::open(folder / "a.db", Create::no);
    REQUIRE(again);
    auto fresh = Database::open_in_memory();
    CHECK(test::schema_of(*again) == test::schema_of(*fresh));
    CHECK(Database::open_read_only(folder / "a.db"));
  }
}
