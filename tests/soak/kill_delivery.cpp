// The kill test: a child process delivers to a scripted SMTP server in this one and is killed with SIGKILL
// again and again, at random moments of the dialogue and at every commit of the ledger. Two relays share the
// work; they refuse, greylist, answer 4yz and 421. Now and then its disk is full, somebody else holds the
// database, or its clock is two hours behind. At the end everybody was mailed exactly once, save those whose
// answer the kill took away, who are counted, bounded, and got the same Message-ID.
//
//   kill_delivery [--readers 600] [--kills 25] [--seed 1]        exit 0 if all holds
//
// From 100 kills on a whole edition goes out first in runs that all die at their first commit: so that every
// commit is killed at.
#include <array>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include "base/file.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "delivery/ledger.hpp"
#include "delivery/run.hpp"
#include "store/database.hpp"
#include "support/smtp_server.hpp"
#include "support/temp_folder.hpp"

using namespace tidings;
using namespace tidings::delivery;
using namespace std::chrono_literals;

namespace {

constexpr EditionId edition{1};
constexpr int relays = 2;
constexpr int sessions = 4;  // at all relays together
constexpr int window = 4;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "kill_delivery: %s\n", why.c_str());
  std::exit(1);
}

template <class T>
T must(Result<T> result) {
  if (!result) give_up(result.error().line());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

message::Message message_for(const Claim& claim) {
  auto bytes = fmt::format(
      "From: news@news.example\r\nTo: {}\r\nMessage-ID: <{}.{}@news.example>\r\nSubject: Harbour "
      "News\r\n\r\n",
      claim.address, claim.edition.value, claim.subscriber.value);
  for (int i = 0; i < 40; ++i)
    bytes += "The harbour was quiet this week, and the ferries kept their times.\r\n";
  return {.envelope_from = fmt::format("bounce+{}@news.example", claim.subscriber.value),
          .envelope_to = claim.address,
          .bytes = std::move(bytes)};
}

/// Every twentieth address does not exist: refused at RCPT, for ever.
bool is_nobody(std::int64_t number) { return number % 20 == 5; }

/// Whatever suppresses an address is given it with the answer, also by recover().
void check_addresses(std::span<const Settled> answers) {
  for (const auto& answer : answers) {
    if (answer.claim.address != fmt::format("r{}@example.org", answer.claim.subscriber.value)) {
      give_up(fmt::format("the answer about subscriber {} names \"{}\"", answer.claim.subscriber.value,
                          answer.claim.address));
    }
  }
}

/// Where a child ends itself.
struct Death {
  /// "settle" (before the commit), "settled" (after it), "composing" (after a claim's commit), "recover"
  /// (before that commit; if there is nothing to recover, as "settled"), or "". "full": no file may grow
  /// beyond `after` octets, which is how a full disk looks.
  std::string where;
  int after = 0;
};

/// The child: one run; prints what it recovered.
int deliver_once(const std::string& path, const std::string& urls, std::int64_t now_ms, Dialect dialect,
                 const Death& death) {
  if (death.where == "full") {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit most{.rlim_cur = static_cast<rlim_t>(death.after), .rlim_max = RLIM_INFINITY};
    if (::setrlimit(RLIMIT_FSIZE, &most) != 0) give_up("setrlimit");
  }
  ManualClock clock{from_ms(now_ms)};
  auto database = must(store::Database::open(std::filesystem::path{path}, store::Create::no));
  Ledger ledger{database, clock};
  std::vector<RelayOptions> options_of_relays;
  for (const auto url : split(urls, ',')) {
    RelayOptions relay{.url = std::string{url}, .tls = Tls::off, .ehlo_name = "news.example"};
    relay.connections = sessions / relays;
    relay.window = window;
    relay.dialect = dialect;
    options_of_relays.push_back(std::move(relay));
  }
  const auto transport = must(make_smtp_transport(std::move(options_of_relays)));
  std::atomic<int> commits{0}, composed{0};
  const auto die = [&](std::string_view where, int count) {
    if (death.where == where && count >= death.after) ::kill(::getpid(), SIGKILL);
  };
  const RunOptions options{
      .edition = edition,
      .retry = {.give_up_after = 100'000h, .give_up_at = {}},  // longer than all rounds together
      .claim_batch = 32,
      .within_settle = [&](std::span<const Settled> answers) -> Result<void> {
        check_addresses(answers);
        die("settle", ++commits);
        return {};
      },
      .on_progress =
          [&](const RunReport&) {
            die("settled", commits);
            die("recover", commits);
          }};
  const auto in_recovery = [&](std::span<const Settled> answers) -> Result<void> {
    check_addresses(answers);
    die("recover", death.after);
    return {};
  };
  const Ledger::SettleOptions settling{
      .policy = options.retry, .within = in_recovery, .sync = store::Sync::full};
  const auto recovered = must(ledger.recover(settling));
  fmt::print("recovered {} {} {}\n", recovered.planned, recovered.answered, recovered.in_doubt);
  std::fflush(stdout);
  const StopFlag stop{false};
  const auto compose = [&](const Claim& claim) -> Result<message::Message> {
    die("composing", ++composed);
    return message_for(claim);
  };
  [[maybe_unused]] const auto report = must(deliver(options, ledger, *transport, compose, stop));
  return 0;
}

/// The parent's view of one child.
struct Child {
  bool killed = false;
  bool failed = false;  ///< ended by itself, with an error
  int in_doubt = 0;
};

struct Plan {
  std::atomic<int> events_until_kill{-1};
  std::atomic<pid_t> victim{0};
  std::mutex mutex;
  std::map<std::string, int> refusals;  ///< RCPT answers given to each address so far

  test::Action operator()(const test::Request& request) {
    if (events_until_kill > 0 && --events_until_kill == 0) ::kill(victim, SIGKILL);
    if (request.point != test::Point::rcpt && request.point != test::Point::dot) return {};
    const int number = std::atoi(request.argument.c_str() + 1);
    const std::lock_guard lock{mutex};
    if (request.point == test::Point::rcpt) {
      if (is_nobody(number)) return {.reply = "550 5.1.1 no such user\r\n"};
      if (number % 17 == 3 && ++refusals[request.argument] <= 2) return {.reply = "450 4.2.0 greylisted\r\n"};
      if (number % 97 == 8 && ++refusals[request.argument] <= 1)
        return {.reply = "451 4.7.1 Greylisted, try again later\r\n"};
      if (number % 61 == 9 && ++refusals[request.argument] <= 1)
        return {.reply = "421 4.3.2 going down\r\n", .then = test::Action::Then::close};
      return {};
    }
    if (number % 19 == 4 && ++refusals["dot " + request.argument] <= 1)
      return {.reply = "451 4.3.0 try again\r\n"};
    if (number % 31 == 7 && ++refusals["dot " + request.argument] <= 1)
      return {.then = test::Action::Then::close};
    if (number % 13 == 6) return {.delay_ms = 3};
    return {};
  }
};

Child run_child(const char* self, Plan& plan, const std::vector<std::string>& arguments,
                int kill_after_events) {
  int out[2];
  if (::pipe2(out, O_CLOEXEC) != 0) give_up("pipe");
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(out[1], STDOUT_FILENO);
    std::vector<char*> argv{const_cast<char*>(self)};
    for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    ::execv("/proc/self/exe", argv.data());
    ::_exit(127);
  }
  ::close(out[1]);
  plan.victim = pid;
  plan.events_until_kill = kill_after_events;
  std::string text;
  char buffer[256];
  for (ssize_t count = 0; (count = ::read(out[0], buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(count));
  ::close(out[0]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  plan.events_until_kill = -1;
  Child child{.killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL};
  child.failed = WIFEXITED(status) && WEXITSTATUS(status) == 1;
  if (!child.killed && !child.failed && !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
    give_up(fmt::format("a child exited with status {}", status));
  int planned = 0, answered = 0;
  std::sscanf(text.c_str(), "recovered %d %d %d", &planned, &answered, &child.in_doubt);
  return child;
}

void fill(store::Database& database, Ledger& ledger, int readers) {
  must(database.execute(R"sql(
    INSERT INTO editions (id, digest, number, state, scheduled_ms, from_ms, until_ms, cut_ms, title)
      VALUES (1, 'weekly', 1, 'sealed', 1, 0, 1, 1, 'One');
    INSERT INTO segments (id, edition_id, language, posts) VALUES (1, 1, 'en', '');)sql"));
  auto transaction = must(database.begin());
  for (int i = 1; i <= readers; ++i) {
    must(database.execute(
        fmt::format(
            "INSERT INTO subscribers (id, address, address_key, name, language, created_ms) VALUES ({0}, "
            "'r{0}@example.org', 'r{0}@example.org', '', '', 0); INSERT INTO subscriptions (subscriber_id, "
            "digest, state, since_ms) VALUES ({0}, 'weekly', 'confirmed', 0);",
            i)
            .c_str()));
    must(ledger.plan(edition, SubscriberId{i}, SegmentId{1}));
  }
  must(transaction.commit());
}

/// Everything that must hold at the end; the number of breaches, each said aloud.
int judge(Ledger& ledger, const std::vector<test::Accepted>& accepted_messages, int readers) {
  int breaches = 0;
  const auto breach = [&](const std::string& what) {
    std::fprintf(stderr, "breach: %s\n", what.c_str());
    ++breaches;
  };
  const auto counts = must(ledger.counts(edition));
  if (!counts.balances() || counts.open() != 0) breach("the counts do not balance or something is open");
  std::map<std::string, int> times;
  std::map<std::string, std::set<std::string>> ids;
  for (const auto& message : accepted_messages) {
    ++times[message.to];
    ids[message.to].insert(message.header("Message-ID"));
  }
  int doubted = 0;
  for (const auto& row : must(ledger.list({.edition = edition, .limit = readers + 1}))) {
    const bool nobody = is_nobody(row.subscriber.value);
    const auto attempts = must(ledger.attempts(edition, row.subscriber));
    int unknown = 0;
    for (const auto& attempt : attempts) unknown += attempt.kind == OutcomeKind::unknown ? 1 : 0;
    doubted += unknown > 0 ? 1 : 0;
    const int accepted = times[row.address];
    const auto state = fmt::format("{}: {}, {} attempts, {} of them in doubt, mailed {} times", row.address,
                                   name_of(row.state), row.attempts, unknown, accepted);
    if (row.attempts == 0 || unknown > 2) breach(state);
    if (ids[row.address].size() > 1) breach(row.address + " got two Message-IDs");
    // Sent: once, and once more at most for each doubt. In doubt: only after two attempts whose answers were
    // lost, and held. Failed: refused, which only the addresses are that do not exist. Those can be in doubt
    // too: chunked, the octets leave before RCPT is answered.
    switch (row.state) {
      case DeliveryState::sent:
        if (nobody || accepted < 1 || accepted > 1 + unknown) breach(state);
        break;
      case DeliveryState::in_doubt:
        if (unknown != 2 || attempts.back().kind != OutcomeKind::unknown ||
            attempts.back().attempt != row.attempts || row.due)
          breach(state);
        if (accepted > (nobody ? 0 : 2)) breach(state);
        break;
      case DeliveryState::failed:
        if (!nobody || accepted != 0 || attempts.empty() || attempts.back().code != 550 ||
            attempts.back().stage != Stage::rcpt)
          breach(state);
        break;
      default: breach(state);
    }
  }
  fmt::print("{} readers, {} messages accepted, {} readers ever in doubt, {} failed\n", counts.recipients,
             accepted_messages.size(), doubted, counts.failed);
  return breaches;
}

int argument(int argc, char** argv, const char* name, int otherwise) {
  for (int i = 1; i + 1 < argc; ++i) {
    if (std::strcmp(argv[i], name) == 0) return std::atoi(argv[i + 1]);
  }
  return otherwise;
}

enum class When { every_commit, any_moment };

/// What befalls the child of one round besides a kill by the dialogue's events.
Death death_of(When when, int round, SeededRandom& random) {
  constexpr std::array commits{"settle", "settled", "composing", "recover"};
  if (when == When::every_commit)
    return {.where = commits[static_cast<std::size_t>(round) % commits.size()], .after = 1};
  if (round < 9) return {.where = commits[static_cast<std::size_t>(round) % 3], .after = 1 + round / 3};
  if (round % 7 == 3) return {.where = "full", .after = 1000 + static_cast<int>(random.below(300'000))};
  return {};
}

int soak(When when, const char* self, int readers, int kills, int seed) {
  SeededRandom random{static_cast<std::uint64_t>(seed)};
  const test::TempFolder folder;
  const auto path = (folder / "list.db").string();
  ManualClock clock{*parse_rfc3339("2026-03-02T12:00:00Z")};
  auto database = must(store::Database::open(std::filesystem::path{path}, store::Create::yes));
  Ledger ledger{database, clock};
  fill(database, ledger, readers);

  Plan plan;
  test::SmtpServer::Manners manners;
  manners.ehlo = {"PIPELINING", "CHUNKING"};
  test::SmtpServer server{[&](const test::Request& request) { return plan(request); }, manners};
  test::SmtpServer other{[&](const test::Request& request) { return plan(request); }, manners};
  const auto urls = server.url() + "," + other.url();

  // A round that is not killed has run to its end, but for a full disk.
  const int pace = std::max(8, 3 * readers / std::max(kills, 1));
  int killed = 0, at_commits = 0, full = 0, most_in_doubt = 0;
  for (int round = 0; round < 40 * kills + 400; ++round) {
    const auto death = death_of(when, round, random);
    const bool by_commit = !death.where.empty() && death.where != "full";
    const bool locked = !by_commit && round % 11 == 5, behind = !by_commit && round % 13 == 6;
    const bool spare = killed - at_commits >= kills;
    const int events =
        by_commit || spare ? -1 : 1 + static_cast<int>(random.below(static_cast<std::uint64_t>(pace)));
    const auto dialect = static_cast<Dialect>(random.below(3));
    std::thread holder;
    if (locked) {
      must(database.execute("BEGIN IMMEDIATE"));
      holder = std::thread{[&] {
        std::this_thread::sleep_for(200ms);  // a while; what the child waits for is the lock
        must(database.execute("COMMIT"));
      }};
    }
    const auto now = behind ? clock.now() - 2h : clock.now();
    const auto child = run_child(
        self, plan,
        {"--child", path, urls, std::to_string(to_ms(now)), std::to_string(static_cast<int>(dialect)),
         death.where.empty() ? "-" : death.where, std::to_string(death.after)},
        events);
    if (holder.joinable()) holder.join();
    if (child.failed && death.where != "full") give_up("a child failed though its disk had room");
    full += child.failed ? 1 : 0;
    killed += child.killed ? 1 : 0;
    at_commits += child.killed && by_commit ? 1 : 0;
    most_in_doubt = std::max(most_in_doubt, child.in_doubt);
    if (child.in_doubt > sessions * window)
      give_up(fmt::format("{} in doubt after one kill", child.in_doubt));
    // Past every wait: greylisting, and the quarter of an hour of those in doubt.
    clock.advance(9h);
    const auto counts = must(ledger.counts(edition));
    const bool finished = counts.open() == 0 && !must(ledger.next_due(edition));
    if (finished && !child.killed && !child.failed) break;
  }
  fmt::print(
      "{} kills ({} of them at commits), {} full disks, at most {} in doubt after one ({} allowed); {} "
      "sessions\n",
      killed, at_commits, full, most_in_doubt, sessions * window, server.sessions() + other.sessions());
  auto accepted = server.accepted();
  for (auto& message : other.accepted()) accepted.push_back(std::move(message));
  int breaches = judge(ledger, accepted, readers);
  const bool too_few = when == When::every_commit ? at_commits < readers / 32
                                                  : killed - at_commits < kills / 2 || at_commits < 6;
  if (too_few) {
    std::fprintf(stderr, "too few kills to show anything\n");
    ++breaches;
  }
  must(database.check());
  return breaches == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  ::setvbuf(stdout, nullptr, _IOLBF, 0);
  if (argc == 8 && std::strcmp(argv[1], "--child") == 0) {
    return deliver_once(argv[2], argv[3], std::atoll(argv[4]), static_cast<Dialect>(std::atoi(argv[5])),
                        {argv[6], std::atoi(argv[7])});
  }
  const int readers = argument(argc, argv, "--readers", 600), kills = argument(argc, argv, "--kills", 25),
            seed = argument(argc, argv, "--seed", 1);
  int status = 0;
  if (kills >= 100) status |= soak(When::every_commit, argv[0], readers, kills, seed);
  status |= soak(When::any_moment, argv[0], readers, kills, seed);
  return status;
}
