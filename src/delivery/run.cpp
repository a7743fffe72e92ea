#include "delivery/run.hpp"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include <malloc.h>
#include <unistd.h>

#include <fmt/format.h>

#include "delivery/brake.hpp"
#include "delivery/dialogue.hpp"
#include "delivery/journal.hpp"
#include "delivery/outbox.hpp"
#include "delivery/shared_relays.hpp"

namespace tidings::delivery {
namespace {

using namespace std::chrono_literals;

/// Claims composed by one worker between two visits to the outbox.
constexpr std::size_t compose_batch = 8;
/// When refusals that were taken back are retried: not before a paused relay.
constexpr std::chrono::minutes brake_pause{10};
/// How long answers may wait for more before they are settled.
constexpr std::chrono::milliseconds settle_pause = 200ms;

/// Messages come and go by the thousand, and glibc would return their memory to the kernel whenever a few are
/// free: page faults took a tenth of a message's CPU time. The kept memory is bounded like the queues.
void keep_freed_memory() {
#ifdef __GLIBC__
  constexpr int keep_bytes = 8 << 20;
  ::mallopt(M_TRIM_THRESHOLD, keep_bytes);
  ::mallopt(M_TOP_PAD, 1 << 20);
#endif
}

Outcome unsendable(std::string_view why) {
  auto outcome = no_reply(Stage::mail, fmt::format("no message can be sent: {}", why));
  outcome.kind = OutcomeKind::permanent;
  outcome.blame = Blame::message;
  return outcome;
}

void compose_claims(Outbox& outbox, const Composer& compose) {
  for (;;) {
    auto claims = outbox.next_claims(compose_batch);
    if (claims.empty()) return;
    std::vector<QueuedMessage> queued;
    queued.reserve(claims.size());
    for (auto& claim : claims) {
      auto message = compose(claim);
      const auto wrong = message ? unsound(*message) : message.error().what;
      if (wrong.empty()) {
        queued.push_back({.claim = std::move(claim), .message = std::move(*message)});
      } else if (message || message.error().code == Errc::bad_data) {
        outbox.compose_refused(std::move(claim), unsendable(wrong));
      } else {
        outbox.compose_failed(claim, std::move(message).error());
      }
    }
    outbox.add_messages(std::move(queued));
  }
}

/// Half a minute's worth for a slow transport. Where other workers take over what a lost one had claimed, all
/// of that is in doubt: one group in flight and the next.
int batch_for(const RunOptions& options, const Ledger& ledger, const Transport& transport) {
  if (ledger.is_shared()) return std::min(options.claim_batch, 2 * transport.in_flight());
  if (transport.rate() <= 0) return options.claim_batch;
  return std::clamp(static_cast<int>(transport.rate() * 30), 8, std::max(options.claim_batch, 8));
}

void count(RunReport& report, const Settled& answer) {
  report.unsendable += is_unsendable(answer.outcome) ? 1 : 0;
  switch (answer.outcome.kind) {
    case OutcomeKind::accepted: ++report.sent; break;
    case OutcomeKind::temporary: ++report.deferred; break;
    case OutcomeKind::permanent:
      ++report.failed;
      if (answer.outcome.blame != Blame::message) break;
      ++report.message_refused;
      report.message_refusal = answer.outcome;
      break;
    case OutcomeKind::unknown: ++report.in_doubt; break;
  }
}

/// The ledger's side of a run; the threads around it end first.
class Run {
 public:
  struct Sides {
    Outbox& outbox;
    Brake& brake;
    SharedRelays* relays;  ///< nullptr: they are nobody else's
  };
  Run(const RunOptions& options, int claim_batch, Ledger& ledger, const Sides& sides, const StopFlag& stop)
      : options_(options),
        claim_batch_(claim_batch),
        ledger_(ledger),
        outbox_(sides.outbox),
        brake_(sides.brake),
        relays_(sides.relays),
        stop_(stop) {}

