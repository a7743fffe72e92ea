// The questions of ledger.hpp, and what an admin may change in it.

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "delivery/journal.hpp"
#include "delivery/ledger.hpp"
#include "store/instance.hpp"

namespace tidings::delivery {

Result<Counts> Ledger::counts(EditionId edition) {
  // One walk; GROUP BY would sort a row for each recipient, in memory.
  auto query = database_->prepare(R"sql(
    SELECT count(*),
           count(*) FILTER (WHERE state = 1 /* planned */),
           count(*) FILTER (WHERE state = 2 /* claimed */),
           count(*) FILTER (WHERE state = 3 /* deferred */),
           count(*) FILTER (WHERE state = 4 /* in_doubt */),
           count(*) FILTER (WHERE state = 5 /* sent */),
           count(*) FILTER (WHERE state = 6 /* failed */),
           count(*) FILTER (WHERE state = 7 /* suppressed */),
           count(*) FILTER (WHERE state = 8 /* bounced */)
    FROM all_deliveries WHERE edition_id = :edition)sql");
  query.bind(":edition", edition);
  TIDINGS_TRY(query.step());
  std::array<std::int64_t, 9> in{};
  for (std::size_t i = 0; i < in.size(); ++i) in[i] = query.integer(static_cast<int>(i));
  // What has been added up is not there any more (delivery_sums.hpp).
  auto sums = database_->prepare(
      "SELECT state, count FROM delivery_sums WHERE edition_id = :edition AND kind = 'all'");
  sums.bind(":edition", edition);
  TIDINGS_TRY(sums.each([&](const store::Statement& row) {
    in.front() += row.integer(1);
    in[static_cast<std::size_t>(std::clamp<std::int64_t>(row.integer(0), 1, 8))] += row.integer(1);
  }));
  return Counts{.recipients = in[0],
                .planned = in[1],
                .claimed = in[2],
                .deferred = in[3],
                .in_doubt = in[4],
                .sent = in[5],
                .failed = in[6],
                .suppressed = in[7],
                .bounced = in[8]};
}

Result<std::optional<UtcTime>> Ledger::next_due(EditionId edition) {
  std::optional<bool> open;
  if (is_shared()) {
    TIDINGS_LET(open, blocks_->has_planned(edition));
  }
  if (!open) {
    auto planned = database_->prepare(
        "SELECT 1 FROM all_deliveries WHERE edition_id = :edition "
        "AND (state = 2 /* claimed */ OR (state = 1 /* planned */ AND due_ms IS NULL)) LIMIT 1");
    TIDINGS_LET(open, planned.bind(":edition", edition).step());
  }
  if (*open) return std::optional{clock_->now()};
  auto due = database_->prepare(R"sql(
    SELECT min(CASE WHEN due_ms > :latest THEN :now ELSE due_ms END) FROM deliveries
    WHERE edition_id = :edition AND state IN (3, 4) /* deferred, in_doubt */)sql");
  due.bind(":edition", edition).bind(":now", clock_->now()).bind(":latest", clock_->now() + longest_wait);
  TIDINGS_TRY(due.step());
  auto next = due.optional_time(0);
  TIDINGS_LET(const auto by, due_by(edition));
  if (!by.oldest) return next;
  auto hour = database_->prepare(R"sql(
    SELECT min(due_ms) FROM deliveries
    WHERE edition_id = :edition AND state = 1 /* planned */ AND due_ms IS NOT NULL AND due_ms >= :oldest)sql");
  TIDINGS_TRY(hour.bind(":edition", edition).bind(":oldest", *by.oldest).step());
  const auto at = hour.optional_time(0);
  return next && at ? std::min(next, at) : (next ? next : at);
}

Result<std::optional<Ledger::Waiting>> Ledger::waiting(EditionId edition, const Zone& own) {
  TIDINGS_LET(const bool local, is_local(edition));
  if (!local) return std::nullopt;
  auto query = database_->prepare(R"sql(
    SELECT count(*), min(due_ms) FROM deliveries
    WHERE edition_id = :edition AND state = 1 /* planned */ AND due_ms IS NOT NULL AND due_ms > :now)sql");
  TIDINGS_TRY(query.bind(":edition", edition).bind(":now", clock_->now()).step());
  if (query.integer(0) == 0) return std::nullopt;
  Waiting waiting{.count = query.integer(0), .next = query.time(1)};
  auto whose = database_->prepare(R"sql(
    SELECT r.timezone FROM deliveries d JOIN recipients r ON r.subscriber_id = d.subscriber_id
    WHERE d.edition_id = :edition AND d.state = 1 /* planned */ AND d.due_ms = :next
    ORDER BY d.subscriber_id LIMIT 1)sql");
  TIDINGS_LET(const bool found, whose.bind(":edition", edition).bind(":next", waiting.next).step());
  waiting.timezone = found && !whose.is_null(0) ? whose.text(0) : own.name();
  return waiting;
}

Result<std::int64_t> Ledger::count_late(EditionId edition) {
  TIDINGS_LET(const bool local, is_local(edition));
  if (!local) return 0;
  auto query = database_->prepare(R"sql(
    SELECT count(*) FROM deliveries
    WHERE edition_id = :edition AND state = 1 /* planned */ AND due_ms IS NOT NULL AND due_ms < :oldest)sql");
  TIDINGS_TRY(query.bind(":edition", edition).bind(":oldest", oldest_hour()).step());
  return query.integer(0);
}

Result<void> Ledger::release_late(EditionId edition) {
  auto update = database_->prepare(R"sql(
    UPDATE deliveries SET due_ms = :now
    WHERE edition_id = :edition AND state = 1 /* planned */ AND due_ms IS NOT NULL AND due_ms < :oldest)sql");
  return update.bind(":now", clock_->now()).bind(":edition", edition).bind(":oldest", oldest_hour()).run();
}

Result<std::vector<Ledger::Waiter>> Ledger::waiters(EditionId edition,
                                                    std::optional<SubscriberId> subscriber) {
  auto query = database_->prepare(R"sql(
    SELECT d.subscriber_id, d.due_ms, r.timezone
    FROM deliveries d JOIN recipients r ON r.subscriber_id = d.subscriber_id
    WHERE d.edition_id = :edition AND (:subscriber IS NULL OR d.subscriber_id = :subscriber)
      AND d.state = 1 /* planned */ AND d.due_ms IS NOT NULL AND d.due_ms > :now)sql");
  query.bind(":edition", edition).bind(":subscriber", subscriber).bind(":now", clock_->now());
  return query.list([](const store::Statement& row) {
    return Waiter{.subscriber = row.id<SubscriberId>(0),
                  .due = row.time(1),
                  .timezone = row.is_null(2) ? std::string{} : row.text(2)};
  });
}

Result<void> Ledger::move_hour(EditionId edition, SubscriberId subscriber, UtcTime due) {
  auto update = database_->prepare(R"sql(
    UPDATE deliveries SET due_ms = :due
    WHERE edition_id = :edition AND subscriber_id = :subscriber AND state = 1 /* planned */ AND due_ms > :now)sql");
  update.bind(":due", std::max(due, clock_->now())).bind(":now", clock_->now());
  return update.bind(":edition", edition).bind(":subscriber", subscriber).run();
}

Result<std::int64_t> Ledger::count_from_future() {
  auto query = database_->prepare(
      "SELECT count(*) FROM deliveries WHERE state IN (3, 4) /* deferred, in_doubt */ AND due_ms > :latest");
  query.bind(":latest", clock_->now() + longest_wait);
  TIDINGS_TRY(query.step());
  return query.integer(0);
}

Result<void> Ledger::forget_future() {
  auto update = database_->prepare(
      "UPDATE deliveries SET due_ms = :now WHERE state IN (3, 4) /* deferred, in_doubt */ AND due_ms > "
      ":latest");
  return update.bind(":now", clock_->now()).bind(":latest", clock_->now() + longest_wait).run();
}

Result<std::vector<DeliveryRow>> Ledger::list(const DeliveryFilter& filter) {
  auto query = database_->prepare(R"sql(
    SELECT d.edition_id, d.subscriber_id, s.address, d.state, d.attempts, d.due_ms, d.code, d.reply, d.settled_ms,
      d.segment_id, r.name
    FROM all_deliveries d JOIN recipients s ON s.subscriber_id = d.subscriber_id LEFT JOIN relay_names r ON r.id = d.relay_id
    WHERE (:edition IS NULL OR d.edition_id = :edition) AND (:subscriber IS NULL OR d.subscriber_id = :subscriber)
      AND (:state IS NULL OR d.state = :state)
      AND (d.edition_id, d.subscriber_id) > (:after_edition, :after_subscriber)
    ORDER BY d.edition_id, d.subscriber_id LIMIT :limit)sql");
  const auto after = filter.after.value_or(DeliveryPlace{});
  query.bind(":after_edition", after.edition).bind(":after_subscriber", after.subscriber);
  query.bind(":edition", filter.edition).bind(":subscriber", filter.subscriber).bind(":limit", filter.limit);
  query.bind(":state", filter.state ? std::optional{static_cast<int>(*filter.state)} : std::nullopt);
  return query.list([](const store::Statement& row) {
    return DeliveryRow{
        .edition = row.id<EditionId>(0),
        .subscriber = row.id<SubscriberId>(1),
        .address = row.text(2),
        .state = static_cast<DeliveryState>(row.integer(3)),
        .attempts = static_cast<int>(row.integer(4)),
        .due = row.optional_time(5),
        .code = row.is_null(6) ? std::nullopt : std::optional{static_cast<int>(row.integer(6))},
        .reply = row.text(7),
        .settled = row.optional_time(8),
        .segment = row.id<SegmentId>(9),
        .relay = row.text(10)};
  });
}

Result<void> Ledger::visit(EditionId edition,
                           const std::function<Result<void>(const DeliveryRow&)>& visitor) {
  auto query = database_->prepare(R"sql(
    SELECT d.subscriber_id, s.address, d.state, d.attempts, d.due_ms, d.code, d.reply, d.settled_ms, r.name
    FROM all_deliveries d JOIN recipients s ON s.subscriber_id = d.subscriber_id LEFT JOIN relay_names r ON r.id = d.relay_id
    WHERE d.edition_id = :edition ORDER BY d.subscriber_id)sql");
  query.in_portions().bind(":edition", edition);
  return query.each([&](const store::Statement& row) -> Result<void> {
    TIDINGS_TRY(
        visitor({.edition = edition,
                 .subscriber = row.id<SubscriberId>(0),
                 .address = row.text(1),
                 .state = static_cast<DeliveryState>(row.integer(2)),
                 .attempts = static_cast<int>(row.integer(3)),
                 .due = row.optional_time(4),
                 .code = row.is_null(5) ? std::nullopt : std::optional{static_cast<int>(row.integer(5))},
                 .reply = row.text(6),
                 .settled = row.optional_time(7),
                 .relay = row.text(8)}));
    return {};
  });
}

Result<void> Ledger::forget_replies(SubscriberId subscriber) {
  TIDINGS_LET(auto transaction, database_->begin());
  TIDINGS_TRY(forget_replies(transaction, subscriber));
  return transaction.commit();
}

Result<void> Ledger::forget_replies(const store::Transaction& /*open*/, SubscriberId subscriber) {
  auto deliveries = database_->prepare("UPDATE deliveries SET reply = NULL WHERE subscriber_id = :id");
  TIDINGS_TRY(deliveries.bind(":id", subscriber).run());
  auto attempts = database_->prepare(R"(
      UPDATE attempts SET reply = ''
      WHERE subscriber_id = :id AND edition_id IN (SELECT edition_id FROM deliveries WHERE subscriber_id = :id))");
  return attempts.bind(":id", subscriber).run();
}

Result<std::vector<AttemptRow>> Ledger::attempts(EditionId edition, SubscriberId subscriber) {
  auto query = database_->prepare(R"sql(
    SELECT attempt, at_ms, stage, outcome, code, reply, relay FROM attempts
    WHERE edition_id = :edition AND subscriber_id = :subscriber ORDER BY attempt, id)sql");
  query.bind(":edition", edition).bind(":subscriber", subscriber);
  return query.list([](const store::Statement& row) {
    return AttemptRow{.attempt = static_cast<int>(row.integer(0)),
                      .at = row.time(1),
                      .stage = stage_of(row.view(2)).value_or(Stage::connect),
                      .kind = outcome_kind_of(row.view(3)).value_or(OutcomeKind::temporary),
                      .code = static_cast<int>(row.integer(4)),
                      .reply = row.text(5),
                      .relay = row.text(6)};
  });
}

Result<std::vector<std::pair<std::string, std::int64_t>>> Ledger::deferred_by_reason(EditionId edition,
                                                                                     int limit) {
  auto query = database_->prepare(R"sql(
    SELECT code, reply, count(*) FROM deliveries WHERE edition_id = :edition AND state = 3 /* deferred */
    GROUP BY code, reply ORDER BY count(*) DESC, reply NULLS FIRST LIMIT :limit)sql");
  query.bind(":edition", edition).bind(":limit", limit);
  std::vector<std::pair<std::string, std::int64_t>> reasons;
  TIDINGS_TRY(query.each([&](const store::Statement& row) {
    auto reason = row.is_null(0) ? row.text(1) : fmt::format("{} {}", row.integer(0), row.view(1));
    reasons.emplace_back(std::move(reason), row.integer(2));
  }));
  return reasons;
}

Result<std::map<SegmentId, std::int64_t>> Ledger::readers_by_segment(EditionId edition) {
  auto query = database_->prepare(
      "SELECT segment_id FROM all_deliveries WHERE edition_id = :edition");  // few segments, many rows: as
                                                                             // counts()
  query.bind(":edition", edition);
  std::map<SegmentId, std::int64_t> readers;
  TIDINGS_TRY(query.each([&](const store::Statement& row) { ++readers[row.id<SegmentId>(0)]; }));
  return readers;
}

Result<int> Ledger::retry(EditionId edition, DeliveryState state, std::optional<SubscriberId> subscriber) {
  if (state != DeliveryState::deferred && state != DeliveryState::in_doubt &&
      state != DeliveryState::failed) {
    return fail(Errc::usage, fmt::format("deliveries that are {} cannot be retried", name_of(state)),
                "only deferred, in_doubt and failed ones can");
  }
  auto update = database_->prepare(R"sql(
    UPDATE deliveries SET state = 3 /* deferred */, due_ms = :now
    WHERE edition_id = :edition AND state = :state AND (:subscriber IS NULL OR subscriber_id = :subscriber))sql");
  update.bind(":now", clock_->now()).bind(":edition", edition).bind(":state", static_cast<int>(state));
  update.bind(":subscriber", subscriber);
  TIDINGS_TRY(update.run());
  return static_cast<int>(database_->changes());
}

Result<void> Ledger::resolve(EditionId edition, SubscriberId subscriber, DeliveryState as) {
  if (as != DeliveryState::sent && as != DeliveryState::failed) {
    return fail(Errc::usage, fmt::format("a delivery in doubt cannot be resolved as {}", name_of(as)),
                "as sent or as failed");
  }
  auto update = database_->prepare(R"sql(
    UPDATE deliveries SET state = :state, due_ms = NULL, settled_ms = :now
    WHERE edition_id = :edition AND subscriber_id = :subscriber
      AND (state = 4 /* in_doubt */
           OR (:state = 6 /* failed */ AND state = 3 /* deferred */ AND code >= 500)))sql");
  update.bind(":state", static_cast<int>(as))
      .bind(":now", clock_->now())
      .bind(":edition", edition)
      .bind(":subscriber", subscriber);
  TIDINGS_TRY(update.run());
  if (database_->changes() == 0) {
    return fail(
        Errc::no_input,
        fmt::format("edition {} has no delivery in doubt to subscriber {}", edition.value, subscriber.value),
        "\"tidings delivery list\" shows them");
  }
  return {};
}

Result<int> Ledger::resolve_held(EditionId edition, DeliveryState as) {
  auto update = database_->prepare(R"sql(
    UPDATE deliveries SET state = :state, due_ms = NULL, settled_ms = :now
    WHERE edition_id = :edition
      AND ((state = 4 /* in_doubt */ AND due_ms IS NULL)
           OR (:state = 6 /* failed */ AND state = 3 /* deferred */ AND code >= 500)))sql");
  update.bind(":state", static_cast<int>(as)).bind(":now", clock_->now()).bind(":edition", edition);
  TIDINGS_TRY(update.run());
  return static_cast<int>(database_->changes());
}

Result<int> Ledger::release_relays() {
  auto update = database_->prepare(R"sql(
    UPDATE relays SET failures = 0, paused_until_ms = NULL, last_error = '', out = 0, refused_alike = ''
    WHERE paused_until_ms IS NOT NULL OR out = 1 OR refused_alike <> '')sql");
  TIDINGS_TRY(update.run());
  return static_cast<int>(database_->changes());
}

Result<int> Ledger::take_back(std::span<const AttemptKey> attempts, UtcTime due) {
  if (attempts.empty()) return 0;
  TIDINGS_TRY(database_->set_sync(store::Sync::full));
  TIDINGS_LET(auto transaction, database_->begin());
  TIDINGS_LET(const int count, take_back_within(attempts, due));
  TIDINGS_TRY(transaction.commit());
  return count;
}

Result<int> Ledger::take_back_within(std::span<const AttemptKey> attempts, UtcTime due) {
  auto update = database_->prepare(R"sql(
    UPDATE deliveries SET state = 3 /* deferred */, due_ms = :due
    WHERE edition_id = :edition AND subscriber_id = :subscriber AND state = 6 /* failed */ AND attempts = :attempt)sql");
  std::int64_t count = 0;
  for (const auto& key : attempts) {
    update.bind(":due", due)
        .bind(":edition", key.edition)
        .bind(":subscriber", key.subscriber)
        .bind(":attempt", key.attempt);
    TIDINGS_TRY(update.run());
    count += database_->changes();
  }
  return static_cast<int>(count);
}

namespace {

/// The fact that names the last attempt whose refusal was judged.
constexpr std::string_view judged_fact = "refusals_judged";

}  // namespace

Result<std::vector<Refusal>> Ledger::unjudged() {
  TIDINGS_LET(const auto text, store::fact(*database_, judged_fact));
  std::int64_t after = 0;
  std::from_chars(text.data(), text.data() + text.size(), after);
  auto query = database_->prepare(R"sql(
    SELECT a.edition_id, a.subscriber_id, d.segment_id, a.attempt, s.address, a.stage, a.code, a.reply, a.relay, a.at_ms
    FROM attempts a
    JOIN deliveries d ON d.edition_id = a.edition_id AND d.subscriber_id = a.subscriber_id
      AND d.state = 6 /* failed */ AND d.attempts = a.attempt
    JOIN recipients s ON s.subscriber_id = a.subscriber_id
    WHERE a.id > :after AND a.outcome = 'permanent' ORDER BY a.id)sql");
  query.bind(":after", after);
  std::vector<Refusal> refusals;
  TIDINGS_TRY(query.each([&](const store::Statement& row) {
    const Claim claim{.edition = row.id<EditionId>(0),
                      .subscriber = row.id<SubscriberId>(1),
                      .segment = row.id<SegmentId>(2),
                      .attempt = static_cast<int>(row.integer(3)),
                      .address = row.text(4),
                      .name = {}};
    const auto stage = stage_of(row.view(5)).value_or(Stage::connect);
    refusals.push_back({.claim = claim,
                        .outcome = classify(stage, static_cast<int>(row.integer(6)), row.view(7)),
                        .relay = row.text(8),
                        .at = row.time(9)});
  }));
  return refusals;
}

Result<void> Ledger::set_judged() {
  auto query = database_->prepare("SELECT coalesce(max(id), 0) FROM attempts");
  TIDINGS_TRY(query.step());
  return store::set_fact(*database_, judged_fact, std::to_string(query.integer(0)));
}

Result<bool> Ledger::has_taken(EditionId edition, std::string_view relay) {
  auto query = database_->prepare(R"sql(
    SELECT 1 FROM deliveries WHERE edition_id = :edition AND state IN (5, 8) /* sent, bounced */
      AND relay_id = (SELECT id FROM relay_names WHERE name = :relay) LIMIT 1)sql");
  return query.bind(":edition", edition).bind(":relay", relay).step();
}

Result<std::int64_t> Ledger::due_now(EditionId edition) {
  auto query = database_->prepare(R"sql(
    SELECT count(*) FROM all_deliveries
    WHERE edition_id = :edition
      AND (state = 2 /* claimed */ OR (state = 1 /* planned */ AND (due_ms IS NULL OR due_ms <= :now))
           OR (state IN (3, 4) /* deferred, in_doubt */ AND due_ms <= :now)))sql");
  TIDINGS_TRY(query.bind(":edition", edition).bind(":now", clock_->now()).step());
  return query.integer(0);
}

Result<Ledger::Pace> Ledger::pace(EditionId edition) {
  Pace pace;
  auto last = database_->prepare(
      "SELECT max(settled_ms) FROM deliveries WHERE edition_id = :edition AND state IN (5, 8) /* sent, "
      "bounced */");
  TIDINGS_TRY(last.bind(":edition", edition).step());
  pace.last = last.optional_time(0);
  if (!pace.last) return pace;
  auto count = database_->prepare(
      "SELECT count(*) FROM deliveries WHERE edition_id = :edition AND state IN (5, 8) /* sent, bounced */ "
      "AND settled_ms > "
      ":since");
  TIDINGS_TRY(count.bind(":edition", edition).bind(":since", *pace.last - std::chrono::minutes{1}).step());
  pace.in_minute = count.integer(0);
  return pace;
}

Result<std::vector<std::pair<EditionId, std::int64_t>>> Ledger::held_in_doubt() {
  auto query = database_->prepare(R"sql(
    SELECT edition_id, count(*) FROM deliveries
    WHERE state IN (3, 4) /* deferred, in_doubt */ AND due_ms IS NULL AND state = 4 /* in_doubt */ GROUP BY edition_id)sql");
  std::vector<std::pair<EditionId, std::int64_t>> held;
  TIDINGS_TRY(query.each(
      [&](const store::Statement& row) { held.emplace_back(row.id<EditionId>(0), row.integer(1)); }));
  return held;
}

Result<std::vector<RelayMemory>> Ledger::relays() {
  auto query = database_->prepare(
      "SELECT name, lock_step, failures, paused_until_ms, last_error, out, refused_alike, seen_ms FROM "
      "relays ORDER BY name");
  return query.list([](const store::Statement& row) {
    return RelayMemory{.name = row.text(0),
                       .lock_step = row.integer(1) != 0,
                       .failures = static_cast<int>(row.integer(2)),
                       .paused_until = row.optional_time(3),
                       .last_error = row.text(4),
                       .out = row.integer(5) != 0,
                       .refused_alike = row.text(6),
                       .seen = row.optional_time(7)};
  });
}

Result<void> Ledger::remember(std::span<const RelayMemory> memories) {
  std::vector<RelayMemory> relays{memories.begin(), memories.end()};
  if (is_shared()) {
    // A pause that another worker was given holds for all.
    TIDINGS_LET(const auto known, this->relays());
    for (auto& relay : relays) {
      const auto other = std::ranges::find(known, relay.name, &RelayMemory::name);
      if (other == known.end() || !other->paused_until || *other->paused_until <= now()) continue;
      if (relay.paused_until && *relay.paused_until >= *other->paused_until) continue;
      relay.paused_until = other->paused_until;
      relay.failures = std::max(relay.failures, other->failures);
      relay.last_error = other->last_error;
    }
  }
  for (const auto& relay : relays) {
    auto upsert = database_->prepare(R"sql(
      INSERT INTO relays (name, lock_step, failures, paused_until_ms, last_error, out, refused_alike, seen_ms)
      VALUES (:name, :lock_step, :failures, :paused_until, :last_error, :out, :refused_alike, :seen)
      ON CONFLICT (name) DO UPDATE SET lock_step = excluded.lock_step, failures = excluded.failures,
        paused_until_ms = excluded.paused_until_ms, last_error = excluded.last_error,
        out = excluded.out, refused_alike = excluded.refused_alike, seen_ms = excluded.seen_ms)sql");
    upsert.bind(":name", relay.name)
        .bind(":lock_step", relay.lock_step ? 1 : 0)
        .bind(":failures", relay.failures);
    upsert.bind(":out", relay.out ? 1 : 0)
        .bind(":refused_alike", relay.refused_alike)
        .bind(":seen", relay.seen);
    TIDINGS_TRY(upsert.bind(":paused_until", relay.paused_until).bind(":last_error", relay.last_error).run());
  }
  return {};
}

Result<bool> Ledger::mark_bounced(EditionId edition, SubscriberId subscriber, std::string_view reply) {
  auto update = database_->prepare(R"sql(
    UPDATE deliveries SET state = 8 /* bounced */, reply = :reply
    WHERE edition_id = :edition AND subscriber_id = :subscriber AND state = 5 /* sent */)sql");
  update.bind(":reply", reply).bind(":edition", edition).bind(":subscriber", subscriber);
  TIDINGS_TRY(update.run());
  return database_->changes() > 0;
}

}  // namespace tidings::delivery
