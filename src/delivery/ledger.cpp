#include "delivery/ledger.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "delivery/journal.hpp"
#include "delivery/ledger_rows.hpp"
#include "store/bulk.hpp"
#include "store/instance.hpp"

namespace tidings::delivery {
namespace {

/// The fact that names the editions with claims during a run; otherwise empty.
constexpr std::string_view claiming_fact = "delivering";

constexpr std::array<std::pair<DeliveryState, std::string_view>, 8> state_names{
    {{DeliveryState::planned, "planned"},
     {DeliveryState::claimed, "claimed"},
     {DeliveryState::deferred, "deferred"},
     {DeliveryState::in_doubt, "in_doubt"},
     {DeliveryState::sent, "sent"},
     {DeliveryState::failed, "failed"},
     {DeliveryState::suppressed, "suppressed"},
     {DeliveryState::bounced, "bounced"}}};

/// A relay is paused for an hour at most (relay_health.hpp).
constexpr std::chrono::hours longest_wait_for_relay{1};

/// The editions of a claiming_fact; nothing if it is damaged.
std::optional<std::vector<EditionId>> editions_of(std::string_view fact) {
  std::vector<EditionId> editions;
  for (const auto text : split(fact, ' ')) {
    EditionId edition;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), edition.value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    editions.push_back(edition);
  }
  return editions;
}

}  // namespace

std::string_view name_of(DeliveryState state) {
  for (const auto& [known, name] : state_names) {
    if (known == state) return name;
  }
  return "";
}

std::optional<DeliveryState> delivery_state_of(std::string_view name) {
  for (const auto& [state, known] : state_names) {
    if (known == name) return state;
  }
  return std::nullopt;
}

Ledger::Ledger(store::Database& database, const Clock& clock) : database_(&database), clock_(&clock) {
  if (database.place().server) {
    blocks_.emplace(database, Worker{.owner = owner_of(sender_name), .journal = database.path()});
  }
}

Result<void> Ledger::plan(EditionId edition, SubscriberId subscriber, SegmentId segment) {
  if (is_shared()) return blocks_->plan(edition, {{{subscriber, segment}}});
  auto insert = database_->prepare(
      "INSERT INTO deliveries (edition_id, subscriber_id, segment_id, state) "
      "VALUES (:edition, :subscriber, :segment, 1 /* planned */) "
      "ON CONFLICT (edition_id, subscriber_id) DO NOTHING");
  cursors_.erase(edition.value);
  return insert.bind(":edition", edition).bind(":subscriber", subscriber).bind(":segment", segment).run();
}

Result<void> Ledger::plan_with_rows(EditionId edition, std::span<const Planned> recipients) {
  store::RowBatch rows{*database_,
                       "INSERT INTO deliveries (edition_id, subscriber_id, segment_id, state, due_ms)", 5};
  for (const auto& each : recipients) {
    rows.add(edition).add(each.subscriber).add(each.segment);
    rows.add(std::int64_t{number_of(DeliveryState::planned)}).add(each.due.value_or(clock_->now()));
  }
  return rows.flush();
}

Result<void> Ledger::admit(EditionId edition, const Planned& recipient) {
  TIDINGS_LET(const bool local, is_local(edition));
  if (!local && !is_shared()) return plan(edition, recipient.subscriber, recipient.segment);
  TIDINGS_LET(const auto known, list({.edition = edition, .subscriber = recipient.subscriber, .limit = 1}));
  if (!known.empty()) return {};
  if (is_shared()) {
    const auto row = local ? BlockTable::Row::waiting : BlockTable::Row::planned;
    TIDINGS_TRY(blocks_->admit(edition, recipient.subscriber, row));
  }
  return local ? plan_with_rows(edition, {&recipient, 1})
               : plan(edition, recipient.subscriber, recipient.segment);
}

