// Measures the delivery room: one run over N recipients against a sink, ledger and journal included.
//
//   bench_send URL N SESSIONS lock-step|pipelined|chunking [--memory] [--bytes 30000] [--workers 2]
//   --memory keeps the ledger in memory and has no journal: the difference is what durability costs.
// Prints one JSON object: messages a second, CPU microseconds a message (this process), peak memory.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <fmt/format.h>
#include <sys/resource.h>

#include "delivery/ledger.hpp"
#include "delivery/run.hpp"
#include "store/database.hpp"
#include "support/temp_folder.hpp"

using namespace tidings;
using namespace tidings::delivery;

namespace {

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
  const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

long peak_kb() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

void fill(store::Database& database, Ledger& ledger, int readers) {
  must(database.execute(R"sql(
    INSERT INTO editions (id, digest, number, state, scheduled_ms, from_ms, until_ms, cut_ms, title)
      VALUES (1, 'weekly', 1, 'sealed', 1, 0, 1, 1, 'One');
    INSERT INTO segments (id, edition_id, language, posts) VALUES (1, 1, 'en', '');)sql"));
  auto transaction = must(database.begin());
  for (int i = 1; i <= readers; ++i) {
    auto person = database.prepare("INSERT INTO subscribers (id, address, address_key, name, language, created_ms) VALUES (:id, :address, :address, 'Reader', '', 0)");
    must(person.bind(":id", i).bind(":address", fmt::format("reader{}@example.org", i)).run());
    auto consent = database.prepare("INSERT INTO subscriptions (subscriber_id, digest, state, since_ms) VALUES (:id, 'weekly', 'confirmed', 0)");
    must(consent.bind(":id", i).run());
    must(ledger.plan({1}, SubscriberId{i}, SegmentId{1}));
  }
  must(transaction.commit());
}

/// The part of a digest that is the same for everybody, and the places where a name and links go.
struct Template {
  std::string head, middle, tail;
};

Template make_template(std::size_t bytes) {
  Template made;
  made.head = "From: Harbour News <news@news.example>\r\nSubject: Harbour News, the week in review\r\nMIME-Version: 1.0\r\n"
              "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n";
  std::string line = "The harbour was quiet this week, and the ferries kept their times to the islands.\r\n";
  while (made.middle.size() < bytes / 2) made.middle += line;
  while (made.tail.size() < bytes / 2) made.tail += line;
  return made;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return 64;
  const std::string url = argv[1];
  const int readers = std::atoi(argv[2]), sessions = std::atoi(argv[3]);
  const std::string_view dialect = argv[4];
  bool in_memory = false;
  std::size_t bytes = 30000;
  int workers = 2;
  for (int i = 5; i < argc; ++i) {
    if (std::strcmp(argv[i], "--memory") == 0) in_memory = true;
    if (std::strcmp(argv[i], "--bytes") == 0) bytes = static_cast<std::size_t>(std::atoi(argv[++i]));
    if (std::strcmp(argv[i], "--workers") == 0) workers = std::atoi(argv[++i]);
  }
  const test::TempFolder folder;
  const SystemClock clock;
  auto database = must(in_memory ? store::Database::open_in_memory() : store::Database::open(folder / "list.db", store::Create::yes));
  Ledger ledger{database, clock};
  fill(database, ledger, readers);
  RelayOptions relay{.url = url, .tls = Tls::off, .ehlo_name = "bench.example"};
  relay.connections = sessions;
  relay.messages_per_session = 0;
  relay.dialect = dialect == "lock-step" ? Dialect::lock_step : dialect == "pipelined" ? Dialect::pipelined : Dialect::chunking;
  const auto transport = must(make_smtp_transport({relay}));
  const auto made = make_template(bytes);
  const Composer compose = [&](const Claim& claim) -> Result<message::Letter> {
    message::Letter letter{.envelope_from = fmt::format("b{}@news.example", claim.subscriber.value), .envelope_to = claim.address, .bytes = {}};
    letter.bytes.reserve(bytes + 1000);
    letter.bytes += made.head;
    fmt::format_to(std::back_inserter(letter.bytes), "To: {} <{}>\r\nMessage-ID: <1.{}@news.example>\r\nList-Unsubscribe: <https://news.example/u/{}>\r\n\r\n",
                   claim.name, claim.address, claim.subscriber.value, claim.subscriber.value);
    letter.bytes += made.middle;
    fmt::format_to(std::back_inserter(letter.bytes), "Dear {}, leave at https://news.example/u/{}\r\n", claim.name, claim.subscriber.value);
    letter.bytes += made.tail;
    return letter;
  };
  const StopFlag stop{false};
  const double cpu_before = cpu_seconds();
  const auto before = std::chrono::steady_clock::now();
  const auto report = must(deliver({.edition = {1}, .workers = workers}, ledger, *transport, compose, stop));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
  const double cpu = cpu_seconds() - cpu_before;
  fmt::print("{{\"sent\":{},\"per_second\":{:.0f},\"cpu_us\":{:.1f},\"peak_mb\":{:.0f}}}\n", report.sent, static_cast<double>(report.sent) / seconds,
             cpu * 1e6 / static_cast<double>(readers), static_cast<double>(peak_kb()) / 1024);
  return report.sent == readers ? 0 : 1;
}
