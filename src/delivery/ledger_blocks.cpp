// What ledger.hpp promises on a server, where several processes work at once.

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "base/log.hpp"
#include "delivery/block_table.hpp"
#include "delivery/journal.hpp"
#include "delivery/ledger.hpp"
#include "delivery/ledger_rows.hpp"
#include "store/bulk.hpp"

namespace tidings::delivery {

struct Ledger::Known {
  bool trustworthy = false;
  std::map<AttemptKey, JournalRecord> marks;

  explicit Known(JournalContents contents) : trustworthy(contents.trustworthy) {
    for (auto& record : contents.records) marks.emplace(record.key, std::move(record));
  }
};

namespace {

/// Among the planned of its block: it has no row yet.
bool is_counted(const Claim& claim) { return claim.attempt == 1 && !claim.waited; }

}  // namespace

void Ledger::work_as(Worker worker) {
  if (is_shared()) blocks_.emplace(*database_, std::move(worker));
}

Result<void> Ledger::keep_leases() {
  if (held_.empty()) return {};
  const auto now = std::chrono::steady_clock::now();
  if (now - kept_ < blocks_->worker().lease / 3) return {};
  kept_ = now;
  return blocks_->renew();
}

Result<bool> Ledger::has_work(EditionId edition) {
  if (!is_shared()) {
    TIDINGS_LET(const auto due, next_due(edition));
    return due && *due <= clock_->now();
  }
  TIDINGS_TRY(cut_blocks(edition));
  TIDINGS_LET(const auto by, due_by(edition));
  return blocks_->has_work(edition, by);
}

Result<bool> Ledger::is_anybody_working() {
  return is_shared() ? blocks_->is_any_held() : Result<bool>{false};
}

Result<void> Ledger::close(EditionId edition) {
  return is_shared() ? blocks_->forget(edition) : Result<void>{};
}

Result<void> Ledger::take_in_plan() {
  auto planned = database_->prepare("SELECT 1 FROM planned_deliveries LIMIT 1");
  auto blocks = database_->prepare("SELECT 1 FROM delivery_blocks LIMIT 1");
  TIDINGS_LET(const bool is_planned, planned.step());
  TIDINGS_LET(const bool is_cut, blocks.step());
  planned.reset();
  blocks.reset();
  if (is_shared() || (!is_planned && !is_cut)) return {};
  TIDINGS_LET(auto transaction, database_->begin());
  auto insert = database_->prepare(
      "INSERT INTO deliveries (edition_id, subscriber_id, segment_id, state) "
      "SELECT edition_id, subscriber_id, segment_id, 1 /* planned */ FROM planned_deliveries WHERE "
      "edition_id > 0 "
      "ON CONFLICT (edition_id, subscriber_id) DO NOTHING");
  TIDINGS_TRY(insert.run());
  TIDINGS_TRY(BlockTable(*database_, {}).forget_all());
  return transaction.commit();
}

Result<void> Ledger::cut_blocks(EditionId edition) {
  TIDINGS_LET(bool is_cut, blocks_->is_cut(edition));
  if (is_cut) return {};
  TIDINGS_LET(auto transaction, database_->begin());
  TIDINGS_LET(is_cut, blocks_->is_cut(edition));
  auto open = database_->prepare(
      "SELECT 1 FROM edition_heads WHERE id = :edition AND state IN ('sealed', 'sending')");
  TIDINGS_LET(const bool is_open, open.bind(":edition", edition).step());
  open.reset();
  if (is_cut || !is_open) return {};
  TIDINGS_TRY(blocks_->plan_from_rows(edition));
  auto moved = database_->prepare(
      "DELETE FROM deliveries WHERE edition_id = :edition AND state = 1 /* planned */ AND due_ms IS NULL");
  TIDINGS_TRY(moved.bind(":edition", edition).run());
  TIDINGS_TRY(blocks_->cut(edition));
  return transaction.commit();
}

// ---- claim
// ------------------------------------------------------------------------------------------------------

/// Another block; those of lost workers once nothing else is free.
Result<bool> Ledger::lease_block(EditionId edition) {
  TIDINGS_LET(const auto by, due_by(edition));
  TIDINGS_LET(auto block, blocks_->lease(edition, by));
  while (!block) {
    TIDINGS_LET(auto left, blocks_->expired(edition));
    if (!left) return false;
    log::warning(fmt::format("worker {} has not been heard of; its block {} is taken over", left->owner,
                             left->number));
    Recovered recovered;
    TIDINGS_TRY(take_over(*std::move(left), nullptr, take_over_options_, recovered));
    TIDINGS_LET(block, blocks_->lease(edition, by));
  }
  if (held_.empty()) kept_ = std::chrono::steady_clock::now();
  held_.push_back(*std::move(block));
  return true;
}

Result<std::vector<Ledger::Recipient>> Ledger::read_block(const Block& block, SubscriberId after,
                                                          SubscriberId until, int limit) {
  // PostgreSQL's planner does not know how many outcomes there are by now, nor in which block. So each
  // recipient looks its own up (EXISTS would become a join, IS NULL would be thought rare), and the range
  // stands with each table, so that no row of another block is read.
  auto query = database_->prepare(R"sql(
    SELECT d.subscriber_id, d.segment_id, d.attempts, r.address, r.name, r.is_erased, c.subscriber_id IS NOT NULL, r.suppression,
           d.waited
    FROM (SELECT p.subscriber_id, p.segment_id, 0 AS attempts, 0 AS waited FROM planned_deliveries p
          WHERE p.edition_id = :edition AND p.subscriber_id > :after AND p.subscriber_id <= :until
            AND coalesce((SELECT 1 FROM deliveries o WHERE o.edition_id = :edition AND o.subscriber_id = p.subscriber_id), 0) <> 1
          UNION ALL
          SELECT subscriber_id, segment_id, attempts, 0 FROM deliveries
          WHERE edition_id = :edition AND subscriber_id > :after AND subscriber_id <= :until
            AND state IN (3, 4) /* deferred, in_doubt */ AND (due_ms <= :now OR due_ms > :latest)
          UNION ALL
          SELECT subscriber_id, segment_id, attempts, 1 FROM deliveries
          WHERE edition_id = :edition AND subscriber_id > :after AND subscriber_id <= :until
            AND state = 1 /* planned */ AND due_ms IS NOT NULL AND due_ms <= :now AND due_ms >= :oldest) AS d
    JOIN recipients r ON r.subscriber_id = d.subscriber_id AND r.subscriber_id > :after AND r.subscriber_id <= :until
    LEFT JOIN confirmed_subscriptions c
           ON c.subscriber_id = d.subscriber_id AND c.subscriber_id > :after AND c.subscriber_id <= :until
          AND c.digest = (SELECT digest FROM edition_heads WHERE id = :edition)
    ORDER BY d.subscriber_id LIMIT :limit)sql");
  query.bind(":edition", block.edition).bind(":after", after).bind(":until", until);
  query.bind(":now", block.taken).bind(":latest", block.taken + longest_wait).bind(":limit", limit);
  // As at the time of the lease: whoever takes the block over must find what its holder claimed.
  query.bind(":oldest", lateness_ ? block.taken - *lateness_ : UtcTime{});
  return query.list([&](const store::Statement& row) {
    Recipient recipient{block.edition, row};
    recipient.claim.waited = row.integer(8) == 1;
    return recipient;
  });
}

/// Marks those that must not be mailed, and removes them from `rows`.
Result<void> Ledger::insert_refused(std::vector<Recipient>& rows) {
  Settling with{*database_, take_over_options_.policy, clock_->now(), Rows::planned};
  for (auto& row : rows) {
    if (row.refusal.empty()) continue;
    if (row.refusal == withdrawn) {
      TIDINGS_LET(const bool paused, is_paused(row.claim));
      if (paused) row.refusal = "paused";
    }
    auto& insert = with.update;
    insert.bind(":edition", row.claim.edition).bind(":subscriber", row.claim.subscriber);
    insert.bind(":segment", row.claim.segment).bind(":state", number_of(DeliveryState::suppressed));
    insert.bind(":attempt", row.claim.attempt).bind_null(":due").bind_null(":code").bind_null(":relay");
    TIDINGS_TRY(insert.bind(":reply", row.refusal).bind(":now", with.now).run());
  }
  std::erase_if(rows, [](const Recipient& row) { return !row.refusal.empty(); });
  return {};
}

Result<void> Ledger::claim_from(Block& block, int limit, ClaimBatch& batch) {
  TIDINGS_LET(auto rows, read_block(block, std::max(block.marked, SubscriberId{block.first.value - 1}),
                                    block.last, limit));
  TIDINGS_TRY(keep_doubted(rows));
  block.is_exhausted = static_cast<int>(rows.size()) < limit;
  if (rows.empty()) return {};
  const auto last = rows.back().claim.subscriber;
  block.is_exhausted = block.is_exhausted || last == block.last;
  const auto refused = std::ranges::count_if(rows, [](const Recipient& row) { return !row.refusal.empty(); });
  const auto new_refused = std::ranges::count_if(
      rows, [](const Recipient& row) { return !row.refusal.empty() && is_counted(row.claim); });
  bool is_ours = true;
  if (refused == 0) {
    TIDINGS_LET(is_ours, blocks_->mark(block, last));
  } else {
    TIDINGS_LET(auto transaction, database_->begin_shared());
    TIDINGS_LET(is_ours, blocks_->mark(block, last));
    if (is_ours) {
      auto still_held = block;
      still_held.is_exhausted = false;
      TIDINGS_LET(is_ours, blocks_->count_settled(still_held, new_refused));
      TIDINGS_TRY(insert_refused(rows));
      TIDINGS_TRY(transaction.commit());
    }
  }
  if (!is_ours) {
    block.is_exhausted = true;  // its fence is another's: settle() drops it with its last answer
    return {};
  }
  batch.suppressed += static_cast<int>(refused);
  block.open += static_cast<int>(rows.size());
  for (auto& row : rows) batch.claims.push_back(std::move(row.claim));
  return {};
}

Result<ClaimBatch> Ledger::claim_from_blocks(EditionId edition, int limit) {
  ClaimBatch batch;
  if (held_.empty()) TIDINGS_TRY(cut_blocks(edition));
  for (;;) {
    const int wanted = limit - static_cast<int>(batch.claims.size());
    if (wanted <= 0) return batch;
    const auto next = std::ranges::find_if(
        held_, [&](const Block& block) { return block.edition == edition && !block.is_exhausted; });
    if (next == held_.end()) {
      TIDINGS_LET(const bool found, lease_block(edition));
      if (!found) return batch;
      continue;
    }
    TIDINGS_TRY(claim_from(*next, wanted, batch));
    if (!next->is_exhausted || next->open > 0) continue;
    TIDINGS_LET([[maybe_unused]] const bool given, blocks_->give_back(*next));
    held_.erase(next);
  }
}

// ---- settle
// -----------------------------------------------------------------------------------------------------

Block* Ledger::held_block(EditionId edition, SubscriberId subscriber) {
  const auto found =
      std::ranges::find_if(held_, [&](const Block& block) { return block.covers(edition, subscriber); });
  return found == held_.end() ? nullptr : &*found;
}

/// Outside the transaction, so that no id is rolled back.
Result<void> Ledger::number_relays(std::span<const Settled> answers) {
  for (const auto& answer : answers) {
    TIDINGS_LET([[maybe_unused]] const auto id, relay_id(answer.relay));
  }
  return {};
}

/// New rows, with one command for all.
Result<void> Ledger::insert_taken(std::span<Settled* const> answers, UtcTime now) {
  store::RowBatch rows{
      *database_,
      "INSERT INTO deliveries (edition_id, subscriber_id, segment_id, state, attempts, code, reply, "
      "settled_ms, relay_id)",
      9};
  for (const auto* const answer : answers) {
    const auto& claim = answer->claim;
    rows.add(claim.edition).add(claim.subscriber).add(claim.segment);
    rows.add(std::int64_t{number_of(DeliveryState::sent)}).add(std::int64_t{1});
    const auto code = code_of(answer->outcome);
    if (code) rows.add(std::int64_t{*code});
    if (!code) rows.add_null();
    TIDINGS_LET(const auto relay, relay_id(answer->relay));
    rows.add(reply_of(answer->outcome)).add(now).add(relay);
  }
  return rows.flush();
}

/// The answers of one block, in order of subscriber, whose fence is ours.
Result<void> Ledger::settle_block(std::span<Settled> answers, Settling& with,
                                  std::vector<Settled>& recorded) {
  std::vector<Settled*> taken;
  for (auto& answer : answers) {
    if (answer.outcome.kind == OutcomeKind::accepted && is_counted(answer.claim)) {
      taken.push_back(&answer);
      continue;
    }
    TIDINGS_LET(const bool changed, settle_one(with, answer));
    if (changed) recorded.push_back(std::move(answer));
  }
  if (!taken.empty()) TIDINGS_TRY(insert_taken(taken, with.now));
  for (auto* const answer : taken) recorded.push_back(std::move(*answer));
  return {};
}

Result<void> Ledger::settle_in_blocks(std::vector<Settled> answers, const SettleOptions& options) {
  std::ranges::sort(answers, {}, [](const Settled& each) { return key_of(each.claim); });
  TIDINGS_TRY(number_relays(answers));
  TIDINGS_LET(auto transaction, database_->begin_shared());
  Settling with{*database_, options.policy, clock_->now(), Rows::planned};
  std::vector<Settled> recorded;
  recorded.reserve(answers.size());
  struct Done {
    std::int64_t number;
    int answers;
    bool is_lost;
  };
  std::vector<Done> done;
  std::int64_t late = 0;
  for (std::span<Settled> rest{answers}; !rest.empty();) {
    const auto& first = rest.front().claim;
    auto* const block = held_block(first.edition, first.subscriber);
    const auto end = std::ranges::find_if(rest, [&](const Settled& each) {
      return block == nullptr || !block->covers(each.claim.edition, each.claim.subscriber);
    });
    const auto group = rest.first(block == nullptr ? 1 : static_cast<std::size_t>(end - rest.begin()));
    rest = rest.subspan(group.size());
    bool is_ours = false;
    if (block != nullptr) {
      const auto planned =
          std::ranges::count_if(group, [](const Settled& each) { return is_counted(each.claim); });
      const int size = static_cast<int>(group.size());
      auto afterwards = *block;
      afterwards.open -= size;
      TIDINGS_LET(is_ours, blocks_->count_settled(afterwards, planned));
      done.push_back({.number = block->number, .answers = size, .is_lost = !is_ours});
    }
    if (!is_ours) {
      late += static_cast<std::int64_t>(group.size());
      continue;
    }
    TIDINGS_TRY(settle_block(group, with, recorded));
  }
  if (options.within && !recorded.empty()) TIDINGS_TRY(options.within(recorded));
  TIDINGS_TRY(transaction.commit());
  late_answers_ += late;
  const auto edition = answers.front().claim.edition;
  for (const auto& each : done) {
    const auto block = std::ranges::find_if(
        held_, [&](const Block& one) { return one.edition == edition && one.number == each.number; });
    if (block == held_.end()) continue;
    block->open -= each.answers;
    if (each.is_lost || (block->is_exhausted && block->open <= 0)) held_.erase(block);
  }
  if (late > 0) {
    log::warning(fmt::format("{} answers came after the lease was lost, and another worker decides", late));
  }
  return {};
}

/// Nothing was written about these: whoever leases the block next claims them again.
Result<void> Ledger::release_in_blocks(std::span<const Claim> claims) {
  for (const auto& claim : claims) {
    if (auto* const block = held_block(claim.edition, claim.subscriber)) {
      --block->open;
      block->is_exhausted = true;
    }
  }
  return {};
}

Result<void> Ledger::give_blocks_back() {
  for (const auto& block : held_) {
    TIDINGS_LET([[maybe_unused]] const bool given, blocks_->give_back(block));
  }
  held_.clear();
  // Of answers that came late, the journal alone knows: recover() reads it.
  return late_answers_ > 0 ? Result<void>{} : remove_journal(path());
}

// ---- recover
// ----------------------------------------------------------------------------------------------------

/// Settles what the holder of a block left without an outcome, and gives the block back. Without its journal
/// all that may have left is in doubt.
Result<void> Ledger::take_over(Block block, const Known* journal, const SettleOptions& options,
                               Recovered& recovered) {
  TIDINGS_LET([[maybe_unused]] const auto nobody, relay_id(""));
  TIDINGS_LET(auto transaction, database_->begin_shared());
  TIDINGS_LET(const bool is_ours, blocks_->take_over(block));
  if (!is_ours) return {};  // somebody else was faster
  constexpr int all = 1 << 30;
  TIDINGS_LET(auto rows, read_block(block, SubscriberId{block.first.value - 1}, block.marked, all));
  Settling with{*database_, options.policy, clock_->now(), Rows::planned};
  std::int64_t planned = 0;
  std::vector<Settled> recorded;
  Recovered found;
  for (auto& row : rows) {
    const auto key = key_of(row.claim);
    const JournalRecord* mark = nullptr;
    if (journal != nullptr) {
      const auto known = journal->marks.find(key);
      if (known != journal->marks.end()) mark = &known->second;
      if (mark == nullptr && journal->trustworthy) {
        ++found.planned;
        continue;
      }
    }
    Settled answer{.claim = std::move(row.claim), .outcome = {}, .relay = {}};
    if (mark != nullptr && mark->outcome) {
      answer.outcome = *mark->outcome;
      answer.relay = mark->relay;
      ++found.answered;
    } else {
      answer.outcome = no_reply(Stage::dot, "tidings was stopped before the answer came");
      ++found.in_doubt;
      TIDINGS_TRY(
          blocks_->note_lost(block.edition, answer.claim.subscriber, answer.claim.attempt, block.owner));
    }
    TIDINGS_LET(const bool changed, settle_one(with, answer));
    if (!changed) continue;
    planned += is_counted(answer.claim) ? 1 : 0;
    recorded.push_back(std::move(answer));
  }
  TIDINGS_LET([[maybe_unused]] const bool counted, blocks_->count_settled(block, planned));
  TIDINGS_LET([[maybe_unused]] const bool given, blocks_->give_back(block));
  if (options.within && !recorded.empty()) TIDINGS_TRY(options.within(recorded));
  TIDINGS_TRY(transaction.commit());
  recovered.planned += found.planned;
  recovered.answered += found.answered;
  recovered.in_doubt += found.in_doubt;
  return {};
}

/// Others took our blocks over, and did not know what our journal knows.
Result<void> Ledger::settle_lost(const Known& journal, const SettleOptions& options) {
  TIDINGS_LET(const auto lost, blocks_->lost());
  if (lost.empty()) return {};
  TIDINGS_LET(auto transaction, database_->begin_shared());
  Settling with{*database_, options.policy, clock_->now(), Rows::lost};
  auto unsent = database_->prepare(R"sql(
    UPDATE deliveries SET state = 3 /* deferred */, due_ms = :now
    WHERE edition_id = :edition AND subscriber_id = :subscriber AND state = 4 /* in_doubt */ AND attempts = :attempt)sql");
  for (const auto& each : lost) {
    const auto mark = journal.marks.find({each.edition.value, each.subscriber.value, each.attempt});
    if (mark == journal.marks.end()) {
      if (!journal.trustworthy) continue;
      unsent.bind(":now", with.now).bind(":edition", each.edition).bind(":subscriber", each.subscriber);
      TIDINGS_TRY(unsent.bind(":attempt", each.attempt).run());
    } else if (mark->second.outcome) {
      Settled answer{.claim = {.edition = each.edition,
                               .subscriber = each.subscriber,
                               .segment = {},
                               .attempt = static_cast<int>(each.attempt)},
                     .outcome = *mark->second.outcome,
                     .relay = mark->second.relay};
      TIDINGS_LET([[maybe_unused]] const bool changed, settle_one(with, answer));
    }
  }
  TIDINGS_TRY(blocks_->forget_lost());
  return transaction.commit();
}

Result<Recovered> Ledger::recover_blocks(const SettleOptions& options) {
  take_over_options_ = options;
  held_.clear();
  Recovered recovered;
  TIDINGS_LET(const auto left, blocks_->left_behind());
  TIDINGS_LET(auto contents, read_journal(path()));
  const Known journal{std::move(contents)};
  for (const auto& [key, record] : journal.marks) {
    TIDINGS_LET([[maybe_unused]] const auto id, relay_id(record.relay));
  }
  for (const auto& block : left) {
    const bool is_own = block.owner == blocks_->worker().owner;
    TIDINGS_TRY(take_over(block, is_own ? &journal : nullptr, options, recovered));
  }
  TIDINGS_LET(const auto lost, blocks_->lost());
  if (journal.trustworthy) {
    recovered.planned += static_cast<int>(std::ranges::count_if(lost, [&](const BlockTable::Lost& each) {
      return !journal.marks.contains({each.edition.value, each.subscriber.value, each.attempt});
    }));
  }
  TIDINGS_TRY(settle_lost(journal, options));
  late_answers_ = 0;
  TIDINGS_TRY(remove_journal(path()));
  return recovered;
}

/// What is in flight is in doubt, and late answers find no block.
Result<void> Ledger::call_off_blocks(EditionId edition) {
  TIDINGS_TRY(blocks_->fence_off(edition));
  TIDINGS_LET(const auto held, blocks_->held(edition));
  Settling with{*database_, take_over_options_.policy, clock_->now(), Rows::planned};
  for (const auto& block : held) {
    constexpr int all = 1 << 30;
    TIDINGS_LET(auto rows, read_block(block, SubscriberId{block.first.value - 1}, block.marked, all));
    for (auto& row : rows) {
      Settled answer{.claim = std::move(row.claim),
                     .outcome = no_reply(Stage::dot, "the edition was cancelled before the answer came"),
                     .relay = {}};
      TIDINGS_TRY(blocks_->note_lost(edition, answer.claim.subscriber, answer.claim.attempt, block.owner));
      TIDINGS_LET([[maybe_unused]] const bool changed, settle_one(with, answer));
    }
  }
  auto unsent = database_->prepare(R"sql(
    INSERT INTO deliveries (edition_id, subscriber_id, segment_id, state, reply, settled_ms)
    SELECT edition_id, subscriber_id, segment_id, 7 /* suppressed */, 'the edition was cancelled', :now
    FROM planned_deliveries WHERE edition_id = :edition
    ON CONFLICT (edition_id, subscriber_id) DO NOTHING)sql");
  TIDINGS_TRY(unsent.bind(":now", clock_->now()).bind(":edition", edition).run());
  return blocks_->forget(edition);
}

}  // namespace tidings::delivery
