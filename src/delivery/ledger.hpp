// Delivery ledger: one durable row per (edition, subscriber); the one authority on who was mailed.
//
// Invariants. A row reads `claimed` on disk before the first octet of its message leaves this host. A
// message's final dot is sent only after its mark is in the journal (journal.hpp). So a crash may lose an
// answer, never the knowledge that there was an attempt: recover() turns what the dead process left into
// planned, its answer, or in doubt. No row is ever deleted, so the counts of an edition always balance. Times
// are UTC milliseconds; attempts count from 1. Each mutating call is one immediate transaction, except
// plan(), which joins the caller's. Not thread-safe: one Ledger per handle, per thread. Any call may fail
// with the store's errors (Errc::io, try_again, bad_data).
//
// In a file the caller holds store::SenderLock for claim, settle, release and recover: a claim that recover()
// finds on disk belongs to a dead process. On a server several processes work at once, each on blocks that it
// leases (block_table.hpp): there a block's mark is what "claimed" is here, and rows have outcomes only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/zone.hpp"
#include "delivery/block_table.hpp"
#include "delivery/outcome.hpp"
#include "delivery/relay_health.hpp"
#include "delivery/retry.hpp"
#include "store/database.hpp"

namespace tidings::delivery {

struct AttemptKey;  // journal.hpp
enum class Rows;    // ledger_rows.hpp

/// The numbers of deliveries.state. Below `sent` a row is not finished.
enum class DeliveryState {
  planned = 1,   ///< nothing was sent yet
  claimed = 2,   ///< a run is working on it
  deferred = 3,  ///< to be retried at due_ms
  in_doubt = 4,  ///< may have arrived; retried at due_ms, or held if that is NULL
  sent = 5,      ///< the relay accepted it
  failed = 6,    ///< refused, or given up
  suppressed =
      7,  ///< not attempted: suppressed, withdrawn, paused or erased since sealing, or the edition cancelled
  bounced = 8,  ///< taken, and reported back as undeliverable
};
[[nodiscard]] std::string_view name_of(DeliveryState state);
[[nodiscard]] std::optional<DeliveryState> delivery_state_of(std::string_view name);

/// Permission to attempt one delivery once.
struct Claim {
  EditionId edition{};
  SubscriberId subscriber{};
  SegmentId segment{};
  int attempt = 0;        ///< from 1
  std::string address{};  ///< as in subscribers: domain in A-labels; empty if recover() found that the
                          ///< person has since been erased
  std::string name{};     ///< may be empty
  bool waited = false;    ///< on a server: for the reader's hour, see block_table.hpp

  bool operator==(const Claim&) const = default;
};

/// The answer to one claim.
struct Settled {
  Claim claim{};
  Outcome outcome{};
  std::string relay{};  ///< RelayOptions::name(), or "drop"

  bool operator==(const Settled&) const = default;
};

struct Counts {
  std::int64_t recipients = 0;  ///< rows of the edition
  std::int64_t planned = 0;
  std::int64_t claimed = 0;
  std::int64_t deferred = 0;
  std::int64_t in_doubt = 0;
  std::int64_t sent = 0;  ///< without those that bounced later
  std::int64_t failed = 0;
  std::int64_t suppressed = 0;
  std::int64_t bounced = 0;

  bool operator==(const Counts&) const = default;
  [[nodiscard]] std::int64_t open() const { return planned + claimed + deferred; }
  [[nodiscard]] bool balances() const {
    return recipients == open() + in_doubt + sent + failed + suppressed + bounced;
  }
};

struct ClaimBatch {
  std::vector<Claim> claims{};
  int suppressed = 0;  ///< rows marked suppressed instead of claimed
};

struct Recovered {
  int planned = 0;   ///< nothing had been sent
  int answered = 0;  ///< the answer was in the journal
  int in_doubt = 0;
};

/// The recorded answer by which a delivery failed permanently.
struct Refusal {
  Claim claim{};  ///< with the address; empty once erased
  Outcome outcome{};
  std::string relay{};
  UtcTime at{};
};

/// One row for people: `delivery list`.
struct DeliveryRow {
  EditionId edition{};
  SubscriberId subscriber{};
  std::string address{};  ///< empty once erased
  DeliveryState state = DeliveryState::planned;
  int attempts = 0;
  std::optional<UtcTime> due{};
  std::optional<int> code{};
  std::string reply{};
  std::optional<UtcTime> settled{};
  SegmentId segment{};
  std::string relay{};  ///< the last to answer; empty: nobody yet, or an older version did not record it

