#include "app/trouble_table.hpp"

#include "base/text.hpp"

namespace tidings::app {
namespace {

constexpr std::size_t max_bytes = 500;
constexpr std::chrono::days kept_after_end{7};

/// Without words that hold an @.
std::string without_addresses(std::string_view text) {
  std::string out;
  for (const auto word : split(truncate_utf8(text, max_bytes), ' ')) {
    if (!out.empty()) out += ' ';
    out += word.find('@') == std::string_view::npos ? std::string{word} : "(address)";
  }
  return out;
}

}  // namespace

Result<bool> TroubleTable::met(const Trouble& trouble) {
  TIDINGS_LET(auto transaction, database_.begin());
  auto query = database_.prepare("SELECT 1 FROM troubles WHERE about = :about AND ended_ms IS NULL");
  TIDINGS_LET(const bool stands, query.bind(":about", trouble.about).step());
  query.reset();
  auto statement = database_.prepare(R"(
      INSERT INTO troubles (about, what, hint, began_ms, last_ms) VALUES (:about, :what, :hint, :now, :now)
      ON CONFLICT (about) DO UPDATE SET what = excluded.what, hint = excluded.hint, last_ms = excluded.last_ms,
        times = CASE WHEN troubles.ended_ms IS NULL THEN troubles.times + 1 ELSE 1 END,
        began_ms = CASE WHEN troubles.ended_ms IS NULL THEN troubles.began_ms ELSE excluded.began_ms END, ended_ms = NULL)");
  TIDINGS_TRY(statement.bind(":about", trouble.about)
                  .bind(":what", without_addresses(trouble.what))
                  .bind(":hint", without_addresses(trouble.hint))
                  .bind(":now", clock_.now())
                  .run());
  TIDINGS_TRY(transaction.commit());
  return !stands;
}

Result<void> TroubleTable::mended(std::string_view about) {
  // Asked for without the write lock: nearly always there is nothing to end.
  auto query = database_.prepare("SELECT 1 FROM troubles WHERE about = :about AND ended_ms IS NULL");
  TIDINGS_LET(const bool stands, query.bind(":about", about).step());
  query.reset();
  if (!stands) return {};
  auto statement =
      database_.prepare("UPDATE troubles SET ended_ms = :now WHERE about = :about AND ended_ms IS NULL");
  return statement.bind(":now", clock_.now()).bind(":about", about).run();
}

Result<std::vector<StandingTrouble>> TroubleTable::to_tell(std::chrono::milliseconds pause) {
  auto last =
      database_.prepare("SELECT 1 FROM troubles WHERE mailed_ms > :since AND mailed_ms <= :now LIMIT 1");
  const auto now = clock_.now();
  TIDINGS_LET(const bool lately, last.bind(":since", now - pause).bind(":now", now).step());
  std::vector<StandingTrouble> found;
  if (lately) return found;
  auto query = database_.prepare(R"(
      SELECT about, what, hint, times, began_ms, last_ms, ended_ms FROM troubles
      WHERE mailed_ms IS NULL OR last_ms > mailed_ms ORDER BY began_ms, about)");
  for (;;) {
    TIDINGS_LET(const bool row, query.step());
    if (!row) return found;
    found.push_back({.trouble = {.about = query.text(0), .what = query.text(1), .hint = query.text(2)},
                     .times = query.integer(3),
                     .began = query.time(4),
                     .last = query.time(5),
                     .ended = query.optional_time(6)});
  }
}

Result<void> TroubleTable::told() {
  auto statement = database_.prepare(
      "UPDATE troubles SET mailed_ms = :now WHERE mailed_ms IS NULL OR last_ms > mailed_ms");
  const auto now = clock_.now();
  TIDINGS_TRY(statement.bind(":now", now).run());
  auto sweep = database_.prepare("DELETE FROM troubles WHERE ended_ms < :before AND last_ms < :before");
  return sweep.bind(":before", now - kept_after_end).run();
}

}  // namespace tidings::app