  [[nodiscard]] Result<void> go();
  /// After the transport has ended: late trouble, and what to remember about relays.
  [[nodiscard]] Result<void> end(std::vector<RelayMemory> relays);
  RunReport report;

 private:
  [[nodiscard]] Result<void> agree();
  [[nodiscard]] Result<void> refill();
  [[nodiscard]] Result<void> settle(Outbox::AnswerBatch batch, store::Sync sync);
  [[nodiscard]] Result<void> pull(const std::string& relay, const std::string& words);
  [[nodiscard]] bool should_end();
  /// Somebody is waiting for the end.
  [[nodiscard]] bool is_over() const {
    return stop_.load() || (options_.time_budget && elapsed() >= *options_.time_budget);
  }
  [[nodiscard]] std::chrono::milliseconds elapsed() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start_);
  }

  const RunOptions& options_;
  int claim_batch_;
  Ledger& ledger_;
  Outbox& outbox_;
  Brake& brake_;
  SharedRelays* relays_;
  const StopFlag& stop_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  bool all_claimed_ = false;
  int unsettled_ = 0;  ///< claimed, and not settled or returned
  std::chrono::milliseconds agreed_ = -1h;
  std::int64_t told_sent_ = 0;
};

/// With the other workers, once a second: whose relays are paused, and how much of each rate is ours.
Result<void> Run::agree() {
  if (!options_.share || elapsed() - agreed_ < 1s) return {};
  agreed_ = elapsed();
  SharedRelays::News news{.share = 1, .relays = {}, .now = ledger_.now()};
  TIDINGS_LET(news.share, options_.share(report.sent - told_sent_));
  told_sent_ = report.sent;
  if (relays_ == nullptr) return {};
  TIDINGS_LET(news.relays, ledger_.relays());
  std::vector<RelayMemory> paused;
  for (const auto& mine : relays_->seen()) {
    const auto known = std::ranges::find(news.relays, mine.name, &RelayMemory::name);
    const bool is_news = known == news.relays.end() || !known->paused_until ||
                         *known->paused_until + 1s < mine.paused_until.value_or(UtcTime{});
    if (mine.paused_until && *mine.paused_until > news.now && is_news) paused.push_back(mine);
  }
  TIDINGS_TRY(ledger_.remember(paused));
  relays_->tell(std::move(news));
  return {};
}

Result<void> Run::refill() {
  const auto outstanding = ledger_.is_shared() ? unsettled_ : static_cast<int>(outbox_.outstanding());
  // By halves: large enough to share a commit's fsync, early enough that nobody waits for claims.
  if (all_claimed_ || outstanding > claim_batch_ / 2) return {};
  TIDINGS_LET(auto batch, ledger_.claim(options_.edition, claim_batch_ - outstanding));
  report.suppressed += batch.suppressed;
  all_claimed_ = batch.claims.empty();
  unsettled_ += static_cast<int>(batch.claims.size());
  outbox_.add_claims(std::move(batch.claims));
  return {};
}

Result<void> Run::pull(const std::string& relay, const std::string& words) {
  TIDINGS_LET(const int taken_back,
              ledger_.take_back(brake_.pull(relay, words), ledger_.now() + brake_pause));
  report.failed -= taken_back;
  report.deferred += taken_back;
  return {};
}

Result<void> Run::settle(Outbox::AnswerBatch batch, store::Sync sync) {
  const bool nothing = batch.answers.empty() && batch.handed_back.empty();
  unsettled_ -= static_cast<int>(batch.answers.size() + batch.handed_back.size());
  for (const auto& each : batch.brakes) TIDINGS_TRY(pull(each.relay, each.words));
  brake_.soften(batch.answers);
  const auto within = [&](std::span<const Settled> recorded) -> Result<void> {
    for (const auto& answer : recorded) count(report, answer);
    brake_.recorded(recorded);
    return options_.within_settle ? options_.within_settle(recorded) : Result<void>{};
  };
  TIDINGS_TRY(
      ledger_.settle(std::move(batch.answers), {.policy = options_.retry, .within = within, .sync = sync}));
  TIDINGS_TRY(ledger_.release(batch.handed_back));
  report.late = ledger_.late_answers();
  if (report.late == 0) {
    for (const auto& path : batch.old_journals) ::unlink(path.c_str());
  }
  report.elapsed = elapsed();
  if (options_.on_progress && !nothing) options_.on_progress(report);
  return {};
}

