#include "store/database.hpp"

#include <doctest/doctest.h>

#include "base/file.hpp"
#include "store/instance.hpp"
#include "support/temp_folder.hpp"

using namespace tidings;
using namespace tidings::store;

namespace {

Result<std::int64_t> count_facts(Database& database) {
  auto query = database.prepare("SELECT count(*) FROM facts");
  TIDINGS_TRY(query.step());
  return query.integer(0);
}

}  // namespace

TEST_CASE("store: a new database is migrated, and opens again") {
  const test::TempFolder folder;
  {
    const auto database = Database::open(folder / "sub/tidings.db", Create::yes);
    REQUIRE(database);
    CHECK(database->schema_version() == newest_schema_version());
  }
  auto again = Database::open(folder / "sub/tidings.db", Create::no);
  REQUIRE(again);
  CHECK(again->check());
}

TEST_CASE("store: an absent file is no database unless it may be made") {
  const test::TempFolder folder;
  const auto database = Database::open(folder / "none.db", Create::no);
  REQUIRE_FALSE(database);
  CHECK(database.error().code == Errc::no_input);
  CHECK_FALSE(std::filesystem::exists(folder / "none.db"));
}

TEST_CASE("store: what is no database, not ours or newer is refused and left alone") {
  const test::TempFolder folder;
  const std::string text(4096, 'x');
  REQUIRE(write_file(folder / "text.db", text));
  CHECK(Database::open(folder / "text.db", Create::yes).error().code == Errc::bad_data);
  CHECK(*read_file(folder / "text.db") == text);
  {
    auto ours = Database::open(folder / "newer.db", Create::yes);
    REQUIRE(ours);
    REQUIRE(ours->execute("PRAGMA user_version = 999"));
  }
  const auto newer = Database::open(folder / "newer.db", Create::yes);
  REQUIRE_FALSE(newer);
  CHECK(newer.error().code == Errc::bad_data);
  CHECK(newer.error().what.find("999") != std::string::npos);
  {
    auto other = Database::open(folder / "other.db", Create::yes);
    REQUIRE(other);
    REQUIRE(other->execute("PRAGMA application_id = 1"));
  }
  CHECK(Database::open(folder / "other.db", Create::yes).error().what.find("not a tidings database") !=
        std::string::npos);
}

TEST_CASE("store: a transaction that is not committed leaves nothing") {
  auto database = Database::open_in_memory();
  REQUIRE(database);
  const auto before = *count_facts(*database);
  {
    const auto transaction = database->begin();
    REQUIRE(transaction);
    REQUIRE(set_fact(*database, "a", "1"));
  }
  CHECK(*count_facts(*database) == before);
  {
    auto transaction = database->begin();
    REQUIRE(transaction);
    REQUIRE(set_fact(*database, "a", "1"));
    REQUIRE(transaction->commit());
  }
  CHECK(*fact(*database, "a") == "1");
}

TEST_CASE("store: a rollback takes everything back at once, and only once") {
  auto database = Database::open_in_memory();
  REQUIRE(database);
  {
    auto transaction = database->begin();
    REQUIRE(transaction);
    REQUIRE(set_fact(*database, "a", "1"));
    transaction->rollback();
    CHECK(fact(*database, "a")->empty());
    REQUIRE(set_fact(*database, "b", "2"));  // by itself: no transaction is open
    transaction->rollback();
  }
  CHECK(*fact(*database, "b") == "2");
  auto next = database->begin();
  REQUIRE(next);
  REQUIRE(set_fact(*database, "c", "3"));
  REQUIRE(next->commit());
  next->rollback();
  CHECK(*fact(*database, "c") == "3");
}