Result<void> Ledger::plan(EditionId edition, std::span<const Planned> recipients) {
  if (!recipients.empty() && recipients.front().due) return plan_with_rows(edition, recipients);
  if (is_shared()) return blocks_->plan(edition, recipients);
  constexpr std::array readers{":s1", ":s2", ":s3", ":s4",  ":s5",  ":s6",
                               ":s7", ":s8", ":s9", ":s10", ":s11", ":s12"};
  constexpr std::array segments{":g1", ":g2", ":g3", ":g4",  ":g5",  ":g6",
                                ":g7", ":g8", ":g9", ":g10", ":g11", ":g12"};
  // A statement costs as much apart from its rows as the rows.
  auto insert = database_->prepare(R"(
    INSERT INTO deliveries (edition_id, subscriber_id, segment_id, state) -- 1: planned
    VALUES (:edition, :s1, :g1, 1), (:edition, :s2, :g2, 1), (:edition, :s3, :g3, 1), (:edition, :s4, :g4, 1),
           (:edition, :s5, :g5, 1), (:edition, :s6, :g6, 1), (:edition, :s7, :g7, 1), (:edition, :s8, :g8, 1),
           (:edition, :s9, :g9, 1), (:edition, :s10, :g10, 1), (:edition, :s11, :g11, 1), (:edition, :s12, :g12, 1)
    ON CONFLICT (edition_id, subscriber_id) DO NOTHING)");
  insert.bind(":edition", edition);
  cursors_.erase(edition.value);
  for (; recipients.size() >= readers.size(); recipients = recipients.subspan(readers.size())) {
    for (std::size_t i = 0; i < readers.size(); ++i) {
      insert.bind(readers[i], recipients[i].subscriber).bind(segments[i], recipients[i].segment);
    }
    TIDINGS_TRY(insert.run());
  }
  for (const auto& each : recipients) TIDINGS_TRY(plan(edition, each.subscriber, each.segment));
  return {};
}

// ---- claim
// --------------------------------------------------------------------------------------------------------

Result<std::string> Ledger::digest_of(EditionId edition) {
  auto query = database_->prepare("SELECT digest FROM edition_heads WHERE id = :edition");
  query.bind(":edition", edition);
  TIDINGS_LET(const bool row, query.step());
  if (!row) return fail(Errc::no_input, fmt::format("there is no edition {}", edition.value));
  return query.text(0);
}

Result<void> Ledger::read_due(EditionId edition, int limit, std::vector<Recipient>& out) {
  TIDINGS_LET(const auto digest, digest_of(edition));
  auto query = database_->prepare(R"sql(
    SELECT d.subscriber_id, d.segment_id, d.attempts, r.address, r.name, r.is_erased, c.subscriber_id IS NOT NULL, r.suppression
    FROM deliveries d
    JOIN recipients r ON r.subscriber_id = d.subscriber_id
    LEFT JOIN confirmed_subscriptions c ON c.subscriber_id = d.subscriber_id AND c.digest = :digest
    WHERE d.edition_id = :edition AND d.state IN (3, 4) /* deferred, in_doubt */ AND (d.due_ms <= :now OR d.due_ms > :latest)
    ORDER BY d.due_ms, d.subscriber_id LIMIT :limit)sql");
  query.bind(":digest", digest).bind(":edition", edition).bind(":limit", limit);
  query.bind(":now", clock_->now()).bind(":latest", clock_->now() + longest_wait);
  return query.each([&](const store::Statement& row) { out.emplace_back(edition, row); });
}

Result<bool> Ledger::is_local(EditionId edition) {
  const auto known = is_local_.find(edition.value);
  if (known != is_local_.end()) return known->second;
  auto query = database_->prepare("SELECT 1 FROM edition_heads WHERE id = :edition AND wall_ms IS NOT NULL");
  TIDINGS_LET(const bool local, query.bind(":edition", edition).step());
  is_local_[edition.value] = local;
  return local;
}

UtcTime Ledger::oldest_hour() const { return lateness_ ? clock_->now() - *lateness_ : UtcTime{}; }

Result<DueBy> Ledger::due_by(EditionId edition) {
  TIDINGS_LET(const bool local, is_local(edition));
  return DueBy{.now = clock_->now(), .oldest = local ? std::optional{oldest_hour()} : std::nullopt};
}

