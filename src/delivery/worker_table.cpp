#include "delivery/worker_table.hpp"

namespace tidings::delivery {

Result<std::int64_t> WorkerTable::beat(const Beat& beat) {
  auto upsert = database_.prepare(R"sql(
    INSERT INTO delivery_workers (owner, since_ms, seen_until_ms, is_sending, sent, rate)
    VALUES (:owner, server_ms(), server_ms() + :lasts, :sending, :sent, :rate)
    ON CONFLICT (owner) DO UPDATE
    SET seen_until_ms = excluded.seen_until_ms, is_sending = excluded.is_sending, sent = excluded.sent, rate = excluded.rate,
        since_ms = CASE WHEN delivery_workers.seen_until_ms < server_ms() THEN excluded.since_ms
                        ELSE delivery_workers.since_ms END)sql");
  upsert.bind(":owner", beat.owner).bind(":lasts", lasts.count()).bind(":sending", beat.is_sending ? 1 : 0);
  TIDINGS_TRY(upsert.bind(":sent", beat.sent).bind(":rate", beat.rate).run());
  auto query = database_.prepare(
      "SELECT count(*) FROM delivery_workers WHERE is_sending = 1 AND seen_until_ms >= server_ms()");
  TIDINGS_TRY(query.step());
  return query.integer(0);
}

Result<void> WorkerTable::leave(const std::string& owner) {
  auto drop = database_.prepare("DELETE FROM delivery_workers WHERE owner = :owner");
  return drop.bind(":owner", owner).run();
}

Result<std::vector<WorkerRow>> WorkerTable::list() {
  auto query = database_.prepare(R"sql(
    SELECT w.owner, w.since_ms, w.is_sending, w.sent, w.rate,
           (SELECT count(*) FROM delivery_blocks b WHERE b.owner = w.owner)
    FROM delivery_workers w WHERE w.seen_until_ms >= server_ms() ORDER BY w.owner)sql");
  return query.list([](const store::Statement& row) {
    return WorkerRow{.owner = row.text(0),
                     .since = row.time(1),
                     .is_sending = row.integer(2) != 0,
                     .sent = row.integer(3),
                     .rate = row.integer(4),
                     .blocks = row.integer(5)};
  });
}

// ---- share
// ------------------------------------------------------------------------------------------------------

std::int64_t Share::rate() {
  using namespace std::chrono_literals;
  const auto now = Clock::now();
  last_minute_.emplace_back(now, sent_);
  while (now - last_minute_.front().first > 60s) last_minute_.pop_front();
  const auto& [when, then] = last_minute_.front();
  const auto seconds = std::chrono::duration<double>(now - when).count();
  return seconds < 0.5 ? 0 : static_cast<std::int64_t>(static_cast<double>(sent_ - then) / seconds);
}

Result<double> Share::sending(std::int64_t accepted) {
  const auto now = Clock::now();
  sent_ += accepted;
  if (!began_) began_ = now;
  TIDINGS_LET(const auto workers,
              table_.beat({.owner = owner_, .is_sending = true, .sent = sent_, .rate = rate()}));
  if (workers <= 1) return 1.0;
  return now - *began_ < 2 * WorkerTable::every ? 0.0 : 1.0 / static_cast<double>(workers);
}

Result<void> Share::waiting() {
  const auto now = Clock::now();
  if (!began_ && now - waited_ < WorkerTable::every) return {};
  began_.reset();
  waited_ = now;
  TIDINGS_LET([[maybe_unused]] const auto workers,
              table_.beat({.owner = owner_, .is_sending = false, .sent = sent_, .rate = rate()}));
  return {};
}

}  // namespace tidings::delivery
