#include "bounce/bounce_table.hpp"

namespace tidings::bounce {

Result<bool> BounceTable::seen(std::string_view mail_key) {
  auto query = database_.prepare("SELECT 1 FROM bounce_mails WHERE mail_key = :key");
  return query.bind(":key", mail_key).step();
}

Result<bool> BounceTable::remember(std::string_view mail_key, UtcTime at) {
  auto statement = database_.prepare(R"(
      INSERT INTO bounce_mails (mail_key, at_ms, outcome) VALUES (:key, :at, 'unmatched') ON CONFLICT (mail_key) DO NOTHING)");
  TIDINGS_TRY(statement.bind(":key", mail_key).bind(":at", at).run());
  return database_.changes() > 0;
}

Result<void> BounceTable::set_outcome(std::string_view mail_key, std::string_view outcome) {
  auto statement = database_.prepare("UPDATE bounce_mails SET outcome = :outcome WHERE mail_key = :key");
  return statement.bind(":key", mail_key).bind(":outcome", outcome).run();
}

Result<void> BounceTable::record(const BounceEvent& event) {
  auto statement = database_.prepare(R"(
      INSERT INTO bounce_events (subscriber_id, edition_id, domain, at_ms, kind, reason, status, counts, suppressed)
      VALUES (:subscriber, :edition, :domain, :at, :kind, :reason, :status, :counts, :suppressed))");
  statement.bind(":subscriber", event.subscriber)
      .bind(":domain", event.domain)
      .bind(":at", event.at)
      .bind(":kind", event.kind);
  statement.bind(":reason", event.reason)
      .bind(":status", event.status)
      .bind(":counts", event.counts ? 1 : 0)
      .bind(":suppressed", event.suppressed ? 1 : 0);
  if (event.edition) {
    statement.bind(":edition", event.edition);
  } else {
    statement.bind_null(":edition");
  }
  return statement.run();
}

Result<int> BounceTable::days_counted(SubscriberId subscriber, UtcTime since) {
  auto query = database_.prepare(R"(
      SELECT count(DISTINCT at_ms / 86400000) FROM bounce_events
      WHERE subscriber_id = :subscriber AND at_ms >= :since AND counts = 1)");
  query.bind(":subscriber", subscriber).bind(":since", since);
  TIDINGS_TRY(query.step());
  return static_cast<int>(query.integer(0));
}

Result<int> BounceTable::readers_hit(std::string_view domain, UtcTime since, bool only_hard) {
  auto query = database_.prepare(R"(
      SELECT count(DISTINCT subscriber_id) FROM bounce_events
      WHERE domain = :domain AND at_ms >= :since AND (kind = 'hard' OR (kind = 'soft' AND :only_hard = 0)))");
  query.bind(":domain", domain).bind(":since", since).bind(":only_hard", only_hard ? 1 : 0);
  TIDINGS_TRY(query.step());
  return static_cast<int>(query.integer(0));
}

Result<int> BounceTable::readers_sent(std::string_view domain, EditionId edition) {
  auto query = database_.prepare(R"(
      SELECT count(*) FROM subscribers s JOIN deliveries d ON d.subscriber_id = s.id AND d.edition_id = :edition
      WHERE substr(s.address_key, instr(s.address_key, '@') + 1) = :domain AND d.state IN (5, 8))");
  query.bind(":domain", domain).bind(":edition", edition);
  TIDINGS_TRY(query.step());
  return static_cast<int>(query.integer(0));
}

Result<void> BounceTable::discount_one(SubscriberId subscriber, std::string_view domain, UtcTime since) {
  auto update = database_.prepare(R"(
      UPDATE bounce_events SET counts = 0, suppressed = 0
      WHERE subscriber_id = :subscriber AND at_ms >= :since AND +domain = :domain AND kind IN ('soft', 'hard'))");
  return update.bind(":subscriber", subscriber).bind(":domain", domain).bind(":since", since).run();
}

Result<std::vector<SubscriberId>> BounceTable::discount(std::string_view domain, UtcTime since, bool hard_too) {
  std::vector<SubscriberId> lifted;
  auto query = database_.prepare(R"(
      SELECT DISTINCT subscriber_id FROM bounce_events
      WHERE domain = :domain AND at_ms >= :since AND suppressed = 1 AND (kind = 'soft' OR (kind = 'hard' AND :hard_too = 1)))");
  query.bind(":domain", domain).bind(":since", since).bind(":hard_too", hard_too ? 1 : 0);
  for (;;) {
    TIDINGS_LET(const bool row, query.step());
    if (!row) break;
    lifted.push_back(query.id<SubscriberId>(0));
  }
  query.reset();
  auto update = database_.prepare(R"(
      UPDATE bounce_events SET counts = 0, suppressed = 0
      WHERE domain = :domain AND at_ms >= :since AND (counts = 1 OR suppressed = 1)
        AND (kind = 'soft' OR (kind = 'hard' AND :hard_too = 1)))");
  TIDINGS_TRY(update.bind(":domain", domain).bind(":since", since).bind(":hard_too", hard_too ? 1 : 0).run());
  return lifted;
}

Result<std::vector<BounceEvent>> BounceTable::history(SubscriberId subscriber, int limit) {
  auto query = database_.prepare(R"(
      SELECT edition_id, domain, at_ms, kind, reason, status, counts, suppressed FROM bounce_events
      WHERE subscriber_id = :subscriber ORDER BY at_ms DESC, id DESC LIMIT :limit)");
  query.bind(":subscriber", subscriber).bind(":limit", limit);
  std::vector<BounceEvent> events;
  for (;;) {
    TIDINGS_LET(const bool row, query.step());
    if (!row) return events;
    events.push_back({.subscriber = subscriber,
                      .edition = query.is_null(0) ? EditionId{} : query.id<EditionId>(0),
                      .domain = query.text(1),
                      .at = query.time(2),
                      .kind = query.text(3),
                      .reason = query.text(4),
                      .status = query.text(5),
                      .counts = query.integer(6) != 0,
                      .suppressed = query.integer(7) != 0});
  }
}

Result<std::vector<BounceTable::Returned>> BounceTable::returned(EditionId edition) {
  auto rows = database_.prepare(R"(
    SELECT kind, reason, count(DISTINCT subscriber_id),
      count(DISTINCT CASE WHEN counts = 1 THEN subscriber_id END),
      count(DISTINCT CASE WHEN suppressed = 1 THEN subscriber_id END)
    FROM bounce_events
    WHERE edition_id = :edition GROUP BY kind, reason ORDER BY count(DISTINCT subscriber_id) DESC, kind, reason)");
  rows.bind(":edition", edition);
  std::vector<Returned> out;
  for (;;) {
    TIDINGS_LET(const bool more, rows.step());
    if (!more) return out;
    out.push_back({.kind = rows.text(0),
                   .reason = rows.text(1),
                   .readers = rows.integer(2),
                   .counted = rows.integer(3),
                   .suppressed = rows.integer(4)});
  }
}

}  // namespace tidings::bounce