Result<void> Ledger::read_waiting(EditionId edition, int limit, std::vector<Recipient>& out) {
  TIDINGS_LET(const auto by, due_by(edition));
  if (!by.oldest || limit <= 0) return {};
  TIDINGS_LET(const auto digest, digest_of(edition));
  auto query = database_->prepare(R"sql(
    SELECT d.subscriber_id, d.segment_id, d.attempts, r.address, r.name, r.is_erased, c.subscriber_id IS NOT NULL, r.suppression
    FROM deliveries d
    JOIN recipients r ON r.subscriber_id = d.subscriber_id
    LEFT JOIN confirmed_subscriptions c ON c.subscriber_id = d.subscriber_id AND c.digest = :digest
    WHERE d.edition_id = :edition AND d.state = 1 /* planned */ AND d.due_ms IS NOT NULL
      AND d.due_ms <= :now AND d.due_ms >= :oldest
    ORDER BY d.due_ms, d.subscriber_id LIMIT :limit)sql");
  query.bind(":digest", digest).bind(":edition", edition).bind(":limit", limit);
  query.bind(":now", by.now).bind(":oldest", *by.oldest);
  return query.each([&](const store::Statement& row) { out.emplace_back(edition, row); });
}

Result<void> Ledger::read_planned(EditionId edition, int limit, std::vector<Recipient>& out) {
  TIDINGS_LET(const auto digest, digest_of(edition));
  // In key order from the end of the last batch: needs neither an index nor another look at sent rows.
  auto query = database_->prepare(R"sql(
    SELECT d.subscriber_id, d.segment_id, d.attempts, r.address, r.name, r.is_erased, c.subscriber_id IS NOT NULL, r.suppression
    FROM deliveries d
    JOIN recipients r ON r.subscriber_id = d.subscriber_id
    LEFT JOIN confirmed_subscriptions c ON c.subscriber_id = d.subscriber_id AND c.digest = :digest
    WHERE d.edition_id = :edition AND d.subscriber_id > :after AND d.state = 1 /* planned */ AND d.due_ms IS NULL
    ORDER BY d.subscriber_id LIMIT :limit)sql");
  auto& cursor = cursors_[edition.value];
  query.bind(":digest", digest).bind(":edition", edition).bind(":after", cursor).bind(":limit", limit);
  return query.each([&](const store::Statement& row) {
    out.emplace_back(edition, row);
    cursor = out.back().claim.subscriber.value;
  });
}

Result<void> Ledger::note_claiming(EditionId edition) {
  if (!claiming_.insert(edition.value).second) return {};
  std::string list;
  for (const auto id : claiming_) list += fmt::format("{}{}", list.empty() ? "" : " ", id);
  return store::set_fact(*database_, claiming_fact, list);
}

Result<bool> Ledger::is_paused(const Claim& claim) {
  TIDINGS_LET(const auto digest, digest_of(claim.edition));
  auto query = database_->prepare(
      "SELECT is_paused FROM kept_subscriptions WHERE subscriber_id = :subscriber AND digest = :digest");
  query.bind(":subscriber", claim.subscriber).bind(":digest", digest);
  TIDINGS_LET(const bool kept, query.step());
  return kept && query.integer(0) != 0;
}

/// Takes back the objection to those who left the digest by changing to another while a mail was in doubt.
Result<void> Ledger::keep_doubted(std::vector<Recipient>& rows) {
  for (auto& row : rows) {
    if (row.refusal != withdrawn || row.claim.attempt == 1) continue;
    TIDINGS_LET(const auto digest, digest_of(row.claim.edition));
    auto query = database_->prepare(R"sql(
      SELECT 1 FROM former_subscriptions former
      JOIN confirmed_subscriptions present
        ON present.subscriber_id = former.subscriber_id AND present.since_ms = former.since_ms
      JOIN doubted_deliveries d ON d.subscriber_id = former.subscriber_id AND d.edition_id = :edition
      WHERE former.subscriber_id = :subscriber AND former.digest = :digest LIMIT 1)sql");
    query.bind(":edition", row.claim.edition).bind(":subscriber", row.claim.subscriber);
    TIDINGS_LET(const bool changed, query.bind(":digest", digest).step());
    if (changed) row.refusal.clear();
  }
  return {};
}