  bool operator==(const DeliveryRow&) const = default;
};

/// The place of a delivery in a list.
struct DeliveryPlace {
  EditionId edition;
  SubscriberId subscriber;
};

struct DeliveryFilter {
  std::optional<EditionId> edition{};
  std::optional<SubscriberId> subscriber{};
  std::optional<DeliveryState> state{};
  std::optional<DeliveryPlace> after{};
  int limit = 1000;
};

struct AttemptRow {
  int attempt = 0;
  UtcTime at{};
  Stage stage = Stage::connect;
  OutcomeKind kind = OutcomeKind::temporary;
  int code = 0;
  std::string reply{};
  std::string relay{};
};

class Ledger {
 public:
  /// Both must outlive the ledger.
  Ledger(store::Database& database, const Clock& clock);

  /// The database's file; the sending journal is beside it. Empty in memory. On a server: the worker's
  /// journal.
  [[nodiscard]] const std::filesystem::path& path() const {
    return blocks_ ? blocks_->worker().journal : database_->path();
  }

  /// Whether several processes may work at once.
  [[nodiscard]] bool is_shared() const { return blocks_.has_value(); }
  /// On a server, before recover(): who works. Without it: whoever sends under the sender's lock.
  void work_as(Worker worker);
  /// On a server, several times within a lease: nobody else takes our blocks.
  [[nodiscard]] Result<void> keep_leases();
  /// Whether claim() would find anything: on a server others may hold what is due.
  [[nodiscard]] Result<bool> has_work(EditionId edition);
  /// On a server: whether anybody has claims, of whichever edition.
  [[nodiscard]] Result<bool> is_anybody_working();
  /// All of the edition is finished: drops what only workers need. Within the caller's transaction.
  [[nodiscard]] Result<void> close(EditionId edition);
  /// Answers that were refused since the block had become another worker's.
  [[nodiscard]] std::int64_t late_answers() const { return late_answers_; }
  /// What a copy of a server's store has as planned goes where a file keeps it.
  [[nodiscard]] Result<void> take_in_plan();

  [[nodiscard]] UtcTime now() const { return clock_->now(); }

  /// Whether a run is under way, or has died: then the journal knows what the rows do not.
  [[nodiscard]] Result<bool> is_unfinished();

  /// Adds one recipient's delivery as planned, inside the caller's transaction (sealing). Idempotent.
  [[nodiscard]] Result<void> plan(EditionId edition, SubscriberId subscriber, SegmentId segment);
  /// The same for several; by the hundred, half the work of one by one.
  [[nodiscard]] Result<void> plan(EditionId edition, std::span<const Planned> recipients);

  /// Plans somebody who comes after the edition was sealed, inside the caller's transaction. Idempotent.
  [[nodiscard]] Result<void> admit(EditionId edition, const Planned& recipient);

  /// How long after a reader's hour a first attempt may still be made; without a limit unless it is set.
  void leave_later_than(std::chrono::milliseconds lateness) { lateness_ = lateness; }

  /// Planned deliveries of an edition with local_time whose hour is still to come.
  struct Waiting {
    std::int64_t count = 0;
    UtcTime next{};          ///< the next hour
    std::string timezone{};  ///< of somebody whose hour it is

    bool operator==(const Waiting&) const = default;
  };
  /// Nothing if nobody waits. `own` is the newsletter's zone.
  [[nodiscard]] Result<std::optional<Waiting>> waiting(EditionId edition, const Zone& own);
  /// Those left for a person: their hour passed longer ago than leave_later_than() allows.
  [[nodiscard]] Result<std::int64_t> count_late(EditionId edition);
  /// For an admin: these are due at once.
  [[nodiscard]] Result<void> release_late(EditionId edition);

