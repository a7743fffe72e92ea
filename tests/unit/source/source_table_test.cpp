#include "source/source_table.hpp"
#include "support/store.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using namespace tidings;
using namespace tidings::source;

namespace {

const UtcTime monday = from_ms(1'767'600'000'000);

}  // namespace

TEST_CASE("source table: a good answer clears the streak and keeps the validators") {
  auto database = test_store::open();
  SourceTable table{*database};
  const auto id = table.ensure({.name = "harbour", .url = "https://example.org/feed"})->id;
  REQUIRE(table.failed(id, {.what = "https://example.org/feed: answered 500", .status = 500}, monday));
  REQUIRE(table.failed(id, {.what = "https://example.org/feed: answered 500", .status = 500}, monday + 1h));
  auto row = **table.find("harbour");
  CHECK(row.error_streak == 2);
  CHECK(row.last_error == "https://example.org/feed: answered 500");
  CHECK(row.next_fetch == monday + 1h + 10min);
  CHECK_FALSE(is_due(row, monday + 1h));
  CHECK(is_due(row, monday + 1h + 10min));
  CHECK(*table.counts() == SourceCounts{.total = 1, .failing = 1, .gone = 0});

  Feed feed;
  feed.title = "Harbour";
  feed.ttl = 24 * 60min;
  REQUIRE(table.good(id, {.etag = "\"a\"", .moved_to = "https://example.org/new"}, feed, monday + 2h));
  row = **table.find("harbour");
  CHECK(row.error_streak == 0);
  CHECK(row.last_error.empty());
  CHECK(row.last_good == monday + 2h);
  CHECK(row.next_fetch == monday + 3h);
  CHECK(row.title == "Harbour");
  CHECK(request_for(row, Reach::public_only).url == "https://example.org/new");
  CHECK(request_for(row, Reach::public_only).etag == "\"a\"");

  REQUIRE(table.not_modified(id, {}, monday + 4h));
  row = **table.find("harbour");
  CHECK(row.etag == "\"a\"");
  CHECK(row.moved_to == "https://example.org/new");
  CHECK_FALSE(row.next_fetch);
}

TEST_CASE("source table: a changed url forgets what was known of the old one") {
  auto database = test_store::open();
  SourceTable table{*database};
  const auto id = table.ensure({.name = "a", .url = "https://example.org/1"})->id;
  REQUIRE(table.good(id, {.etag = "\"a\""}, {}, monday));
  REQUIRE(table.failed(id, {.what = "x", .status = 410, .gone = true}, monday));
  CHECK_FALSE(is_due(**table.find("a"), monday + 720h));
  CHECK(table.ensure({.name = "a", .url = "https://example.org/1"})->gone);
  const auto row = *table.ensure({.name = "a", .url = "https://example.org/2"});
  CHECK(row.id == id);
  CHECK(row.etag.empty());
  CHECK_FALSE(row.gone);
  CHECK(is_due(row, monday));
  CHECK(table.list()->size() == 1);
}

TEST_CASE("source table: being asked to wait is no error of the source") {
  auto database = test_store::open();
  SourceTable table{*database};
  const auto id = table.ensure({.name = "a", .url = "https://example.org/1"})->id;
  REQUIRE(table.failed(id, {.what = "x", .status = 429, .retry_after = 2h, .limited = true}, monday));
  const auto row = **table.find("a");
  CHECK(row.error_streak == 0);
  CHECK(row.next_fetch == monday + 2h);
}

TEST_CASE("source table: what a server asks for is honoured within bounds") {
  auto database = test_store::open();
  SourceTable table{*database};
  const auto id = table.ensure({.name = "a", .url = "https://example.org/1"})->id;
  const auto next_after = [&](std::optional<std::chrono::seconds> max_age, std::chrono::minutes ttl) {
    Feed feed;
    feed.ttl = ttl;
    REQUIRE(table.good(id, {.max_age = max_age}, feed, monday));
    return (**table.find("a")).next_fetch;
  };
  CHECK(next_after(10min, 0min) == monday + 10min);
  CHECK(next_after(24h * 365, 0min) == monday + 1h);
  CHECK(next_after(std::chrono::seconds{9'000'000'000'000'000'000}, 0min) == monday + 1h);
  CHECK(next_after(0s, 30min) == monday + 30min);
  CHECK_FALSE(next_after(std::nullopt, 0min));
  const auto wait_after = [&](std::chrono::seconds retry_after) {
    REQUIRE(
        table.failed(id, {.what = "x", .status = 429, .retry_after = retry_after, .limited = true}, monday));
    return *(**table.find("a")).next_fetch - monday;
  };
  CHECK(wait_after(0s) == 0s);
  CHECK(wait_after(24h * 365) <= 24h * 7);
  CHECK(wait_after(std::chrono::seconds{2'000'000'000}) == wait_after(24h * 365));
}