TEST_CASE("store: an error amid the rows is the result of each() and list(), and never a shorter list") {
  auto database = Database::open_in_memory();
  REQUIRE(database);
  // The third row cannot be worked out.
  auto query = database->prepare(R"(
      WITH numbers (n) AS (VALUES (1), (2), (3), (4))
      SELECT CASE n WHEN :broken THEN abs(-9223372036854775807 - 1) ELSE n END FROM numbers)");
  std::vector<std::int64_t> seen;
  const auto see = [&](const Statement& row) { seen.push_back(row.integer(0)); };
  query.bind(":broken", 3);
  const auto visited = query.each(see);
  REQUIRE_FALSE(visited);
  CHECK(visited.error().code == Errc::io);
  CHECK(seen == std::vector<std::int64_t>{1, 2});
  const auto number = [](const Statement& row) { return row.integer(0); };
  CHECK_FALSE(query.list(number));
  query.bind(":broken", 0);
  CHECK(*query.list(number) == std::vector<std::int64_t>{1, 2, 3, 4});
  seen.clear();
  REQUIRE(query.each(see));
  CHECK(seen.size() == 4);
}

TEST_CASE("store: each() and list() end with the visitor's error, and the statement is ready again") {
  auto database = Database::open_in_memory();
  REQUIRE(database);
  auto query = database->prepare("SELECT :first UNION ALL SELECT 2 UNION ALL SELECT 3");
  query.bind(":first", 1);
  int seen = 0;
  const auto visited = query.each([&](const Statement& row) -> Result<void> {
    ++seen;
    if (row.integer(0) == 2) return fail(Errc::bad_data, "two");
    return {};
  });
  REQUIRE_FALSE(visited);
  CHECK(visited.error().what == "two");
  CHECK(seen == 2);
  query.bind(":first", 5);  // a statement in use cannot be bound
  const auto made = query.list([](const Statement& row) -> Result<int> {
    if (row.integer(0) == 3) return fail(Errc::bad_data, "three");
    return static_cast<int>(row.integer(0));
  });
  REQUIRE_FALSE(made);
  CHECK(made.error().what == "three");
}

TEST_CASE("store: a statement reads rows in memory, each key its own columns, and NULL where there is none") {
  struct Rows : store::Lookup {
    Value value(std::int64_t key, int column) noexcept override {
      if (key == 2) return {};
      if (column == 0) return key * 10;
      text = std::string(static_cast<std::size_t>(key), 'x');
      return std::string_view{text};
    }
    std::vector<std::int64_t> keys() const override { return {1, 3}; }
    std::span<const Type> columns() const override {
      static constexpr std::array types{Type::integer, Type::text};
      return types;
    }
    std::string text;
  } rows;
  auto database = Database::open_in_memory();
  REQUIRE(database);
  auto query = database->prepare(
      "SELECT key, lookup(:rows, key, 0), lookup(:rows, key, 1) FROM (SELECT 1 AS key UNION SELECT 2 UNION "
      "SELECT 3)");
  query.bind_lookup(":rows", rows);
  for (const int key : {1, 2, 3}) {
    CAPTURE(key);
    REQUIRE(*query.step());
    CHECK(query.integer(0) == key);
    CHECK(query.is_null(1) == (key == 2));
    CHECK(query.integer(1) == (key == 2 ? 0 : key * 10));
    CHECK(query.text(2) == std::string(key == 2 ? 0U : static_cast<std::size_t>(key), 'x'));
  }
}

TEST_CASE("store: values come back as they were bound") {
  auto database = Database::open_in_memory();
  REQUIRE(database);
  auto query = database->prepare("SELECT :i, :t, :b, :n, :e, :o");
  const std::string blob("\0\xFF", 2);
  query.bind(":i", std::int64_t{-5}).bind(":t", "Ωμ\"'").bind_blob(":b", blob).bind_null(":n").bind(":e", "");
  query.bind(":o", std::optional<UtcTime>{from_ms(42)});
  REQUIRE(*query.step());
  CHECK(query.integer(0) == -5);
  CHECK(query.text(1) == "Ωμ\"'");
  CHECK(query.blob(2) == blob);
  CHECK(query.is_null(3));
  CHECK_FALSE(query.is_null(4));
  CHECK(query.optional_time(5) == from_ms(42));
  CHECK_FALSE(*query.step());
}

