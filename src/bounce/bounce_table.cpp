#include "bounce/bounce_table.hpp"

#include <algorithm>

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

Result<Wave> BounceTable::wave_of(const BounceEvent& event, std::chrono::milliseconds length) {
  const Wave unknown{.domain = event.domain};
  if (!event.edition) return unknown;
  auto query = database_.prepare(R"(
      SELECT d.settled_ms, e.scheduled_ms FROM deliveries d JOIN editions e ON e.id = d.edition_id
      WHERE d.edition_id = :edition AND d.subscriber_id = :subscriber AND d.settled_ms IS NOT NULL)");
  query.bind(":edition", event.edition).bind(":subscriber", event.subscriber);
  TIDINGS_LET(const bool found, query.step());
  if (!found) return unknown;
  const auto start = query.time(1);
  const auto past = query.time(0) - start;
  const auto number = past / length - (past % length < past.zero() ? 1 : 0);
  const auto from = start + number * length;
  return Wave{.domain = event.domain, .edition = event.edition, .from = from, .until = from + length};
}

namespace {

void bind_wave(store::Statement& query, const Wave& wave, UtcTime since) {
  query.bind(":domain", wave.domain).bind(":edition", wave.edition).bind(":from", wave.from);
  query.bind(":until", wave.until).bind(":since", since);
}

}  // namespace

Result<int> BounceTable::readers_hit(const Wave& wave, UtcTime since, bool only_hard) {
  auto query = database_.prepare(R"(
      SELECT count(DISTINCT subscriber_id) FROM bounce_events e
      WHERE domain = :domain AND at_ms >= :since AND (kind = 'hard' OR (kind = 'soft' AND :only_hard = 0))
        AND (:edition = 0 OR (edition_id = :edition AND EXISTS (
          SELECT 1 FROM deliveries d WHERE d.edition_id = :edition AND d.subscriber_id = e.subscriber_id
            AND d.settled_ms >= :from AND d.settled_ms < :until))))");
  bind_wave(query, wave, since);
  query.bind(":only_hard", only_hard ? 1 : 0);
  TIDINGS_TRY(query.step());
  return static_cast<int>(query.integer(0));
}

Result<int> BounceTable::readers_sent(const Wave& wave) {
  if (!wave.edition) return 0;
  auto query = database_.prepare(R"(
      SELECT count(*) FROM subscribers s JOIN deliveries d ON d.subscriber_id = s.id AND d.edition_id = :edition
      WHERE substr(s.address_key, instr(s.address_key, '@') + 1) = :domain AND d.state IN (5, 8)
        AND d.settled_ms >= :from AND d.settled_ms < :until)");
  query.bind(":domain", wave.domain)
      .bind(":edition", wave.edition)
      .bind(":from", wave.from)
      .bind(":until", wave.until);
  TIDINGS_TRY(query.step());
  return static_cast<int>(query.integer(0));
}

Result<void> BounceTable::discount_one(SubscriberId subscriber, std::string_view domain, UtcTime since) {
  auto update = database_.prepare(R"(
      UPDATE bounce_events SET counts = 0, suppressed = 0
      WHERE subscriber_id = :subscriber AND at_ms >= :since AND +domain = :domain AND kind IN ('soft', 'hard'))");
  return update.bind(":subscriber", subscriber).bind(":domain", domain).bind(":since", since).run();
}

Result<std::vector<SubscriberId>> BounceTable::discount(const Wave& wave, UtcTime since, bool hard_too) {
  std::vector<SubscriberId> lifted;
  auto query = database_.prepare(R"(
      SELECT id, subscriber_id, suppressed FROM bounce_events e
      WHERE domain = :domain AND at_ms >= :since AND (counts = 1 OR suppressed = 1)
        AND (kind = 'soft' OR (kind = 'hard' AND :hard_too = 1))
        AND (:edition = 0 OR (edition_id = :edition AND EXISTS (
          SELECT 1 FROM deliveries d WHERE d.edition_id = :edition AND d.subscriber_id = e.subscriber_id
            AND d.settled_ms >= :from AND d.settled_ms < :until))))");
  bind_wave(query, wave, since);
  query.bind(":hard_too", hard_too ? 1 : 0);
  std::vector<std::int64_t> events;
  for (;;) {
    TIDINGS_LET(const bool row, query.step());
    if (!row) break;
    events.push_back(query.integer(0));
    if (query.integer(2) != 0) lifted.push_back(query.id<SubscriberId>(1));
  }
  query.reset();
  std::sort(lifted.begin(), lifted.end());
  lifted.erase(std::unique(lifted.begin(), lifted.end()), lifted.end());
  auto update = database_.prepare("UPDATE bounce_events SET counts = 0, suppressed = 0 WHERE id = :id");
  for (const auto id : events) TIDINGS_TRY(update.bind(":id", id).run());
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