bool Run::should_end() {
  if (const auto trouble = outbox_.trouble()) {
    report.end = RunEnd::relay_trouble;
    report.trouble = trouble->outcome;
    report.relay = trouble->relay;
    return true;
  }
  if (stop_.load()) {
    report.end = RunEnd::stopped;
    return true;
  }
  if (options_.time_budget && elapsed() >= *options_.time_budget) {
    report.end = RunEnd::out_of_time;
    return true;
  }
  // The journal knows what the ledger has refused: recover() puts it right.
  return outbox_.failure().has_value() || report.late > 0;
}

Result<void> Run::go() {
  bool ending = false;
  for (;;) {
    TIDINGS_TRY(ledger_.keep_leases());
    if (!ending && (should_end() || outbox_.stopping())) {
      ending = true;
      outbox_.stop();
    }
    if (is_over()) outbox_.hurry();
    TIDINGS_TRY(agree());
    if (!ending) TIDINGS_TRY(refill());
    const auto outstanding = outbox_.outstanding();
    const auto enough =
        std::max<std::size_t>(1, std::min(outstanding, static_cast<std::size_t>(claim_batch_) / 2));
    auto batch = outbox_.wait(enough, settle_pause);
    const bool last = batch.outstanding == 0 && (ending || all_claimed_);
    TIDINGS_TRY(settle(std::move(batch), last ? store::Sync::full : store::Sync::process));
    if (last) break;
  }
  if (const auto failure = outbox_.failure()) return tl::unexpected<Error>(*failure);
  return {};
}

Result<void> Run::end(std::vector<RelayMemory> relays) {
  // Trouble may have come with the last answers, after the last check.
  if (report.end == RunEnd::nothing_due) static_cast<void>(should_end());
  const auto memory_of = [&](const std::string& name) {
    return std::find_if(relays.begin(), relays.end(),
                        [&](const RelayMemory& each) { return each.name == name; });
  };
  for (const auto& found : brake_.at_end()) {
    if (!found.words.empty()) TIDINGS_TRY(pull(found.relay, found.words));
    if (const auto memory = memory_of(found.relay); memory != relays.end()) {
      memory->last_error = found.outcome.line();
      memory->refused_alike = found.words;
      memory->out = true;
    }
    const bool others_work =
        std::any_of(relays.begin(), relays.end(), [](const RelayMemory& each) { return each.taken > 0; });
    if (report.end != RunEnd::nothing_due || others_work) continue;
    report.end = RunEnd::relay_trouble;
    report.trouble = found.outcome;
    report.relay = found.relay;
  }
  for (auto& memory : relays) {
    const bool gone = !brake_.is_pulled(memory.name) && brake_.was_asked(memory.name);
    if (gone) memory.refused_alike.clear();
    if (memory.name == report.relay) report.resumes = memory.paused_until;
  }
  report.relays = relays;
  return ledger_.remember(relays);
}

}  // namespace

std::string_view name_of(RunEnd end) {
  switch (end) {
    case RunEnd::nothing_due: return "nothing due";
    case RunEnd::stopped: return "stopped";
    case RunEnd::out_of_time: return "out of time";
    case RunEnd::relay_trouble: return "relay trouble";
  }
  return "";
}

