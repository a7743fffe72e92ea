// What is told of an edition for ever, and what finished ones give back; see edition_table.hpp.
#include "digest/edition_history.hpp"

#include "base/text.hpp"
#include "digest/edition_rows.hpp"

namespace tidings::digest {
namespace {

Cost cost_of(const store::Statement& row, int column) {
  return {.elapsed = std::chrono::milliseconds{row.integer(column)},
          .processor = std::chrono::milliseconds{row.integer(column + 1)}};
}

}  // namespace

Result<EditionHistory> HistoryTable::of(EditionId edition) {
  EditionHistory out;
  auto row = database_.prepare(R"(
    SELECT mail_bytes, compose_ms, compose_cpu_ms, deliver_ms, deliver_cpu_ms, packed_ms, dropped_ms, segments, notes
    FROM edition_history WHERE edition_id = :edition)");
  TIDINGS_LET(const bool found, row.bind(":edition", edition).step());
  if (!found) return out;
  out.mail_bytes = row.integer(0);
  out.compose = cost_of(row, 1);
  out.deliver = cost_of(row, 3);
  out.packed = row.optional_time(5);
  out.dropped = row.optional_time(6);
  if (!row.is_null(7)) out.segments = static_cast<int>(row.integer(7));
  for (const auto note : split(row.view(8), '\n')) {
    if (!note.empty()) out.notes.emplace_back(note);
  }
  return out;
}

Result<void> HistoryTable::set_mail_bytes(EditionId edition, std::int64_t bytes) {
  auto row = database_.prepare(R"(
    INSERT INTO edition_history (edition_id, mail_bytes) VALUES (:edition, :bytes)
    ON CONFLICT (edition_id) DO UPDATE SET mail_bytes = excluded.mail_bytes)");
  return row.bind(":edition", edition).bind(":bytes", bytes).run();
}

Result<void> HistoryTable::set_compose(EditionId edition, const Cost& cost) {
  auto row = database_.prepare(R"(
    INSERT INTO edition_history (edition_id, compose_ms, compose_cpu_ms) VALUES (:edition, :elapsed, :processor)
    ON CONFLICT (edition_id) DO UPDATE SET compose_ms = excluded.compose_ms, compose_cpu_ms = excluded.compose_cpu_ms)");
  row.bind(":edition", edition).bind(":elapsed", static_cast<std::int64_t>(cost.elapsed.count()));
  return row.bind(":processor", static_cast<std::int64_t>(cost.processor.count())).run();
}

Result<void> HistoryTable::add_deliver(EditionId edition, const Cost& cost) {
  auto row = database_.prepare(R"(
    INSERT INTO edition_history (edition_id, deliver_ms, deliver_cpu_ms) VALUES (:edition, :elapsed, :processor)
    ON CONFLICT (edition_id) DO UPDATE SET
      deliver_ms = edition_history.deliver_ms + excluded.deliver_ms, deliver_cpu_ms = edition_history.deliver_cpu_ms + excluded.deliver_cpu_ms)");
  row.bind(":edition", edition).bind(":elapsed", static_cast<std::int64_t>(cost.elapsed.count()));
  return row.bind(":processor", static_cast<std::int64_t>(cost.processor.count())).run();
}

Result<void> HistoryTable::set_packed(EditionId edition, UtcTime at) {
  auto row = database_.prepare(R"(
    INSERT INTO edition_history (edition_id, packed_ms) VALUES (:edition, :at)
    ON CONFLICT (edition_id) DO UPDATE SET packed_ms = excluded.packed_ms)");
  return row.bind(":edition", edition).bind(":at", at).run();
}

Result<void> HistoryTable::set_dropped(EditionId edition, UtcTime at) {
  auto row = database_.prepare(R"(
    INSERT INTO edition_history (edition_id, dropped_ms) VALUES (:edition, :at)
    ON CONFLICT (edition_id) DO UPDATE SET dropped_ms = coalesce(edition_history.dropped_ms, excluded.dropped_ms))");
  return row.bind(":edition", edition).bind(":at", at).run();
}

Result<std::vector<Edition>> HistoryTable::finished_before(UtcTime time) {
  auto rows = database_.prepare(R"(
    SELECT id, digest, number, state, scheduled_ms, from_ms, until_ms, cut_ms, title, reason, sealed_ms, started_ms, finished_ms,
           intro, mailed_ms, approved_ms, wall_ms
    FROM editions WHERE state IN ('sent', 'cancelled') AND finished_ms < :time ORDER BY id)");
  rows.bind(":time", time);
  return rows.list(edition_of);
}

Result<UtcTime> HistoryTable::next_start(const Edition& edition) {
  auto row = database_.prepare(R"(
    SELECT min(started_ms) FROM editions
    WHERE digest = :digest AND started_ms IS NOT NULL AND scheduled_ms > :scheduled)");
  TIDINGS_TRY(row.bind(":digest", edition.digest).bind(":scheduled", edition.scheduled).step());
  return row.optional_time(0).value_or(UtcTime::max());
}

Result<bool> HistoryTable::has_segments(EditionId edition) {
  auto row = database_.prepare("SELECT 1 FROM segments WHERE edition_id = :edition LIMIT 1");
  return row.bind(":edition", edition).step();
}

Result<void> HistoryTable::drop_images(EditionId edition) {
  auto row = database_.prepare("DELETE FROM edition_images WHERE edition_id = :edition");
  return row.bind(":edition", edition).run();
}

Result<void> HistoryTable::drop_segments(EditionId edition) {
  return database_.without_references([&]() -> Result<void> {
    TIDINGS_LET(auto transaction, database_.begin());
    std::int64_t count = 0;
    std::vector<std::string> notes;
    auto all =
        database_.prepare("SELECT language, note FROM segments WHERE edition_id = :edition ORDER BY id");
    all.bind(":edition", edition);
    TIDINGS_TRY(all.each([&](const store::Statement& row) {
      ++count;
      if (!row.text(1).empty()) notes.push_back(row.text(0) + ": " + row.text(1));
    }));
    auto note = database_.prepare(R"(
      INSERT INTO edition_history (edition_id, segments, notes) VALUES (:edition, :count, :notes)
      ON CONFLICT (edition_id) DO UPDATE SET segments = excluded.segments, notes = excluded.notes)");
    note.bind(":edition", edition).bind(":count", count).bind(":notes", tidings::join(notes, "\n"));
    TIDINGS_TRY(note.run());
    auto rows = database_.prepare("DELETE FROM segments WHERE edition_id = :edition");
    TIDINGS_TRY(rows.bind(":edition", edition).run());
    return transaction.commit();
  });
}

}  // namespace tidings::digest