/// Marks those that must not be mailed, and removes them from `rows`.
Result<void> Ledger::refuse_some(std::vector<Recipient>& rows, ClaimBatch& batch) {
  auto refuse = database_->prepare(
      "UPDATE deliveries SET state = 7 /* suppressed */, due_ms = NULL, reply = :reply, settled_ms = :now "
      "WHERE edition_id = :edition AND subscriber_id = :subscriber");
  for (auto& row : rows) {
    if (row.refusal.empty()) continue;
    if (row.refusal == withdrawn) {
      TIDINGS_LET(const bool paused, is_paused(row.claim));
      if (paused) row.refusal = "paused";
    }
    refuse.bind(":edition", row.claim.edition).bind(":subscriber", row.claim.subscriber);
    TIDINGS_TRY(refuse.bind(":reply", row.refusal).bind(":now", clock_->now()).run());
    ++batch.suppressed;
  }
  std::erase_if(rows, [](const Recipient& row) { return !row.refusal.empty(); });
  return {};
}

Result<void> Ledger::take_each(const std::vector<Recipient>& rows) {
  auto take = database_->prepare(
      "UPDATE deliveries SET state = 2 /* claimed */, attempts = attempts + 1, due_ms = NULL "
      "WHERE edition_id = :edition AND subscriber_id = :subscriber");
  for (const auto& row : rows) {
    TIDINGS_TRY(take.bind(":edition", row.claim.edition).bind(":subscriber", row.claim.subscriber).run());
  }
  return {};
}

/// Planned rows from read_planned(): with the refused ones marked, they are all planned rows between the
/// first and the last, so one statement claims them at a third of the cost.
Result<void> Ledger::take_range(const std::vector<Recipient>& rows) {
  if (rows.empty()) return {};
  auto take = database_->prepare(
      "UPDATE deliveries SET state = 2 /* claimed */, attempts = attempts + 1, due_ms = NULL "
      "WHERE edition_id = :edition AND subscriber_id BETWEEN :first AND :last AND state = 1 /* planned */ "
      "AND due_ms IS NULL");
  take.bind(":edition", rows.front().claim.edition)
      .bind(":first", rows.front().claim.subscriber)
      .bind(":last", rows.back().claim.subscriber);
  TIDINGS_TRY(take.run());
  if (database_->changes() == static_cast<std::int64_t>(rows.size())) return {};
  return fail(Errc::bad_data,
              fmt::format("database {}: the deliveries contradict their index", path().string()),
              "restore the newest backup; \"tidings db check\" gives details");
}

Result<ClaimBatch> Ledger::claim(EditionId edition, int limit) {
  if (is_shared()) return claim_from_blocks(edition, limit);
  ClaimBatch batch;
  TIDINGS_TRY(database_->set_sync(store::Sync::full));
  TIDINGS_LET(auto transaction, database_->begin());
  const auto cursor_before = cursors_[edition.value];
  const auto claiming_before = claiming_;
  const auto work = [&]() -> Result<void> {
    TIDINGS_TRY(note_claiming(edition));
    // A page of rows may be entirely suppressed; then read the next one, so that "nothing" means nothing.
    for (bool more = true; more && static_cast<int>(batch.claims.size()) < limit;) {
      const int wanted = limit - static_cast<int>(batch.claims.size());
      std::vector<Recipient> due;
      std::vector<Recipient> planned;
      TIDINGS_TRY(read_due(edition, wanted, due));
      TIDINGS_TRY(keep_doubted(due));
      TIDINGS_TRY(read_waiting(edition, wanted - static_cast<int>(due.size()), due));
      TIDINGS_TRY(read_planned(edition, wanted - static_cast<int>(due.size()), planned));
      more = !due.empty() || !planned.empty();
      TIDINGS_TRY(refuse_some(due, batch));
      TIDINGS_TRY(refuse_some(planned, batch));
      TIDINGS_TRY(take_each(due));
      TIDINGS_TRY(take_range(planned));
      for (auto& row : due) batch.claims.push_back(std::move(row.claim));
      for (auto& row : planned) batch.claims.push_back(std::move(row.claim));
    }
    return transaction.commit();
  };
  if (auto done = work(); !done) {
    cursors_[edition.value] = cursor_before;
    claiming_ = claiming_before;
    return tl::unexpected<Error>(std::move(done).error());
  }
  return batch;
}

// ---- settle, release, recover
// -------------------------------------------------------------------------------------

