#include "bounce/forward_table.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"

namespace tidings::bounce {
namespace {

using namespace std::chrono_literals;

constexpr int most_of_one_writer = 10;
constexpr std::int64_t most_waiting = 200;
constexpr std::int64_t most_waiting_bytes = 50 << 20;
constexpr std::size_t max_error_bytes = 500;

}  // namespace

Result<bool> ForwardTable::add(std::string_view writer, std::string_view bytes) {
  const auto now = clock_.now();
  const auto hash = hex_encode(sha256(writer)).substr(0, 32);
  auto query = database_.prepare(R"(
      SELECT (SELECT count(*) FROM forwards WHERE writer = :writer AND created_ms > :day),
             (SELECT count(*) FROM forwards WHERE done_ms IS NULL),
             (SELECT coalesce(sum(length(bytes)), 0) FROM forwards WHERE done_ms IS NULL))");
  query.bind(":writer", hash).bind(":day", now - 24h);
  TIDINGS_LET([[maybe_unused]] const bool row, query.step());
  const auto size = static_cast<std::int64_t>(bytes.size());
  if (query.integer(0) >= most_of_one_writer || query.integer(1) >= most_waiting ||
      query.integer(2) + size > most_waiting_bytes)
    return false;
  query.reset();
  auto insert = database_.prepare(
      "INSERT INTO forwards (writer, bytes, created_ms, due_ms) VALUES (:writer, :bytes, :now, :now)");
  TIDINGS_TRY(insert.bind(":writer", hash).bind_blob(":bytes", bytes).bind(":now", now).run());
  return true;
}

Result<std::optional<Forward>> ForwardTable::claim(int per_hour) {
  const auto now = clock_.now();
  // Checked without the write lock first, since it is called every minute.
  auto due = database_.prepare(R"(
      SELECT id, (SELECT count(*) FROM forwards WHERE done_ms > :hour AND done_ms <= :now AND last_error = '')
      FROM forwards WHERE done_ms IS NULL AND due_ms <= :now ORDER BY due_ms, id LIMIT 1)");
  due.bind(":now", now).bind(":hour", now - 1h);
  TIDINGS_LET(const bool any, due.step());
  if (!any || due.integer(1) >= per_hour) return std::nullopt;
  const auto id = due.integer(0);
  due.reset();
  auto take = database_.prepare(R"(
      UPDATE forwards SET due_ms = :lease, attempts = attempts + 1 WHERE id = :id AND done_ms IS NULL AND due_ms <= :now
      RETURNING bytes, created_ms, attempts)");
  take.bind(":lease", now + forward_lease).bind(":id", id).bind(":now", now);
  TIDINGS_LET(const bool taken, take.step());
  if (!taken) return std::nullopt;
  Forward forward{.id = id,
                  .bytes = take.blob(0),
                  .created = take.time(1),
                  .attempts = static_cast<int>(take.integer(2))};
  TIDINGS_TRY(take.step());
  return forward;
}

Result<void> ForwardTable::postpone(const Forward& forward, std::string_view error) {
  static constexpr std::array<std::chrono::minutes, 5> waits{1min, 5min, 15min, 60min, 240min};
  const auto index = std::min(waits.size() - 1, static_cast<std::size_t>(std::max(0, forward.attempts - 1)));
  auto statement = database_.prepare("UPDATE forwards SET due_ms = :due, last_error = :error WHERE id = :id");
  return statement.bind(":due", clock_.now() + waits.at(index))
      .bind(":error", truncate_utf8(error, max_error_bytes))
      .bind(":id", forward.id)
      .run();
}

Result<void> ForwardTable::finish(std::int64_t id, std::string_view error) {
  auto statement = database_.prepare(
      "UPDATE forwards SET done_ms = :now, last_error = :error, bytes = :nothing WHERE id = :id");
  return statement.bind(":now", clock_.now())
      .bind(":error", truncate_utf8(error, max_error_bytes))
      .bind_blob(":nothing", "")
      .bind(":id", id)
      .run();
}

Result<void> ForwardTable::forget(std::string_view address) {
  const auto wanted = ascii_lower(address);
  std::vector<std::int64_t> found;
  auto query = database_.prepare("SELECT id, bytes FROM forwards WHERE done_ms IS NULL");
  TIDINGS_TRY(query.each([&](const store::Statement& row) {
    if (ascii_lower(row.blob(1)).find(wanted) != std::string::npos) found.push_back(row.integer(0));
  }));
  for (const auto id : found) {
    auto statement = database_.prepare("DELETE FROM forwards WHERE id = :id");
    TIDINGS_TRY(statement.bind(":id", id).run());
  }
  return {};
}

Result<std::int64_t> ForwardTable::waiting() {
  auto query = database_.prepare("SELECT count(*) FROM forwards WHERE done_ms IS NULL");
  TIDINGS_LET([[maybe_unused]] const bool row, query.step());
  return query.integer(0);
}

Result<void> ForwardTable::sweep() {
  auto statement = database_.prepare("DELETE FROM forwards WHERE done_ms < :before");
  return statement.bind(":before", clock_.now() - 24h).run();
}

}  // namespace tidings::bounce