  /// Somebody who waits for their hour.
  struct Waiter {
    SubscriberId subscriber{};
    UtcTime due{};
    std::string timezone{};  ///< now; empty: the newsletter's
  };
  /// Of one subscriber, or all of them.
  [[nodiscard]] Result<std::vector<Waiter>> waiters(EditionId edition,
                                                    std::optional<SubscriberId> subscriber = {});
  /// Another hour for somebody whose hour is still to come. Within the caller's transaction.
  [[nodiscard]] Result<void> move_hour(EditionId edition, SubscriberId subscriber, UtcTime due);

  /// Claims up to `limit` rows: deferred and in-doubt ones that are due, those whose hour has come, then
  /// planned ones in order of subscriber; durable before it returns. Recipients who are suppressed,
  /// unsubscribed or erased become `suppressed` in the same transaction and are not returned; so `claims` is
  /// empty only when nothing is due. Whoever has changed to another digest gets what may have arrived before
  /// the change once more, with the same Message-ID: no other edition brings it.
  [[nodiscard]] Result<ClaimBatch> claim(EditionId edition, int limit);

  /// Runs inside settle()'s transaction after its rows are written; an error rolls everything back. Given-up
  /// deliveries appear as permanent, with a soft verdict if the address is to blame.
  using WithinSettle = std::function<Result<void>(std::span<const Settled>)>;

  struct SettleOptions {
    RetryPolicy policy{};
    WithinSettle within{};
    /// `process` if a claim() follows soon, which makes it durable too.
    store::Sync sync = store::Sync::full;
  };

  /// Records answers in one transaction. accepted: sent. temporary: deferred by the policy, failed ("given
  /// up: ...") once that gives up. permanent: failed. unknown: in_doubt, due again by the policy unless it
  /// was in doubt before. Keeps reply text verbatim. A claim that is no longer the row's last attempt is
  /// skipped, which is not an error.
  [[nodiscard]] Result<void> settle(std::vector<Settled> answers, const SettleOptions& options);

  /// Returns claims that were never attempted (relay in trouble, run stopped): the attempt does not count.
  /// Rows never attempted become planned, others deferred and due at once.
  [[nodiscard]] Result<void> release(std::span<const Claim> claims);

  /// Before the first claim() of a run: settles what a dead process left claimed, using its journal. Claims
  /// without a mark are released as by release(). Without a trustworthy journal (power loss, copied database)
  /// all are in doubt. Costs nothing if the last run ended normally.
  [[nodiscard]] Result<Recovered> recover(const SettleOptions& options);

  /// After the last settle() or release() of a run: nothing is claimed, so there is nothing to recover().
  [[nodiscard]] Result<void> finish();

  [[nodiscard]] Result<Counts> counts(EditionId edition);

  /// The number of deliveries of an edition per segment, in any state.
  [[nodiscard]] Result<std::map<SegmentId, std::int64_t>> readers_by_segment(EditionId edition);

  /// The earliest time at which claim() would return something; now or earlier if it already would. Nothing
  /// if no delivery will ever be due without an admin.
  [[nodiscard]] Result<std::optional<UtcTime>> next_due(EditionId edition);

  /// Ordered by edition and subscriber.
  [[nodiscard]] Result<std::vector<DeliveryRow>> list(const DeliveryFilter& filter);
  /// Streams the rows of one edition in order of subscriber; the visitor must not write. Its error stops the
  /// reading.
  [[nodiscard]] Result<void> visit(EditionId edition,
                                   const std::function<Result<void>(const DeliveryRow&)>& visitor);
  /// All except plainly accepted first attempts, oldest first.
  [[nodiscard]] Result<std::vector<AttemptRow>> attempts(EditionId edition, SubscriberId subscriber);
  /// Blanks the relay's words about one subscriber, which may quote the address, to erase the person. Keeps
  /// the outcomes.
  [[nodiscard]] Result<void> forget_replies(SubscriberId subscriber);
  [[nodiscard]] Result<void> forget_replies(const store::Transaction& open, SubscriberId subscriber);
  /// Why deliveries of an edition are deferred: reply (code and text) and count, most frequent first.
  [[nodiscard]] Result<std::vector<std::pair<std::string, std::int64_t>>> deferred_by_reason(
      EditionId edition, int limit = 10);