Result<Ledger::Past> Ledger::past_of(Settling& with, const Claim& claim, const Outcome& seen) {
  auto& rows = with.history;
  rows.bind(":edition", claim.edition).bind(":subscriber", claim.subscriber);
  Past past{.first_attempt = with.now, .was_in_doubt = false};
  std::optional<UtcTime> last_word;
  std::vector<UtcTime> silences;
  TIDINGS_TRY(rows.each([&](const store::Statement& row) {
    if (row.view(2) == name_of(OutcomeKind::unknown)) past.was_in_doubt = true;
    // What was refused to everybody, or taken back, was no answer of this mailbox.
    const auto stage = stage_of(row.view(1));
    const auto code = static_cast<int>(row.integer(3));
    const bool about_us =
        code >= 500 || (stage && code != 0 && concerns_everybody(classify(*stage, code, row.view(4))));
    if (row.integer(5) == 0 || about_us) return;
    const auto at = row.time(0);
    if (code == 0) return silences.push_back(at);
    last_word = std::max(last_word.value_or(at), at);
    if (seen.code != 0) past.first_attempt = std::min(past.first_attempt, at);
  }));
  rows.reset();
  // Silence takes no time from a mailbox that answers, and counts from the mailbox's last word on.
  for (const auto at : silences) {
    if (seen.code == 0 && (!last_word || at > *last_word))
      past.first_attempt = std::min(past.first_attempt, at);
  }
  return past;
}

/// One answer, and its attempt for the delivery's history: whatever settle_taken() does not handle.
Result<bool> Ledger::settle_one(Settling& with, Settled& answer) {
  const auto& policy = with.policy;
  const auto now = with.now;
  const auto& claim = answer.claim;
  auto& outcome = answer.outcome;
  const bool look_back = outcome.kind == OutcomeKind::temporary || outcome.kind == OutcomeKind::unknown;
  Past past{.first_attempt = now};
  if (look_back) {
    TIDINGS_LET(past, past_of(with, claim, outcome));
  }
  const auto seen = outcome;
  auto state = DeliveryState::sent;
  std::optional<UtcTime> due;
  std::string reply = reply_of(outcome);
  switch (outcome.kind) {
    case OutcomeKind::accepted: break;
    case OutcomeKind::permanent: state = DeliveryState::failed; break;
    case OutcomeKind::unknown:
      state = DeliveryState::in_doubt;
      if (policy.in_doubt == InDoubt::retry && !past.was_in_doubt) due = now + policy.in_doubt_after;
      break;
    case OutcomeKind::temporary:
      due = next_try(policy, claim.attempt, past.first_attempt, now);
      // A relay's trouble with us is not the subscriber's fault, however long it lasts: in the end the
      // edition is held, and nobody fails.
      if (!due && is_relay_trouble(outcome)) due = now + longest_wait_for_relay;
      state = due ? DeliveryState::deferred : DeliveryState::failed;
      if (!due) {
        reply = std::string{truncate_utf8("given up: " + reply, 500)};
        outcome.kind = OutcomeKind::permanent;
        if (outcome.blame == Blame::address) outcome.verdict = Verdict::soft;
      }
      break;
  }
  auto& update = with.update;
  update.bind(":state", number_of(state))
      .bind(":due", due)
      .bind(":code", code_of(seen))
      .bind(":reply", reply)
      .bind(":now", now);
  if (with.rows == Rows::planned) update.bind(":segment", claim.segment);
  TIDINGS_LET(const auto relay, relay_id(answer.relay));
  update.bind(":relay", relay)
      .bind(":edition", claim.edition)
      .bind(":subscriber", claim.subscriber)
      .bind(":attempt", claim.attempt);
  TIDINGS_TRY(update.run());
  if (database_->changes() == 0) return false;
  auto& insert = with.insert;
  insert.bind(":edition", claim.edition)
      .bind(":subscriber", claim.subscriber)
      .bind(":attempt", claim.attempt)
      .bind(":now", now);
  insert.bind(":stage", name_of(seen.stage))
      .bind(":outcome", name_of(seen.kind))
      .bind(":code", code_of(seen));
  insert.bind(":reply", reply_of(seen)).bind(":relay", answer.relay);
  TIDINGS_TRY(insert.run());
  return true;
}

/// Answers written by one statement: accepted first attempts of one edition, in order of subscriber.
class TakenRows final : public store::Lookup {
 public:
  enum Column { is_there, code, reply, relay };  // as used by the statement of settle_taken()

