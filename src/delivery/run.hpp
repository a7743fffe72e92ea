// One delivery run: claim, compose on worker threads, send, settle; until nothing is due or it is told to
// stop.
//
// Threads: only the calling thread touches the ledger; the transport runs on one thread, composers on
// `workers`. Queues between them are bounded, so memory does not grow with the list. If every relay as a
// whole is in trouble (refused login, policy, no connection, refusals of nearly everybody: brake.hpp), the
// run ends with the open deliveries untouched: calling again later is always harmless.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "delivery/ledger.hpp"
#include "delivery/retry.hpp"
#include "delivery/transport.hpp"
#include "message/message.hpp"

namespace tidings::delivery {

/// Builds the message of one claim. Called from several threads at once, so it must not touch a database
/// handle. Errc::bad_data concerns this claim, which fails alone, as does one whose message may not be sent
/// (dialogue.hpp, unsound()); any other error ends the run.
using Composer = std::function<Result<message::Message>(const Claim&)>;

/// Set from a signal handler: give what is in flight some seconds, settle, return.
using StopFlag = std::atomic<bool>;

inline const StopFlag never_stopped{false};

enum class RunEnd {
  nothing_due,    ///< everything due has been attempted
  stopped,        ///< StopFlag
  out_of_time,    ///< time_budget
  relay_trouble,  ///< no relay is usable: see RunReport::trouble
};
[[nodiscard]] std::string_view name_of(RunEnd end);

struct RunReport {
  RunEnd end = RunEnd::nothing_due;
  std::int64_t sent = 0;
  std::int64_t deferred = 0;
  std::int64_t failed = 0;
  std::int64_t in_doubt = 0;
  std::int64_t suppressed = 0;
  std::int64_t message_refused = 0;          ///< of the failed: because of the message, not the subscriber
  std::optional<Outcome> message_refusal{};  ///< one of these answers
  std::int64_t late = 0;                     ///< answers refused by the ledger: another worker had the block
  std::int64_t unsendable = 0;               ///< of the failed: no message could be built
  Recovered recovered{};                     ///< what an earlier run left when it died
  std::optional<Outcome> trouble{};          ///< the relay's answer that ended the run
  std::string relay{};                       ///< whose answer it was
  std::optional<UtcTime> resumes{};          ///< when the relay may be tried again; none: by the next run
  std::vector<RelayMemory> relays{};         ///< the state of each relay after the run
  std::chrono::milliseconds elapsed{};

  [[nodiscard]] std::int64_t settled() const { return sent + deferred + failed + in_doubt; }
  /// A relay refuses nearly everybody alike: its refusals prove nothing and suppress nobody.
  [[nodiscard]] bool braked() const {
    return std::any_of(relays.begin(), relays.end(),
                       [](const RelayMemory& each) { return !each.refused_alike.empty(); });
  }
};

struct RunOptions {
  EditionId edition{};
  RetryPolicy retry{};
  int workers = 2;
  int claim_batch = 512;  ///< the most deliveries that are claimed and not settled at any time
  std::optional<std::chrono::milliseconds> time_budget{};
  /// On a server, once a second, with the messages accepted since: the part of each rate, see
  /// worker_table.hpp.
  std::function<Result<double>(std::int64_t)> share{};
  Ledger::WithinSettle within_settle{};                 ///< joins the transaction of each settled batch
  std::function<void(const RunReport&)> on_progress{};  ///< on the calling thread, after each settled batch
};

/// Never Errc::unavailable: a relay in trouble is RunEnd::relay_trouble. Errors are the store's, the
/// journal's (Errc::io: disk full) and the composer's; claimed but unsent deliveries are returned first.
[[nodiscard]] Result<RunReport> deliver(const RunOptions& options, Ledger& ledger, Transport& transport,
                                        const Composer& compose, const StopFlag& stop);

/// Whether an answer is ours rather than a relay's: no message can be sent.
[[nodiscard]] bool is_unsendable(const Outcome& outcome);

/// Sends one message outside the ledger: `test DIGEST ADDRESS`. If told to stop, its answer is temporary, or
/// unknown if its last octet was sent.
[[nodiscard]] Result<Outcome> send_one(Transport& transport, message::Message message,
                                       const StopFlag& stop = never_stopped);

}  // namespace tidings::delivery
