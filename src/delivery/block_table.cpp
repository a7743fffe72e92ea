#include "delivery/block_table.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "delivery/retry.hpp"
#include "store/bulk.hpp"
#include "store/instance.hpp"

namespace tidings::delivery {
namespace {

/// Of measured sizes (docs/scale.md) the best; small lists are cut finer, so that several have work.
constexpr std::int64_t largest_block = 512;
constexpr std::int64_t smallest_block = 16;
constexpr std::int64_t blocks_of_a_list = 64;

/// Two that take the same block: the second tries again. Each time one of them has one more.
constexpr int tries = 50;

Block block_of(const store::Statement& row) {
  return Block{.edition = row.id<EditionId>(0),
               .number = row.integer(1),
               .first = row.id<SubscriberId>(2),
               .last = row.id<SubscriberId>(3),
               .fence = row.integer(4),
               .taken = row.time(5),
               .marked = row.id<SubscriberId>(6),
               .owner = row.text(7)};
}

}  // namespace

std::string owner_of(std::string_view name) { return fmt::format("{} {}", store::this_host(), name); }

Result<void> BlockTable::plan(EditionId edition, std::span<const Planned> recipients) {
  store::RowBatch rows{database_, "INSERT INTO planned_deliveries (edition_id, subscriber_id, segment_id)",
                       3};
  for (const auto& each : recipients) rows.add(edition).add(each.subscriber).add(each.segment);
  return rows.flush();
}

Result<bool> BlockTable::is_cut(EditionId edition) {
  auto known = database_.prepare("SELECT 1 FROM delivery_blocks WHERE edition_id = :edition LIMIT 1");
  return known.bind(":edition", edition).step();
}

Result<void> BlockTable::admit(EditionId edition, SubscriberId subscriber, Row row) {
  TIDINGS_LET(const bool cut, is_cut(edition));
  if (!cut) return {};
  const int planned = row == Row::planned ? 1 : 0;
  auto known = database_.prepare(
      "UPDATE delivery_blocks SET planned = planned + :planned "
      "WHERE edition_id = :edition AND :subscriber BETWEEN first_id AND last_id");
  known.bind(":planned", planned).bind(":edition", edition).bind(":subscriber", subscriber);
  TIDINGS_TRY(known.run());
  if (database_.changes() > 0) return {};
  auto own = database_.prepare(
      "INSERT INTO delivery_blocks (edition_id, number, first_id, last_id, planned) "
      "SELECT edition_id, max(number) + 1, :subscriber, :subscriber, :planned FROM delivery_blocks "
      "WHERE edition_id = :edition GROUP BY edition_id");
  return own.bind(":planned", planned).bind(":edition", edition).bind(":subscriber", subscriber).run();
}

Result<void> BlockTable::plan_from_rows(EditionId edition) {
  auto insert = database_.prepare(
      "INSERT INTO planned_deliveries (edition_id, subscriber_id, segment_id) "
      "SELECT edition_id, subscriber_id, segment_id FROM deliveries "
      "WHERE edition_id = :edition AND state = 1 /* planned */ AND due_ms IS NULL "
      "ON CONFLICT (edition_id, subscriber_id) DO NOTHING");
  return insert.bind(":edition", edition).run();
}

Result<void> BlockTable::cut(EditionId edition) {
  auto size = std::int64_t{worker_.block_size};
  if (size == 0) {
    auto count = database_.prepare("SELECT count(*) FROM all_deliveries WHERE edition_id = :edition");
    TIDINGS_TRY(count.bind(":edition", edition).step());
    size = std::clamp(count.integer(0) / blocks_of_a_list, smallest_block, largest_block);
  }
  auto insert = database_.prepare(R"sql(
    INSERT INTO delivery_blocks (edition_id, number, first_id, last_id, planned)
    SELECT edition_id, (place - 1) / :size, min(subscriber_id), max(subscriber_id),
           count(*) FILTER (WHERE state = 1 /* planned */ AND due_ms IS NULL)
    FROM (SELECT edition_id, subscriber_id, state, due_ms, row_number() OVER (ORDER BY subscriber_id) AS place
          FROM all_deliveries WHERE edition_id = :edition) AS numbered
    GROUP BY edition_id, (place - 1) / :size)sql");
  return insert.bind(":edition", edition).bind(":size", size).run();
}

Result<void> BlockTable::forget(EditionId edition) {
  auto blocks = database_.prepare("DELETE FROM delivery_blocks WHERE edition_id = :edition");
  TIDINGS_TRY(blocks.bind(":edition", edition).run());
  auto planned = database_.prepare("DELETE FROM planned_deliveries WHERE edition_id = :edition");
  return planned.bind(":edition", edition).run();
}

Result<void> BlockTable::forget_all() {
  TIDINGS_TRY(database_.execute("DELETE FROM planned_deliveries"));
  TIDINGS_TRY(database_.execute("DELETE FROM delivery_blocks"));
  return database_.execute("DELETE FROM lost_attempts");
}

Result<std::optional<bool>> BlockTable::has_planned(EditionId edition) {
  auto query = database_.prepare("SELECT max(planned) FROM delivery_blocks WHERE edition_id = :edition");
  TIDINGS_TRY(query.bind(":edition", edition).step());
  if (query.is_null(0)) return std::optional<bool>{};
  return std::optional{query.integer(0) > 0};
}

Result<std::optional<Block>> BlockTable::lease(EditionId edition, const DueBy& by) {
  // Retries first: they have waited.
  auto retried_or_new = database_.prepare(R"sql(
    UPDATE delivery_blocks SET owner = :owner, fence = fence + 1, leased_until_ms = server_ms() + :lease, taken_ms = :now,
                               marked = 0
    WHERE edition_id = :edition AND owner = '' AND number = coalesce((
      SELECT b.number FROM deliveries d
      JOIN delivery_blocks b ON b.edition_id = d.edition_id AND d.subscriber_id BETWEEN b.first_id AND b.last_id
      WHERE d.edition_id = :edition AND d.state IN (3, 4) /* deferred, in_doubt */
        AND (d.due_ms <= :now OR d.due_ms > :latest) AND b.owner = ''
      ORDER BY d.due_ms LIMIT 1), (
      SELECT min(number) FROM delivery_blocks WHERE edition_id = :edition AND owner = '' AND planned > 0))
    RETURNING edition_id, number, first_id, last_id, fence, taken_ms, marked, owner)sql");
  retried_or_new.bind(":latest", by.now + longest_wait);
  std::vector<store::Statement> updates;
  updates.push_back(std::move(retried_or_new));
  if (by.oldest) {
    updates.push_back(database_.prepare(R"sql(
    UPDATE delivery_blocks SET owner = :owner, fence = fence + 1, leased_until_ms = server_ms() + :lease, taken_ms = :now,
                               marked = 0
    WHERE edition_id = :edition AND owner = '' AND number = (
      SELECT b.number FROM deliveries d
      JOIN delivery_blocks b ON b.edition_id = d.edition_id AND d.subscriber_id BETWEEN b.first_id AND b.last_id
      WHERE d.edition_id = :edition AND d.state = 1 /* planned */ AND d.due_ms IS NOT NULL
        AND d.due_ms <= :now AND d.due_ms >= :oldest AND b.owner = ''
      ORDER BY d.due_ms LIMIT 1)
    RETURNING edition_id, number, first_id, last_id, fence, taken_ms, marked, owner)sql"));
    updates.back().bind(":oldest", *by.oldest);
  }
  for (auto& update : updates) {
    update.bind(":owner", worker_.owner).bind(":lease", worker_.lease.count());
    update.bind(":edition", edition).bind(":now", by.now);
  }
  for (int i = 0; i < tries; ++i) {
    for (auto& update : updates) {
      TIDINGS_LET(const bool found, update.step());
      if (!found) continue;
      auto block = block_of(update);
      update.reset();
      return std::optional{std::move(block)};
    }
    TIDINGS_LET(const bool more, has_work(edition, by));
    if (!more) break;
  }
  return std::optional<Block>{};
}

Result<bool> BlockTable::has_work(EditionId edition, const DueBy& by) {
  auto query = database_.prepare(R"sql(
    SELECT 1 FROM delivery_blocks b
    WHERE b.edition_id = :edition AND (b.owner = '' OR (b.owner <> :owner AND b.leased_until_ms < server_ms()))
      AND (b.planned > 0
           OR EXISTS (SELECT 1 FROM deliveries d
                      WHERE d.edition_id = b.edition_id AND d.subscriber_id BETWEEN b.first_id AND b.last_id
                        AND d.state IN (3, 4) /* deferred, in_doubt */ AND (d.due_ms <= :now OR d.due_ms > :latest))
           OR (:is_local = 1
               AND EXISTS (SELECT 1 FROM deliveries d
                           WHERE d.edition_id = b.edition_id AND d.subscriber_id BETWEEN b.first_id AND b.last_id
                             AND d.state = 1 /* planned */ AND d.due_ms IS NOT NULL
                             AND d.due_ms <= :now AND d.due_ms >= :oldest)))
    LIMIT 1)sql");
  query.bind(":edition", edition).bind(":owner", worker_.owner).bind(":now", by.now);
  query.bind(":is_local", by.oldest ? 1 : 0).bind(":oldest", by.oldest.value_or(UtcTime{}));
  return query.bind(":latest", by.now + longest_wait).step();
}

Result<std::optional<Block>> BlockTable::expired(EditionId edition) {
  auto query = database_.prepare(R"sql(
    SELECT edition_id, number, first_id, last_id, fence, taken_ms, marked, owner FROM delivery_blocks
    WHERE edition_id = :edition AND owner <> '' AND owner <> :owner AND leased_until_ms < server_ms()
    ORDER BY number LIMIT 1)sql");
  TIDINGS_LET(const bool found, query.bind(":edition", edition).bind(":owner", worker_.owner).step());
  return found ? std::optional{block_of(query)} : std::nullopt;
}

Result<std::vector<Block>> BlockTable::left_behind() {
  auto query = database_.prepare(R"sql(
    SELECT edition_id, number, first_id, last_id, fence, taken_ms, marked, owner FROM delivery_blocks
    WHERE owner = :owner OR owner LIKE :senders ORDER BY edition_id, number)sql");
  query.bind(":owner", worker_.owner);
  query.bind(":senders", worker_.holds_lock ? fmt::format("% {}", sender_name) : std::string{});
  return query.list(block_of);
}

Result<void> BlockTable::fence_off(EditionId edition) {
  auto update = database_.prepare("UPDATE delivery_blocks SET fence = fence + 1 WHERE edition_id = :edition");
  return update.bind(":edition", edition).run();
}

Result<std::vector<Block>> BlockTable::held(EditionId edition) {
  auto query = database_.prepare(R"sql(
    SELECT edition_id, number, first_id, last_id, fence, taken_ms, marked, owner FROM delivery_blocks
    WHERE edition_id = :edition AND owner <> '' ORDER BY number)sql");
  query.bind(":edition", edition);
  return query.list(block_of);
}

Result<bool> BlockTable::is_any_held() {
  auto query = database_.prepare("SELECT 1 FROM delivery_blocks WHERE owner <> '' LIMIT 1");
  return query.step();
}

Result<bool> BlockTable::take_over(Block& block) {
  auto update = database_.prepare(R"sql(
    UPDATE delivery_blocks SET owner = :owner, fence = fence + 1, leased_until_ms = server_ms() + :lease
    WHERE edition_id = :edition AND number = :number AND fence = :fence)sql");
  update.bind(":owner", worker_.owner).bind(":lease", worker_.lease.count()).bind(":edition", block.edition);
  TIDINGS_TRY(update.bind(":number", block.number).bind(":fence", block.fence).run());
  if (database_.changes() == 0) return false;
  ++block.fence;
  return true;
}

Result<bool> BlockTable::mark(Block& block, SubscriberId up_to) {
  auto update = database_.prepare(R"sql(
    UPDATE delivery_blocks SET marked = :marked, leased_until_ms = server_ms() + :lease
    WHERE edition_id = :edition AND number = :number AND fence = :fence)sql");
  update.bind(":marked", up_to).bind(":lease", worker_.lease.count()).bind(":edition", block.edition);
  TIDINGS_TRY(update.bind(":number", block.number).bind(":fence", block.fence).run());
  block.marked = up_to;
  return database_.changes() == 1;
}

Result<bool> BlockTable::count_settled(const Block& block, std::int64_t planned) {
  const bool is_done = block.is_exhausted && block.open <= 0;
  auto update = database_.prepare(R"sql(
    UPDATE delivery_blocks SET planned = planned - :planned, leased_until_ms = server_ms() + :lease,
                               owner = CASE WHEN :done = 1 THEN '' ELSE owner END
    WHERE edition_id = :edition AND number = :number AND fence = :fence)sql");
  update.bind(":done", is_done ? 1 : 0)
      .bind(":planned", planned)
      .bind(":lease", worker_.lease.count())
      .bind(":edition", block.edition);
  TIDINGS_TRY(update.bind(":number", block.number).bind(":fence", block.fence).run());
  return database_.changes() == 1;
}

Result<bool> BlockTable::give_back(const Block& block) {
  auto update = database_.prepare(R"sql(
    UPDATE delivery_blocks SET owner = '', leased_until_ms = 0, marked = 0
    WHERE edition_id = :edition AND number = :number AND fence = :fence)sql");
  update.bind(":edition", block.edition).bind(":number", block.number).bind(":fence", block.fence);
  TIDINGS_TRY(update.run());
  return database_.changes() == 1;
}

Result<void> BlockTable::renew() {
  auto update = database_.prepare(
      "UPDATE delivery_blocks SET leased_until_ms = server_ms() + :lease WHERE owner = :owner");
  return update.bind(":lease", worker_.lease.count()).bind(":owner", worker_.owner).run();
}

Result<void> BlockTable::note_lost(EditionId edition, SubscriberId subscriber, std::int64_t attempt,
                                   const std::string& owner) {
  auto insert = database_.prepare(
      "INSERT INTO lost_attempts (edition_id, subscriber_id, attempt, owner) "
      "VALUES (:edition, :subscriber, :attempt, :owner) ON CONFLICT (edition_id, subscriber_id, attempt) DO "
      "NOTHING");
  insert.bind(":edition", edition).bind(":subscriber", subscriber).bind(":attempt", attempt);
  return insert.bind(":owner", owner).run();
}

Result<std::vector<BlockTable::Lost>> BlockTable::lost() {
  auto query = database_.prepare(
      "SELECT edition_id, subscriber_id, attempt FROM lost_attempts WHERE owner = :owner "
      "ORDER BY edition_id, subscriber_id");
  query.bind(":owner", worker_.owner);
  return query.list([](const store::Statement& row) {
    return Lost{
        .edition = row.id<EditionId>(0), .subscriber = row.id<SubscriberId>(1), .attempt = row.integer(2)};
  });
}

Result<void> BlockTable::forget_lost() {
  auto drop = database_.prepare("DELETE FROM lost_attempts WHERE owner = :owner");
  return drop.bind(":owner", worker_.owner).run();
}

}  // namespace tidings::delivery