  TakenRows(std::span<Settled* const> answers, std::vector<std::int64_t> relays)
      : answers_(answers), relays_(std::move(relays)), written_(answers.size(), false) {}

  Value value(std::int64_t key, int column) noexcept override {
    if (at_ == answers_.size() || subscriber(at_) != key) find(key);
    if (at_ == answers_.size() || subscriber(at_) != key) return {};
    const auto& outcome = answers_[at_]->outcome;
    if (column == is_there) return 1;
    if (column == relay) return relays_[at_];
    if (column == code) return outcome.code == 0 ? Value{} : Value{std::int64_t{outcome.code}};
    reply_ = reply_of(outcome);
    return reply_;
  }

  [[nodiscard]] std::vector<std::int64_t> keys() const override {
    std::vector<std::int64_t> keys;
    for (const auto* const answer : answers_) keys.push_back(answer->claim.subscriber.value);
    return keys;
  }

  [[nodiscard]] std::span<const Type> columns() const override {
    static constexpr std::array types{Type::integer, Type::integer, Type::text, Type::integer};
    return types;
  }

  void used(std::int64_t key) noexcept override {
    if (at_ == answers_.size() || subscriber(at_) != key) find(key);
    if (at_ < answers_.size() && subscriber(at_) == key) written_[at_] = true;
  }

  [[nodiscard]] bool was_written(std::size_t index) const { return written_[index]; }

 private:
  [[nodiscard]] std::int64_t subscriber(std::size_t index) const {
    return answers_[index]->claim.subscriber.value;
  }
  void find(std::int64_t key) noexcept {
    const auto found = std::lower_bound(
        answers_.begin(), answers_.end(), key,
        [](const Settled* answer, std::int64_t wanted) { return answer->claim.subscriber.value < wanted; });
    at_ = static_cast<std::size_t>(found - answers_.begin());
  }

  std::span<Settled* const> answers_;
  std::vector<std::int64_t> relays_;
  std::vector<bool> written_;
  std::size_t at_ = 0;
  std::string reply_;
};

/// The length of the run of answers that begins with the first: one edition, and no two so far apart that
/// walking from one to the next costs more than looking it up.
std::size_t length_of_run(std::span<Settled* const> answers) {
  constexpr std::int64_t far_apart = 64;
  std::size_t length = 1;
  for (; length < answers.size(); ++length) {
    const auto& one = answers[length - 1]->claim;
    const auto& next = answers[length]->claim;
    if (one.edition != next.edition || next.subscriber.value - one.subscriber.value > far_apart) break;
  }
  return length;
}

Result<std::int64_t> Ledger::relay_id(const std::string& name) {
  if (const auto known = relay_ids_.find(name); known != relay_ids_.end()) return known->second;
  auto insert =
      database_->prepare("INSERT INTO relay_names (name) VALUES (:name) ON CONFLICT (name) DO NOTHING");
  TIDINGS_TRY(insert.bind(":name", name).run());
  auto query = database_->prepare("SELECT id FROM relay_names WHERE name = :name");
  TIDINGS_TRY(query.bind(":name", name).step());
  return relay_ids_[name] = query.integer(0);
}

/// One run, at less than half the cost of settle_one() for each.
Result<void> Ledger::settle_taken(std::span<Settled* const> answers, UtcTime now,
                                  std::vector<Settled>& recorded) {
  auto update = database_->prepare(R"sql(
    UPDATE deliveries SET state = 5 /* sent */, due_ms = NULL, code = lookup(:taken, subscriber_id, 1),
                          reply = lookup(:taken, subscriber_id, 2), settled_ms = :now, relay_id = lookup(:taken, subscriber_id, 3)
    WHERE edition_id = :edition AND subscriber_id BETWEEN :first AND :last AND state = 2 /* claimed */ AND attempts = 1
      AND lookup(:taken, subscriber_id, 0) IS NOT NULL)sql");
  std::vector<std::int64_t> relays;
  relays.reserve(answers.size());
  for (const auto* const answer : answers) {
    TIDINGS_LET(const auto id, relay_id(answer->relay));
    relays.push_back(id);
  }
  TakenRows taken{answers, std::move(relays)};
  update.bind_lookup(":taken", taken).bind(":now", now).bind(":edition", answers.front()->claim.edition);
  update.bind(":first", answers.front()->claim.subscriber).bind(":last", answers.back()->claim.subscriber);
  TIDINGS_TRY(update.run());
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (taken.was_written(i)) recorded.push_back(std::move(*answers[i]));
  }
  return {};
}