  /// For an admin: makes rows in one of the states deferred, in_doubt or failed due at once; returns their
  /// number. Without a subscriber: all of that state. Errc::usage for another state.
  [[nodiscard]] Result<int> retry(EditionId edition, DeliveryState state,
                                  std::optional<SubscriberId> subscriber = {});

  /// For an admin: settles a row in doubt (or, as failed, a refusal taken back): it arrived (sent), or it did
  /// not and will not be retried (failed). Errc::no_input if there is no such row in doubt.
  [[nodiscard]] Result<void> resolve(EditionId edition, SubscriberId subscriber, DeliveryState as);
  /// The same for all in doubt that wait for an admin and, as failed, for refusals (5yz) taken back; returns
  /// their number.
  [[nodiscard]] Result<int> resolve_held(EditionId edition, DeliveryState as);
  /// For an admin: forgets the remembered trouble of relays; they are tried at once and their refusals
  /// believed again.
  [[nodiscard]] Result<int> release_relays();

  /// Takes refusals back: failed rows with this last attempt are deferred until `due`. Returns their number.
  [[nodiscard]] Result<int> take_back(std::span<const AttemptKey> attempts, UtcTime due);
  /// The same within the caller's transaction.
  [[nodiscard]] Result<int> take_back_within(std::span<const AttemptKey> attempts, UtcTime due);
  /// Refusals not yet judged (whether they suppress anybody) that are still the last word about their
  /// delivery.
  [[nodiscard]] Result<std::vector<Refusal>> unjudged();
  /// Marks all refusals so far as judged. Within the caller's transaction.
  [[nodiscard]] Result<void> set_judged();
  /// Whether the relay has accepted a message of the edition.
  [[nodiscard]] Result<bool> has_taken(EditionId edition, std::string_view relay);
  /// How many deliveries can be claimed now.
  [[nodiscard]] Result<std::int64_t> due_now(EditionId edition);
  /// Deliveries in doubt that wait for an admin, by edition.
  [[nodiscard]] Result<std::vector<std::pair<EditionId, std::int64_t>>> held_in_doubt();
  struct Pace {
    std::optional<UtcTime> last{};  ///< when a message was last accepted
    std::int64_t in_minute = 0;     ///< how many in the minute before
  };
  [[nodiscard]] Result<Pace> pace(EditionId edition);

  /// Deliveries that wait for longer than longest_wait, because a clock was ahead. They count as due already;
  /// forget_future() records that.
  [[nodiscard]] Result<std::int64_t> count_from_future();
  [[nodiscard]] Result<void> forget_future();

  /// What is remembered about relays between runs.
  [[nodiscard]] Result<std::vector<RelayMemory>> relays();
  [[nodiscard]] Result<void> remember(std::span<const RelayMemory> relays);

  /// The edition was cancelled: what is planned is suppressed, what is deferred has failed, what is in doubt
  /// stays so and waits for nothing. Within the caller's transaction.
  [[nodiscard]] Result<void> call_off(EditionId edition);

  /// A report came back (bounce room). Sent rows only; false if there is none.
  [[nodiscard]] Result<bool> mark_bounced(EditionId edition, SubscriberId subscriber, std::string_view reply);