Result<RunReport> deliver(const RunOptions& options, Ledger& ledger, Transport& transport,
                          const Composer& compose, const StopFlag& stop) {
  keep_freed_memory();
  TIDINGS_LET(
      const auto recovered,
      ledger.recover({.policy = options.retry, .within = options.within_settle, .sync = store::Sync::full}));
  TIDINGS_LET(auto relays, ledger.relays());
  for (const auto& relay : transport.memories(ledger.now())) {
    const bool known = std::any_of(relays.begin(), relays.end(),
                                   [&](const RelayMemory& each) { return each.name == relay.name; });
    if (!known) relays.push_back({.name = relay.name});
  }
  for (auto& relay : relays) {
    TIDINGS_LET(relay.works, ledger.has_taken(options.edition, relay.name));
  }
  transport.recall(relays, ledger.now());
  Brake brake{relays};
  TIDINGS_LET(const auto unjudged, ledger.unjudged());
  brake.recall(unjudged);
  TIDINGS_LET(auto journal, Journal::create(ledger.path()));
  Outbox outbox{std::move(journal), static_cast<std::size_t>(transport.capacity()) * 2};
  auto* const shares = dynamic_cast<SharesRelays*>(&transport);
  Run run{
      options,
      batch_for(options, ledger, transport),
      ledger,
      {.outbox = outbox, .brake = brake, .relays = shares == nullptr ? nullptr : &shares->shared_relays()},
      stop};
  run.report.recovered = recovered;

  std::vector<std::thread> threads;
  threads.emplace_back([&] {
    transport.run(outbox);
    outbox.stop();  // has no effect if the work is done; otherwise nobody would take the remaining
                    // messages
  });
  for (int i = 0; i < std::max(options.workers, 1); ++i)
    threads.emplace_back([&] { compose_claims(outbox, compose); });
  auto done = run.go();
  // After an error of the store, outstanding claims are left claimed with their marks: recover() will know
  // better than we do now.
  if (!done) outbox.stop();
  outbox.close();
  for (auto& thread : threads) thread.join();
  TIDINGS_TRY(run.end(transport.memories(ledger.now())));
  if (outbox.outstanding() == 0 && (done || outbox.failure())) TIDINGS_TRY(ledger.finish());
  if (!done) return tl::unexpected<Error>(std::move(done).error());
  return run.report;
}

bool is_unsendable(const Outcome& outcome) {
  return outcome.kind == OutcomeKind::permanent && outcome.code == 0 && outcome.blame == Blame::message;
}

Result<Outcome> send_one(Transport& transport, message::Message message, const StopFlag& stop) {
  if (const auto wrong = unsound(message); !wrong.empty()) return unsendable(wrong);
  TIDINGS_LET(auto journal, Journal::create({}));
  Outbox outbox{std::move(journal), 1};
  const Claim claim{.edition = {},
                    .subscriber = {},
                    .segment = {},
                    .attempt = 1,
                    .address = message.envelope_to,
                    .name = {}};
  outbox.add_claims({claim});
  [[maybe_unused]] const auto taken = outbox.next_claims(1);
  std::vector<QueuedMessage> queued;
  queued.push_back({.claim = claim, .message = std::move(message)});
  outbox.add_messages(std::move(queued));
  outbox.close();
  std::thread sender{[&] { transport.run(outbox); }};
  std::vector<Settled> answers;
  while (outbox.outstanding() > 0 && !outbox.trouble() && !outbox.failure()) {
    auto batch = outbox.wait(1, settle_pause);
    answers = std::move(batch.answers);
    if (stop.load()) outbox.hurry();
  }
  sender.join();
  auto last = outbox.wait(1, 0ms);
  if (answers.empty()) answers = std::move(last.answers);
  if (!answers.empty()) return answers.front().outcome;
  if (const auto trouble = outbox.trouble()) return trouble->outcome;
  if (stop.load()) return no_reply(Stage::connect, "stopped before it left");
  return fail(Errc::bug, "the transport returned without an answer");
}

}  // namespace tidings::delivery