Result<void> Ledger::settle_rows(std::vector<Settled> answers, const SettleOptions& options) {
  // In key order: four times as fast on a large table as in the order of the answers.
  std::vector<Settled*> ordered;
  ordered.reserve(answers.size());
  for (auto& answer : answers) ordered.push_back(&answer);
  std::sort(ordered.begin(), ordered.end(),
            [](const Settled* a, const Settled* b) { return key_of(a->claim) < key_of(b->claim); });
  const auto others = std::stable_partition(ordered.begin(), ordered.end(), [](const Settled* answer) {
    return answer->outcome.kind == OutcomeKind::accepted && answer->claim.attempt == 1;
  });
  Settling with{*database_, options.policy, clock_->now(), Rows::claimed};
  std::vector<Settled> recorded;
  recorded.reserve(answers.size());
  for (std::span<Settled* const> taken{ordered.begin(), others}; !taken.empty();) {
    const auto length = length_of_run(taken);
    TIDINGS_TRY(settle_taken(taken.first(length), with.now, recorded));
    taken = taken.subspan(length);
  }
  for (auto* const answer : std::span{others, ordered.end()}) {
    TIDINGS_LET(const bool changed, settle_one(with, *answer));
    if (changed) recorded.push_back(std::move(*answer));
  }
  if (options.within && !recorded.empty()) TIDINGS_TRY(options.within(recorded));
  return {};
}

Result<void> Ledger::settle(std::vector<Settled> answers, const SettleOptions& options) {
  if (answers.empty()) return {};
  if (is_shared()) return settle_in_blocks(std::move(answers), options);
  TIDINGS_TRY(database_->set_sync(options.sync));
  TIDINGS_LET(auto transaction, database_->begin());
  relay_ids_.clear();  // an id that was rolled back is unknown
  TIDINGS_TRY(settle_rows(std::move(answers), options));
  return transaction.commit();
}

Result<void> Ledger::release_one(const Claim& claim, UtcTime now) {
  // Earlier attempts keep their place in the schedule: the row was due, and still is.
  auto update = database_->prepare(R"sql(
    UPDATE deliveries SET attempts = attempts - 1, state = CASE WHEN attempts = 1 THEN 1 /* planned */ ELSE 3 /* deferred */ END,
                          due_ms = CASE WHEN attempts = 1 THEN NULL ELSE :now END
    WHERE edition_id = :edition AND subscriber_id = :subscriber AND state = 2 /* claimed */ AND attempts = :attempt)sql");
  update.bind(":now", now)
      .bind(":edition", claim.edition)
      .bind(":subscriber", claim.subscriber)
      .bind(":attempt", claim.attempt);
  TIDINGS_TRY(update.run());
  auto& cursor = cursors_[claim.edition.value];
  cursor = std::min(cursor, claim.subscriber.value - 1);
  return {};
}

Result<void> Ledger::release(std::span<const Claim> claims) {
  if (claims.empty()) return {};
  if (is_shared()) return release_in_blocks(claims);
  TIDINGS_TRY(database_->set_sync(store::Sync::full));
  TIDINGS_LET(auto transaction, database_->begin());
  for (const auto& claim : claims) TIDINGS_TRY(release_one(claim, clock_->now()));
  return transaction.commit();
}

Result<std::vector<EditionId>> Ledger::claiming_editions(std::string_view fact) {
  if (auto editions = editions_of(fact)) return *std::move(editions);
  std::vector<EditionId> editions;
  auto query = database_->prepare(
      "SELECT DISTINCT edition_id FROM deliveries WHERE state = 2 /* claimed */ ORDER BY edition_id");
  for (;;) {
    TIDINGS_LET(const bool row, query.step());
    if (!row) return editions;
    editions.push_back(query.id<EditionId>(0));
  }
}