 private:
  struct Recipient;
  [[nodiscard]] Result<std::string> digest_of(EditionId edition);
  [[nodiscard]] Result<bool> is_paused(const Claim& claim);
  [[nodiscard]] Result<void> keep_doubted(std::vector<Recipient>& rows);
  [[nodiscard]] Result<void> read_due(EditionId edition, int limit, std::vector<Recipient>& out);
  [[nodiscard]] Result<void> read_waiting(EditionId edition, int limit, std::vector<Recipient>& out);
  [[nodiscard]] Result<DueBy> due_by(EditionId edition);
  [[nodiscard]] Result<bool> is_local(EditionId edition);
  [[nodiscard]] UtcTime oldest_hour() const;
  [[nodiscard]] Result<void> plan_with_rows(EditionId edition, std::span<const Planned> recipients);
  [[nodiscard]] Result<void> read_planned(EditionId edition, int limit, std::vector<Recipient>& out);
  [[nodiscard]] Result<void> refuse_some(std::vector<Recipient>& rows, ClaimBatch& batch);
  [[nodiscard]] Result<void> take_each(const std::vector<Recipient>& rows);
  [[nodiscard]] Result<void> take_range(const std::vector<Recipient>& rows);
  [[nodiscard]] Result<void> note_claiming(EditionId edition);
  /// Those that the fact names, or all with claims if it is damaged.
  [[nodiscard]] Result<std::vector<EditionId>> claiming_editions(std::string_view fact);
  struct Settling;
  /// What a delivery's earlier attempts say.
  struct Past {
    UtcTime first_attempt{};  ///< that the mailbox itself answered, since the edition was opened
    bool was_in_doubt = false;
  };
  [[nodiscard]] static Result<Past> past_of(Settling& with, const Claim& claim, const Outcome& seen);
  [[nodiscard]] Result<bool> settle_one(Settling& with, Settled& answer);
  [[nodiscard]] Result<void> settle_taken(std::span<Settled* const> answers, UtcTime now,
                                          std::vector<Settled>& recorded);
  [[nodiscard]] Result<void> release_one(const Claim& claim, UtcTime now);
  [[nodiscard]] Result<void> settle_rows(std::vector<Settled> answers, const SettleOptions& options);

  [[nodiscard]] Result<std::int64_t> relay_id(const std::string& name);

  // On a server: ledger_blocks.cpp.
  [[nodiscard]] Result<ClaimBatch> claim_from_blocks(EditionId edition, int limit);
  [[nodiscard]] Result<void> cut_blocks(EditionId edition);
  [[nodiscard]] Result<bool> lease_block(EditionId edition);
  [[nodiscard]] Result<void> claim_from(Block& block, int limit, ClaimBatch& batch);
  [[nodiscard]] Result<std::vector<Recipient>> read_block(const Block& block, SubscriberId after,
                                                          SubscriberId until, int limit);
  [[nodiscard]] Result<void> insert_refused(std::vector<Recipient>& rows);
  [[nodiscard]] Result<void> settle_in_blocks(std::vector<Settled> answers, const SettleOptions& options);
  [[nodiscard]] Result<void> settle_block(std::span<Settled> answers, Settling& with,
                                          std::vector<Settled>& recorded);
  [[nodiscard]] Result<void> insert_taken(std::span<Settled* const> answers, UtcTime now);
  [[nodiscard]] Result<void> release_in_blocks(std::span<const Claim> claims);
  [[nodiscard]] Result<void> give_blocks_back();
  [[nodiscard]] Result<Recovered> recover_blocks(const SettleOptions& options);
  struct Known;  ///< what a journal knows
  [[nodiscard]] Result<void> take_over(Block block, const Known* journal, const SettleOptions& options,
                                       Recovered& recovered);
  [[nodiscard]] Result<void> settle_lost(const Known& journal, const SettleOptions& options);
  [[nodiscard]] Result<void> call_off_blocks(EditionId edition);
  [[nodiscard]] Result<void> number_relays(std::span<const Settled> answers);
  [[nodiscard]] Block* held_block(EditionId edition, SubscriberId subscriber);

  store::Database* database_;
  const Clock* clock_;
  std::map<std::string, std::int64_t> relay_ids_;
  std::map<std::int64_t, std::int64_t>
      cursors_;                       ///< edition -> subscriber up to whom no row is planned any more
  std::set<std::int64_t> claiming_;   ///< editions recorded as having claims, see recover()
  std::optional<BlockTable> blocks_;  ///< on a server
  std::vector<Block> held_;
  std::chrono::steady_clock::time_point kept_{};  ///< when the leases were last renewed
  SettleOptions take_over_options_{};
  std::int64_t late_answers_ = 0;
  std::optional<std::chrono::milliseconds> lateness_;
  std::map<std::int64_t, bool> is_local_;  ///< edition -> whether its readers have hours
};

}  // namespace tidings::delivery
