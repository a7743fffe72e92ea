#include "source/event_table.hpp"

#include "base/text.hpp"

namespace tidings::source {
namespace {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  for (const auto line : split(text, '\n')) {
    if (!line.empty()) out.emplace_back(line);
  }
  return out;
}

}  // namespace

Result<void> EventTable::replace(SourceId source, std::string_view page, std::span<const Event> events,
                                 std::optional<UtcTime> until) {
  if (events.empty() && !until) {
    TIDINGS_LET(const bool has_some, has_events(source, page));
    if (!has_some) return {};
  }
  TIDINGS_LET(auto transaction, database_.begin());
  auto forget = database_.prepare("DELETE FROM events WHERE source_id = :source AND page = :page");
  TIDINGS_TRY(forget.bind(":source", source).bind(":page", page).run());
  auto row = database_.prepare(R"(
    INSERT INTO events (source_id, page, position, uid, occurrence, title, place, url, text, categories, start_ms, end_ms,
                        all_day)
    VALUES (:source, :page, :position, :uid, :occurrence, :title, :place, :url, :text, :categories, :start, :end, :all_day))");
  std::int64_t position = 0;
  for (const auto& event : events) {
    row.bind(":source", source).bind(":page", page).bind(":position", position++);
    row.bind(":uid", event.id).bind(":occurrence", event.occurrence).bind(":title", event.title);
    row.bind(":place", event.place).bind(":url", event.url).bind(":text", event.text);
    row.bind(":categories", join(event.categories, "\n"));
    row.bind(":start", event.start).bind(":end", event.end).bind(":all_day", event.all_day ? 1 : 0);
    TIDINGS_TRY(row.run());
  }
  if (until) {
    auto known = database_.prepare(R"(
      INSERT INTO calendars (source_id, until_ms) VALUES (:source, :until)
      ON CONFLICT (source_id) DO UPDATE SET until_ms = excluded.until_ms)");
    TIDINGS_TRY(known.bind(":source", source).bind(":until", *until).run());
  }
  return transaction.commit();
}

Result<bool> EventTable::has_events(SourceId source, std::string_view page) {
  auto row = database_.prepare("SELECT 1 FROM events WHERE source_id = :source AND page = :page LIMIT 1");
  row.bind(":source", source).bind(":page", page);
  return row.step();
}

Result<void> EventTable::forget_before(UtcTime time) {
  auto row = database_.prepare("DELETE FROM events WHERE start_ms < :time");
  return row.bind(":time", time).run();
}

Result<std::optional<UtcTime>> EventTable::known_until(SourceId source) {
  auto row = database_.prepare("SELECT until_ms FROM calendars WHERE source_id = :source");
  row.bind(":source", source);
  TIDINGS_LET(const bool found, row.step());
  if (!found) return std::nullopt;
  return row.time(0);
}

Result<std::vector<StoredEvent>> EventTable::coming(UtcTime from, UtcTime until) {
  auto rows = database_.prepare(R"(
    SELECT source_id, uid, occurrence, title, place, url, text, categories, start_ms, end_ms, all_day, page
    FROM events WHERE start_ms > :from AND start_ms < :until
    ORDER BY start_ms, source_id, page, position)");
  rows.bind(":from", from).bind(":until", until);
  return rows.list([](const store::Statement& row) {
    return StoredEvent{.source = row.id<SourceId>(0),
                       .event = {.id = row.text(1),
                                 .occurrence = row.text(2),
                                 .title = row.text(3),
                                 .place = row.text(4),
                                 .url = row.text(5),
                                 .text = row.text(6),
                                 .categories = lines_of(row.view(7)),
                                 .start = row.time(8),
                                 .end = row.time(9),
                                 .all_day = row.integer(10) != 0,
                                 .page = row.text(11)}};
  });
}

}  // namespace tidings::source