Result<Recovered> Ledger::recover(const SettleOptions& options) {
  if (is_shared()) return recover_blocks(options);
  TIDINGS_TRY(take_in_plan());
  Recovered recovered;
  TIDINGS_LET(const auto claiming, store::fact(*database_, claiming_fact));
  if (claiming.empty()) {
    TIDINGS_TRY(remove_journal(database_->path()));
    return recovered;
  }
  TIDINGS_LET(auto journal, read_journal(database_->path()));
  std::map<AttemptKey, JournalRecord> marks;
  for (auto& record : journal.records) marks.emplace(record.key, std::move(record));

  TIDINGS_TRY(database_->set_sync(store::Sync::full));
  TIDINGS_LET(auto transaction, database_->begin());
  std::vector<Settled> answers;
  std::vector<Claim> untouched;
  TIDINGS_LET(const auto editions, claiming_editions(claiming));
  for (const auto edition : editions) {
    auto query = database_->prepare(R"sql(
      SELECT d.subscriber_id, d.segment_id, d.attempts, s.address, s.name
      FROM deliveries d JOIN recipients s ON s.subscriber_id = d.subscriber_id
      WHERE d.edition_id = :edition AND d.state = 2 /* claimed */ ORDER BY d.subscriber_id)sql");
    query.bind(":edition", edition);
    TIDINGS_TRY(query.each([&](const store::Statement& row) {
      Claim claim{.edition = edition,
                  .subscriber = row.id<SubscriberId>(0),
                  .segment = row.id<SegmentId>(1),
                  .attempt = static_cast<int>(row.integer(2)),
                  .address = row.text(3),
                  .name = row.text(4)};
      const auto mark = marks.find(key_of(claim));
      if (mark != marks.end() && mark->second.outcome) {
        answers.push_back({.claim = claim, .outcome = *mark->second.outcome, .relay = mark->second.relay});
        ++recovered.answered;
      } else if (mark != marks.end() || !journal.trustworthy) {
        answers.push_back({.claim = claim,
                           .outcome = no_reply(Stage::dot, "tidings was stopped before the answer came"),
                           .relay = {}});
        ++recovered.in_doubt;
      } else {
        untouched.push_back(claim);
        ++recovered.planned;
      }
    }));
  }
  for (const auto& claim : untouched) TIDINGS_TRY(release_one(claim, clock_->now()));
  TIDINGS_TRY(settle_rows(std::move(answers), options));
  TIDINGS_TRY(store::set_fact(*database_, claiming_fact, ""));
  TIDINGS_TRY(transaction.commit());
  claiming_.clear();
  TIDINGS_TRY(remove_journal(database_->path()));
  return recovered;
}

Result<void> Ledger::call_off(EditionId edition) {
  if (is_shared()) TIDINGS_TRY(call_off_blocks(edition));
  auto unsent = database_->prepare(R"sql(
    UPDATE deliveries SET state = 7 /* suppressed */, due_ms = NULL, reply = 'the edition was cancelled', settled_ms = :now
    WHERE edition_id = :edition AND state = 1 /* planned */)sql");
  TIDINGS_TRY(unsent.bind(":now", clock_->now()).bind(":edition", edition).run());
  auto deferred = database_->prepare(
      "UPDATE deliveries SET state = 6 /* failed */, due_ms = NULL, settled_ms = :now "
      "WHERE edition_id = :edition AND state = 3 /* deferred */");
  TIDINGS_TRY(deferred.bind(":now", clock_->now()).bind(":edition", edition).run());
  auto in_doubt = database_->prepare(
      "UPDATE deliveries SET due_ms = NULL WHERE edition_id = :edition AND state = 4 /* in_doubt */");
  return in_doubt.bind(":edition", edition).run();
}

Result<bool> Ledger::is_unfinished() {
  if (is_shared()) return blocks_->is_any_held();
  TIDINGS_LET(const auto claiming, store::fact(*database_, claiming_fact));
  return !claiming.empty();
}

Result<void> Ledger::finish() {
  if (is_shared()) return give_blocks_back();
  TIDINGS_TRY(database_->set_sync(store::Sync::full));
  TIDINGS_TRY(store::set_fact(*database_, claiming_fact, ""));
  claiming_.clear();
  return remove_journal(database_->path());
}

}  // namespace tidings::delivery
