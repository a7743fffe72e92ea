#include "digest/carry_over.hpp"

#include <algorithm>
#include <utility>

namespace tidings::digest {

// Deliveries that are planned or deferred are still to be sent, and are not once the reader has left that
// digest; suppressed ones were not sent. One that may have arrived is sent once more (Ledger::claim), and
// counts.

namespace {

struct Change {
  UtcTime since{};                 ///< of the new subscription
  UtcTime joined{};                ///< when the old one was confirmed
  std::optional<UtcTime> carried;  ///< what had been carried over to the old one
};

Result<std::optional<Change>> read_change(store::Database& database, SubscriberId subscriber,
                                          std::string_view from, std::string_view to) {
  auto row = database.prepare(R"(
    SELECT new.since_ms, old.confirmed_ms, c.served_until_ms
    FROM former_subscriptions old
    JOIN kept_subscriptions new ON new.subscriber_id = old.subscriber_id
    LEFT JOIN carry_overs c ON c.digest = old.digest AND c.subscriber_id = old.subscriber_id AND c.since_ms = old.confirmed_ms
    WHERE old.subscriber_id = :subscriber AND old.digest = :from AND new.digest = :to)");
  row.bind(":subscriber", subscriber).bind(":from", from).bind(":to", to);
  TIDINGS_LET(const bool found, row.step());
  if (!found) return std::nullopt;
  return Change{.since = row.time(0), .joined = row.time(1), .carried = row.optional_time(2)};
}

/// The end of the newest edition of `from` that served the subscriber. The end rather than the cut, because
/// posts seen between the two may have been left to the next edition. From the first edition that was never
/// sent to them on, none counts; and if something had been carried over to `from`, only editions after that
/// change count.
Result<std::optional<UtcTime>> newest_served(store::Database& database, SubscriberId subscriber,
                                             std::string_view from, const Change& change) {
  auto row = database.prepare(R"(
    SELECT max(served.until_ms)
    FROM editions served
    WHERE served.digest = :from AND served.number IS NOT NULL AND served.state <> 'draft'
      AND NOT (served.state = 'cancelled' AND served.started_ms IS NULL)
      AND (:joined IS NULL OR served.sealed_ms > :joined)
      AND NOT EXISTS (SELECT 1 FROM delivery_states d JOIN editions e ON e.id = d.edition_id
                      WHERE d.subscriber_id = :subscriber AND d.state IN ('planned', 'deferred') AND e.digest = :from
                        AND e.until_ms <= served.until_ms))");
  row.bind(":subscriber", subscriber).bind(":from", from);
  row.bind(":joined", change.carried ? std::optional{change.joined} : std::nullopt);
  TIDINGS_TRY(row.step());
  return row.optional_time(0);
}

}  // namespace

Result<bool> record_change(store::Database& database, SubscriberId subscriber, std::string_view from,
                           std::string_view to) {
  TIDINGS_LET(const auto change, read_change(database, subscriber, from, to));
  if (!change) return false;
  TIDINGS_LET(auto served, newest_served(database, subscriber, from, *change));
  if (change->carried) served = std::max(served.value_or(*change->carried), *change->carried);
  // Two digests left for one at the same time: owed since the older.
  auto row = database.prepare(R"(
    INSERT INTO carry_overs (digest, subscriber_id, since_ms, served_until_ms)
    VALUES (:to, :subscriber, :since, :served)
    ON CONFLICT (digest, subscriber_id) DO UPDATE SET
      since_ms = excluded.since_ms,
      served_until_ms = CASE WHEN carry_overs.since_ms = excluded.since_ms
                                  AND carry_overs.served_until_ms < excluded.served_until_ms
                             THEN carry_overs.served_until_ms ELSE excluded.served_until_ms END)");
  row.bind(":to", to).bind(":subscriber", subscriber).bind(":since", change->since);
  TIDINGS_TRY(row.bind(":served", served.value_or(change->joined)).run());
  return true;
}

Result<void> record_resumption(store::Database& database, SubscriberId subscriber, std::string_view digest) {
  auto row = database.prepare(R"(
    UPDATE carry_overs SET served_until_ms = served.until_ms
    FROM (SELECT max(e.until_ms) AS until_ms FROM editions e
          WHERE e.digest = :digest AND e.number IS NOT NULL AND e.state <> 'draft'
            AND NOT (e.state = 'cancelled' AND e.started_ms IS NULL)) AS served
    WHERE digest = :digest AND subscriber_id = :subscriber AND served_until_ms < served.until_ms)");
  return row.bind(":digest", digest).bind(":subscriber", subscriber).run();
}

Result<void> forget_changes(store::Database& database, SubscriberId subscriber) {
  auto drop = database.prepare("DELETE FROM carry_overs WHERE subscriber_id = :subscriber");
  return drop.bind(":subscriber", subscriber).run();
}

Result<CarryOver> CarryOver::open(store::Database& database, std::string_view digest,
                                  std::span<const Selected> shown, const SelectOptions& options) {
  CarryOver out{database, digest};
  out.posts_.assign(shown.begin(), shown.end());
  auto oldest = database.prepare(R"(
    SELECT min(c.served_until_ms)
    FROM carry_overs c
    JOIN confirmed_subscriptions s ON s.subscriber_id = c.subscriber_id AND s.digest = c.digest AND s.since_ms = c.since_ms
    WHERE c.digest = :digest)");
  oldest.bind(":digest", digest);
  TIDINGS_TRY(oldest.step());
  out.anybody_ = !oldest.is_null(0);
  if (!out.anybody_) return out;

  TIDINGS_LET(auto before, EditionTable(database).shown_since(digest, oldest.time(0), options));
  for (auto& [post, cut] : before) {
    const auto same = [id = post.id](const Selected& other) { return other.id == id; };
    if (std::any_of(shown.begin(), shown.end(), same))
      continue;  // the current edition may already be inserted
    out.backlog_.emplace(post.id, cut);
    out.posts_.push_back(std::move(post));
  }
  // An editor's order stands; what is carried over follows it.
  std::vector<Selected> sorted{shown.begin(), shown.end()};
  sort_for_reading(sorted, options);
  if (std::ranges::equal(sorted, shown)) sort_for_reading(out.posts_, options);
  TIDINGS_TRY(out.read_aliases());
  return out;
}

Result<void> CarryOver::read_aliases() {
  auto neighbours = database_->prepare(R"(
    SELECT same_as FROM edition_posts WHERE post_id = :post AND same_as IS NOT NULL
    UNION
    SELECT post_id FROM edition_posts WHERE same_as = :post)");
  auto seen = database_->prepare("SELECT first_seen_ms FROM post_keys WHERE id = :post");
  std::optional<UtcTime> oldest;
  for (const auto& post : posts_) {
    std::vector<PostId> same{post.id};
    same.insert(same.end(), post.joined.begin(), post.joined.end());
    for (std::size_t i = 0; i < same.size(); ++i) {
      neighbours.reset();
      neighbours.bind(":post", same[i]);
      TIDINGS_TRY(neighbours.each([&](const store::Statement& row) {
        const auto id = row.id<PostId>(0);
        if (std::find(same.begin(), same.end(), id) == same.end()) same.push_back(id);
      }));
      seen.reset();
      seen.bind(":post", same[i]);
      TIDINGS_LET(const bool found, seen.step());
      if (found) oldest = std::min(oldest.value_or(seen.time(0)), seen.time(0));
    }
    aliases_.push_back(std::move(same));
  }
  oldest_seen_ = oldest.value_or(UtcTime{});
  return {};
}

std::vector<SegmentPost> CarryOver::segment_posts() const {
  std::vector<SegmentPost> out;
  for (const auto& post : posts_) {
    out.push_back({.id = post.id, .topics = post.topics, .backlog = backlog_.contains(post.id)});
  }
  return out;
}

Result<std::optional<UtcTime>> CarryOver::served_until(SubscriberId subscriber) {
  if (!rows_ || subscriber < asked_) {
    rows_.reset();
    rows_.emplace(database_->prepare(R"(
      SELECT c.subscriber_id, c.served_until_ms
      FROM carry_overs c
      JOIN confirmed_subscriptions s ON s.subscriber_id = c.subscriber_id AND s.digest = c.digest AND s.since_ms = c.since_ms
      WHERE c.digest = :digest AND c.subscriber_id >= :first
      ORDER BY c.subscriber_id)"));
    rows_->in_portions().bind(":digest", digest_).bind(":first", subscriber);
    row_ = {};
    at_end_ = false;
  }
  asked_ = subscriber;
  while (!at_end_ && row_ < subscriber) {
    TIDINGS_LET(const bool more, rows_->step());
    at_end_ = !more;
    if (more) row_ = rows_->id<SubscriberId>(0);
  }
  if (at_end_ || row_ != subscriber) return std::nullopt;
  return rows_->time(1);
}

Result<std::unordered_set<PostId>> CarryOver::brought_to(SubscriberId subscriber) {
  auto rows = database_->prepare(R"(
    SELECT g.posts
    FROM delivery_states d
    JOIN editions e ON e.id = d.edition_id
    JOIN segments g ON g.id = d.segment_id
    WHERE d.subscriber_id = :subscriber AND e.cut_ms > :oldest_seen
      AND ((e.digest = :digest AND d.state <> 'suppressed')
           OR ((d.state NOT IN ('planned', 'deferred', 'suppressed')
                OR (d.state = 'deferred'
                    AND EXISTS (SELECT 1 FROM doubted_deliveries a
                                WHERE a.edition_id = d.edition_id AND a.subscriber_id = d.subscriber_id)))
               AND NOT EXISTS (SELECT 1 FROM kept_subscriptions s
                               WHERE s.subscriber_id = d.subscriber_id AND s.digest = e.digest))))");
  rows.bind(":subscriber", subscriber).bind(":oldest_seen", oldest_seen_).bind(":digest", digest_);
  std::unordered_set<PostId> out;
  TIDINGS_TRY(rows.each([&](const store::Statement& row) {
    for (const auto id : ids_of(row.view(0))) out.insert(id);
  }));
  return out;
}

Result<std::optional<std::vector<PostId>>> CarryOver::owed(SubscriberId subscriber) {
  if (!anybody_) return std::nullopt;
  TIDINGS_LET(const auto served, served_until(subscriber));
  if (!served) return std::nullopt;
  TIDINGS_LET(const auto brought, brought_to(subscriber));
  std::vector<PostId> out;
  for (std::size_t i = 0; i < posts_.size(); ++i) {
    const auto carried = backlog_.find(posts_[i].id);
    if (carried != backlog_.end() && carried->second <= *served) continue;
    const auto& same = aliases_[i];
    if (std::none_of(same.begin(), same.end(), [&](PostId id) { return brought.contains(id); }))
      out.push_back(posts_[i].id);
  }
  return out;
}

Result<void> CarryOver::settle(const Period& period, const Selection& selection) {
  rows_.reset();
  UtcTime done = period.from;
  auto seen = database_->prepare("SELECT first_seen_ms FROM post_keys WHERE id = :post");
  for (const auto& post : selection.left_out) {
    if (!waits(post.why)) continue;
    auto waiting = post.joined;
    waiting.push_back(post.id);
    for (const auto id : waiting) {
      seen.reset();
      seen.bind(":post", id);
      TIDINGS_LET(const bool found, seen.step());
      if (found) done = std::min(done, seen.time(0));
    }
  }
  // While an earlier edition is still to be sent, what was carried over may not arrive: they may leave first.
  auto drop = database_->prepare(R"(
    DELETE FROM carry_overs
    WHERE digest = :digest AND since_ms <= :done
      AND NOT EXISTS (SELECT 1 FROM delivery_states d JOIN editions e ON e.id = d.edition_id
                      WHERE d.subscriber_id = carry_overs.subscriber_id AND e.digest = :digest
                        AND e.until_ms <= :from AND d.state IN ('planned', 'claimed', 'deferred')))");
  return drop.bind(":digest", digest_).bind(":done", done).bind(":from", period.from).run();
}

}  // namespace tidings::digest
