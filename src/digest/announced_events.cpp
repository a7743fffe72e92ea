#include "digest/announced_events.hpp"

#include "base/text.hpp"

namespace tidings::digest {

Result<void> keep_announced(store::Database& database, EditionId edition,
                            std::span<const AnnouncedEvent> events) {
  auto row = database.prepare(R"(
    INSERT INTO announced_events (edition_id, position, source, section, topics, uid, occurrence, title, place, url, text,
                                  start_ms, end_ms, all_day)
    VALUES (:edition, :position, :source, :section, :topics, :uid, :occurrence, :title, :place, :url, :text,
            :start, :end, :all_day))");
  std::int64_t position = 0;
  for (const auto& each : events) {
    const auto& event = each.event;
    row.bind(":edition", edition).bind(":position", position++).bind(":source", each.source);
    row.bind(":section", each.section).bind(":topics", join(each.topics, "\n")).bind(":uid", event.id);
    row.bind(":occurrence", event.occurrence).bind(":title", event.title).bind(":place", event.place);
    row.bind(":url", event.url).bind(":text", event.text);
    row.bind(":start", event.start).bind(":end", event.end).bind(":all_day", event.all_day ? 1 : 0);
    TIDINGS_TRY(row.run());
  }
  return {};
}

Result<std::vector<AnnouncedEvent>> announced_in(store::Database& database, EditionId edition) {
  auto rows = database.prepare(R"(
    SELECT source, section, topics, uid, occurrence, title, place, url, text, start_ms, end_ms, all_day
    FROM announced_events WHERE edition_id = :edition ORDER BY position)");
  rows.bind(":edition", edition);
  return rows.list([](const store::Statement& row) {
    AnnouncedEvent out{.event = {.id = row.text(3),
                                 .occurrence = row.text(4),
                                 .title = row.text(5),
                                 .place = row.text(6),
                                 .url = row.text(7),
                                 .text = row.text(8),
                                 .start = row.time(9),
                                 .end = row.time(10),
                                 .all_day = row.integer(11) != 0},
                       .source = row.text(0),
                       .topics = {},
                       .section = row.text(1)};
    for (const auto topic : split(row.view(2), '\n')) {
      if (!topic.empty()) out.topics.emplace_back(topic);
    }
    return out;
  });
}

}  // namespace tidings::digest
