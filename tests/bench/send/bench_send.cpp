// What the ledger costs, in a home that send.py has prepared: one sealed edition, nothing of it sent.
//
//   bench_send without-ledger CONFIG    delivers the edition as "tidings deliver" does, but without ledger
//                                       and journal
//   bench_send ledger CONFIG [BLOCK]    claims and settles every delivery, sending nothing; on PostgreSQL in
//                                       blocks of so many
//   bench_send plain CONFIG             the same rows in plain SQLite: UPDATE by key in batches of the same
//                                       size
// Prints one JSON object: messages a second, and CPU microseconds a message of this process.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>
#include <sys/resource.h>

#include "delivery/dialogue.hpp"
#include "delivery/ledger.hpp"
#include "delivery/outbox.hpp"
#include "delivery/run.hpp"
#include "digest/body_table.hpp"
#include "digest/edition_table.hpp"
#include "message/parts.hpp"
#include "sending/deliver.hpp"
#include "sending/links.hpp"
#include "sending/signing.hpp"
#include "store/database.hpp"

using namespace tidings;
using namespace tidings::delivery;

namespace {

constexpr int batch = 512;  // RunOptions::claim_batch
constexpr EditionId edition{1};

template <class T>
T must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "bench_send: %s\n", result.error().line().c_str());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::vector<Claim> all_claims(store::Database& database) {
  std::vector<Claim> claims;
  auto query = database.prepare(
      "SELECT s.id, d.segment_id, s.address, s.name FROM deliveries d JOIN subscribers s ON s.id = "
      "d.subscriber_id "
      "WHERE d.edition_id = 1 ORDER BY s.id");
  while (must(query.step())) {
    claims.push_back({.edition = edition,
                      .subscriber = query.id<SubscriberId>(0),
                      .segment = query.id<SegmentId>(1),
                      .attempt = 1,
                      .address = query.text(2),
                      .name = query.text(3)});
  }
  return claims;
}

std::size_t without_ledger(const config::Config& config, store::Database& database) {
  const SystemClock clock;
  SystemRandom random;
  const sending::Links links{config, must(subscriber::KeyRing::open(database, random, clock))};
  digest::EditionTable editions{database};
  const auto sealed = must(editions.get(edition));
  std::unordered_map<SegmentId, message::CompiledMessage> segments;
  auto bodies = must(digest::BodyTable(database).of_edition(edition));
  message::join_runs(bodies);
  message::Compiler compiler{bodies};
  for (const auto& segment : bodies.segments) {
    auto header = sending::header_options(config, links, sealed, segment.language);
    header.signers = must(sending::load_signers(config));
    segments.emplace(segment.id, must(compiler.compile(segment.bodies,
                                                       must(message::Compiler::frame(std::move(header))))));
  }
  const auto transport = must(sending::make_transport(config, {}));
  auto claims = all_claims(database);
  const auto count = claims.size();
  Outbox outbox{must(Journal::create({})), static_cast<std::size_t>(transport->capacity()) * 2};
  outbox.add_claims(std::move(claims));
  outbox.close();
  std::vector<std::thread> threads;
  threads.emplace_back([&] { transport->run(outbox); });
  for (int i = 0; i < RunOptions{}.workers; ++i) {
    threads.emplace_back([&] {
      for (auto some = outbox.next_claims(8); !some.empty(); some = outbox.next_claims(8)) {
        std::vector<QueuedMessage> queued;
        for (auto& claim : some) {
          auto& one = queued.emplace_back(QueuedMessage{.claim = claim});
          segments.at(claim.segment).write(links.reader(claim), clock.now(), one.message);
          if (const auto wrong = unsound(one.message); !wrong.empty()) std::abort();
        }
        outbox.add_messages(std::move(queued));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const auto answered = outbox.wait(count, std::chrono::seconds{1});
  if (answered.answers.size() != count) std::abort();
  return count;
}

const Outcome taken{
    .kind = OutcomeKind::accepted, .stage = Stage::dot, .code = 250, .enhanced = "2.0.0", .text = "taken"};

std::size_t claim_and_settle(store::Database& database, int block_size) {
  const SystemClock clock;
  Ledger ledger{database, clock};
  ledger.work_as({.owner = "bench", .journal = database.path(), .block_size = block_size});
  std::size_t count = 0;
  for (;;) {
    const auto claimed = must(ledger.claim(edition, batch));
    if (claimed.claims.empty()) break;
    std::vector<Settled> answers;
    for (const auto& claim : claimed.claims)
      answers.push_back({.claim = claim, .outcome = taken, .relay = "relay.example:587"});
    must(ledger.settle(std::move(answers), {.policy = {}, .within = {}, .sync = store::Sync::process}));
    count += claimed.claims.size();
  }
  must(ledger.finish());
  return count;
}

std::size_t plain_updates(store::Database& database) {
  auto claim = database.prepare(
      "UPDATE deliveries SET state = 2, attempts = attempts + 1, due_ms = NULL WHERE edition_id = 1 AND "
      "subscriber_id = :id");
  auto settle = database.prepare(
      "UPDATE deliveries SET state = 5, due_ms = NULL, code = 250, reply = '2.0.0 taken', settled_ms = :now "
      "WHERE edition_id = 1 AND subscriber_id = :id");
  const SystemClock clock;
  const auto claims = all_claims(database);
  for (std::size_t begin = 0; begin < claims.size(); begin += batch) {
    const auto end = std::min(begin + batch, claims.size());
    must(database.set_sync(store::Sync::full));
    auto claiming = must(database.begin());
    for (auto i = begin; i < end; ++i) must(claim.bind(":id", claims[i].subscriber).run());
    must(claiming.commit());
    must(database.set_sync(store::Sync::process));
    auto settling = must(database.begin());
    for (auto i = begin; i < end; ++i)
      must(settle.bind(":id", claims[i].subscriber).bind(":now", clock.now()).run());
    must(settling.commit());
  }
  return claims.size();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) return 64;
  const std::string_view mode = argv[1];
  const auto config = must(config::load_config(argv[2]));
  auto database = must(store::Database::open(config.store, store::Create::no));
  const double cpu_before = cpu_seconds();
  const auto before = std::chrono::steady_clock::now();
  const auto count = mode == "without-ledger" ? without_ledger(config, database)
                     : mode == "ledger" ? claim_and_settle(database, argc == 4 ? std::atoi(argv[3]) : 512)
                                        : plain_updates(database);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
  fmt::print("{{\"per_second\":{:.0f},\"cpu_us\":{:.2f}}}\n", static_cast<double>(count) / seconds,
             (cpu_seconds() - cpu_before) * 1e6 / static_cast<double>(count));
  return 0;
}