TEST_CASE("store: a statement in use can be prepared a second time") {
  auto database = Database::open_in_memory();
  REQUIRE(set_fact(*database, "a", "1"));
  REQUIRE(set_fact(*database, "b", "2"));
  auto outer = database->prepare("SELECT name FROM facts ORDER BY name");
  REQUIRE(*outer.step());
  auto inner = database->prepare("SELECT name FROM facts ORDER BY name");
  REQUIRE(*inner.step());
  REQUIRE(*inner.step());
  CHECK(inner.text(0) == "b");
  CHECK(outer.text(0) == "a");
}

TEST_CASE("store: a read-only handle writes nothing") {
  const test::TempFolder folder;
  { REQUIRE(Database::open(folder / "a.db", Create::yes)); }
  auto reader = Database::open_read_only(folder / "a.db");
  REQUIRE(reader);
  CHECK_FALSE(set_fact(*reader, "a", "1"));
}

TEST_CASE("store: a copy in memory can be written without touching the file") {
  const test::TempFolder folder;
  {
    auto database = Database::open(folder / "a.db", Create::yes);
    REQUIRE(set_fact(*database, "a", "1"));
  }
  const auto before = *read_file(folder / "a.db");
  auto copy = Database::open_copy_in_memory(folder / "a.db");
  REQUIRE(copy);
  CHECK(*fact(*copy, "a") == "1");
  {
    auto transaction = copy->begin();
    REQUIRE(transaction);
    REQUIRE(set_fact(*copy, "a", "2"));
    REQUIRE(transaction->commit());
  }
  CHECK(*fact(*copy, "a") == "2");
  CHECK(*read_file(folder / "a.db") == before);
}

TEST_CASE("store: a backup is a whole database and never overwrites") {
  const test::TempFolder folder;
  auto database = Database::open(folder / "a.db", Create::yes);
  REQUIRE(set_fact(*database, "a", "1"));
  REQUIRE(database->backup_to(folder / "copy.db"));
  CHECK(database->backup_to(folder / "copy.db").error().code == Errc::cannot_create);
  auto copy = Database::open(folder / "copy.db", Create::no);
  REQUIRE(copy);
  CHECK(*fact(*copy, "a") == "1");
  CHECK(copy->check());
}

TEST_CASE("store: the second sender is told who is at work") {
  const test::TempFolder folder;
  {
    const auto first = SenderLock::take(folder / "a.db", "deliver", *Zone::find("UTC"));
    REQUIRE(first);
    const auto second = SenderLock::take(folder / "a.db", "send", *Zone::find("UTC"));
    REQUIRE_FALSE(second);
    CHECK(second.error().code == Errc::try_again);
    CHECK(second.error().what.find("deliver") != std::string::npos);
  }
  CHECK(SenderLock::take(folder / "a.db", "send", *Zone::find("UTC")));
}

TEST_CASE("store: a copied database refuses to send until it is adopted") {
  const test::TempFolder folder;
  {
    auto database = Database::open(folder / "a.db", Create::yes);
    REQUIRE(check_instance(*database, Guard::refuse));
    REQUIRE(check_instance(*database, Guard::refuse));
    REQUIRE(database->backup_to(folder / "b.db"));
  }
  auto copy = Database::open(folder / "b.db", Create::no);
  CHECK(check_instance(*copy, Guard::refuse).error().code == Errc::not_permitted);
  REQUIRE(check_instance(*copy, Guard::adopt));
  CHECK(check_instance(*copy, Guard::refuse));
}

TEST_CASE("store: the page cache is as large as it was told to be") {
  auto database = Database::open_in_memory();
  REQUIRE(database);
  REQUIRE(database->set_cache(64 << 20));
  auto query = database->prepare("PRAGMA cache_size");
  REQUIRE(query.step());
  CHECK(query.integer(0) == -65536);
}
