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

Result<int> BounceTable::forget_mails(UtcTime before, int limit) {
  auto drop = database_.prepare(R"(
      DELETE FROM bounce_mails WHERE mail_key IN (
        SELECT mail_key FROM bounce_mails WHERE at_ms < :before ORDER BY at_ms LIMIT :limit))");
  TIDINGS_TRY(drop.bind(":before", before).bind(":limit", limit).run());
  return static_cast<int>(database_.changes());
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
      SELECT d.settled_ms, e.scheduled_ms FROM delivery_states d JOIN edition_heads e ON e.id = d.edition_id
      WHERE d.edition_id = :edition AND d.subscriber_id = :subscriber AND d.settled_ms IS NOT NULL)");
  query.bind(":edition", event.edition).bind(":subscriber", event.subscriber);
  TIDINGS_LET(const bool found, query.step());
  if (!found) return unknown;
  const auto start = query.time(1);
  const auto past = query.time(0) - start;
  const auto number = past / length - ((past % length).count() < 0 ? 1 : 0);
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
          SELECT 1 FROM delivery_states d WHERE d.edition_id = :edition AND d.subscriber_id = e.subscriber_id
            AND d.settled_ms >= :from AND d.settled_ms < :until))))");
  bind_wave(query, wave, since);
  query.bind(":only_hard", only_hard ? 1 : 0);
  TIDINGS_TRY(query.step());
  return static_cast<int>(query.integer(0));
}

Result<int> BounceTable::readers_sent(const Wave& wave) {
  if (!wave.edition) return 0;
  auto query = database_.prepare(R"(
      SELECT count(*) FROM recipients r JOIN delivery_states d ON d.subscriber_id = r.subscriber_id AND d.edition_id = :edition
      WHERE r.domain = :domain AND d.state IN ('sent', 'bounced')
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
          SELECT 1 FROM delivery_states d WHERE d.edition_id = :edition AND d.subscriber_id = e.subscriber_id
            AND d.settled_ms >= :from AND d.settled_ms < :until))))");
  bind_wave(query, wave, since);
  query.bind(":hard_too", hard_too ? 1 : 0);
  std::vector<std::int64_t> events;
  TIDINGS_TRY(query.each([&](const store::Statement& row) {
    events.push_back(row.integer(0));
    if (row.integer(2) != 0) lifted.push_back(row.id<SubscriberId>(1));
  }));
  query.reset();
  std::sort(lifted.begin(), lifted.end());
  lifted.erase(std::unique(lifted.begin(), lifted.end()), lifted.end());
  auto update = database_.prepare("UPDATE bounce_events SET counts = 0, suppressed = 0 WHERE id = :id");
  for (const auto id : events) TIDINGS_TRY(update.bind(":id", id).run());
  return lifted;
}

Result<void> BounceTable::forget(SubscriberId subscriber) {
  auto blank = database_.prepare("UPDATE bounce_events SET domain = '' WHERE subscriber_id = :subscriber");
  return blank.bind(":subscriber", subscriber).run();
}

Result<std::vector<BounceEvent>> BounceTable::history(SubscriberId subscriber, int limit) {
  auto query = database_.prepare(R"(
      SELECT edition_id, domain, at_ms, kind, reason, status, counts, suppressed FROM bounce_events
      WHERE subscriber_id = :subscriber ORDER BY at_ms DESC, id DESC LIMIT :limit)");
  query.bind(":subscriber", subscriber).bind(":limit", limit);
  return query.list([&](const store::Statement& row) {
    return BounceEvent{.subscriber = subscriber,
                       .edition = row.is_null(0) ? EditionId{} : row.id<EditionId>(0),
                       .domain = row.text(1),
                       .at = row.time(2),
                       .kind = row.text(3),
                       .reason = row.text(4),
                       .status = row.text(5),
                       .counts = row.integer(6) != 0,
                       .suppressed = row.integer(7) != 0};
  });
}

Result<std::vector<BounceTable::Returned>> BounceTable::returned(EditionId edition) {
  auto rows = database_.prepare(R"(
    SELECT kind, reason, count(DISTINCT subscriber_id),
      count(DISTINCT CASE WHEN counts = 1 THEN subscriber_id END),
      count(DISTINCT CASE WHEN suppressed = 1 THEN subscriber_id END)
    FROM bounce_events
    WHERE edition_id = :edition GROUP BY kind, reason ORDER BY count(DISTINCT subscriber_id) DESC, kind, reason)");
  rows.bind(":edition", edition);
  return rows.list([](const store::Statement& row) {
    return Returned{.kind = row.text(0),
                    .reason = row.text(1),
                    .readers = row.integer(2),
                    .counted = row.integer(3),
                    .suppressed = row.integer(4)};
  });
}

Result<std::vector<std::pair<std::string, std::int64_t>>> BounceTable::counts() {
  auto rows = database_.prepare("SELECT kind, count(*) FROM bounce_events GROUP BY kind ORDER BY kind");
  return rows.list([](const store::Statement& row) { return std::pair{row.text(0), row.integer(1)}; });
}

}  // namespace tidings::bounce
