// The fault matrix: each kind of misbehaviour at each point of the dialogue, in each dialect, once, for one
// reader of three.

#include <algorithm>
#include <atomic>
#include <fstream>

#include <doctest/doctest.h>

#include "delivery/run.hpp"
#include "support/smtp_server.hpp"
#include "unit/delivery/fixture.hpp"

using namespace tidings;
using namespace tidings::delivery;
using namespace std::chrono_literals;
using test::Action;
using test::Book;
using test::Point;
using test::Request;
using test::SmtpServer;

namespace {

constexpr EditionId first{1};
constexpr const char* victim = "r2@example.org";

struct Fault {
  const char* name;
  Action action;
};

const std::vector<Fault>& faults() {
  static const std::vector<Fault> all{
      {"450", {.reply = "450 4.2.0 later\r\n"}},
      {"550", {.reply = "550 5.1.1 unknown\r\n"}},
      {"policy", {.reply = "451 4.7.1 not now\r\n"}},
      {"421", {.reply = "421 4.3.2 closing\r\n", .then = Action::Then::close}},
      {"FIN", {.then = Action::Then::close}},
      {"RST", {.then = Action::Then::reset}},
      {"silence", {.then = Action::Then::hang}},
      {"lone LF", {.reply = "250 ok\n"}},
      {"garbage", {.reply = "\x16\x03\x01 what\r\n"}},
      {"1 MB", {.reply = "250 " + std::string(1 << 20, 'x')}},
  };
  return all;
}

/// What becomes of the victim when the fault happens once.
enum class Fate { sent, deferred, failed, in_doubt, untouched };

Fate fate_of(Point point, std::string_view fault, Dialect dialect) {
  const bool reply = fault == "450" || fault == "550" || fault == "policy" || fault == "421";
  if (reply) {
    // A used session that says 421 to MAIL was only idle too long: the next one takes it.
    if (point == Point::mail) return fault == "421" ? Fate::sent : Fate::untouched;
    if (fault == "550") return Fate::failed;
    return Fate::deferred;
  }
  // The messages here are small: once the body is under way, its last octet is too.
  if (point == Point::dot || point == Point::body) return Fate::in_doubt;
  // BDAT: all of the message left together with RCPT; the relay's word is missing.
  if (dialect == Dialect::chunking) return Fate::in_doubt;
  return Fate::sent;  // on another session, at once
}

Fate fate_now(Ledger& ledger, SubscriberId subscriber) {
  switch (ledger.list({.edition = first, .subscriber = subscriber})->front().state) {
    case DeliveryState::sent: return Fate::sent;
    case DeliveryState::deferred: return Fate::deferred;
    case DeliveryState::failed: return Fate::failed;
    case DeliveryState::in_doubt: return Fate::in_doubt;
    default: return Fate::untouched;
  }
}

std::string name_of_point(Point point) {
  static constexpr std::array names{"greeting", "ehlo", "mail", "rcpt", "data",
                                    "body",     "dot",  "rset", "quit"};
  return names[static_cast<std::size_t>(point)];
}

}  // namespace

TEST_CASE("fault: each fault at each point in each dialect meets exactly the reader it should") {
  for (const auto dialect : {Dialect::lock_step, Dialect::pipelined, Dialect::chunking}) {
    for (const auto point : {Point::mail, Point::rcpt, Point::data, Point::body, Point::dot}) {
      // No DATA once chunking; MAIL of the third would be in flight with it.
      if (dialect == Dialect::chunking &&
          (point == Point::data || point == Point::body || point == Point::mail))
        continue;
      for (const auto& fault : faults()) {
        const std::string_view kind = fault.name;
        // Said while the body comes in, a reply is early for the dot: the dialogue's own test has that.
        if (point == Point::body && !(kind == "FIN" || kind == "RST" || kind == "silence")) continue;
        CAPTURE(name_of(dialect));
        CAPTURE(name_of_point(point));
        CAPTURE(std::string{fault.name});
        Book book{3};
        std::atomic<bool> done{false};
        SmtpServer::Manners manners;
        manners.ehlo = {"PIPELINING", "CHUNKING"};
        SmtpServer server{[&](const Request& request) -> Action {
                            const bool about_victim = point == Point::mail
                                                          ? request.argument == "bounce+2@news.example"
                                                          : request.argument == victim;
                            if (request.point != point || !about_victim || done.exchange(true)) return {};
                            return fault.action;
                          },
                          manners};
        RelayOptions relay{.url = server.url(), .tls = Tls::off, .ehlo_name = "news.example"};
        relay.connections = 1;
        relay.dialect = dialect;
        relay.window = 2;
        const auto patience = kind == "silence" ? 150ms : 5000ms;
        relay.timeouts = {.connect = 5s,
                          .command = patience,
                          .data = patience,
                          .block = patience,
                          .final_dot = patience,
                          .reopen = 5ms};
        const auto transport = make_smtp_transport({relay});
        REQUIRE(transport);
        const StopFlag stop{false};
        const auto report = deliver(
            {.edition = first, .workers = 1}, book.ledger, **transport,
            [](const Claim& claim) -> Result<message::Message> { return test::message_for(claim, 4000); },
            stop);
        REQUIRE(report);
        CHECK(done);
        const auto counts = book.ledger.counts(first);
        CHECK(counts->balances());
        CHECK(counts->claimed == 0);
        CHECK(counts->failed == (kind == "550" && point != Point::mail ? 1 : 0));
        CHECK(static_cast<int>(fate_now(book.ledger, SubscriberId{2})) ==
              static_cast<int>(fate_of(point, kind, dialect)));
        // The first was through; the third gets its message now, or is kept for the next run when the relay
        // is to be left alone.
        auto accepted = server.accepted_by_address();
        CHECK(accepted["r1@example.org"] == 1);
        const auto third = fate_now(book.ledger, SubscriberId{3});
        CHECK(accepted["r3@example.org"] <= 1);
        if (report->end == RunEnd::nothing_due) {
          if (dialect == Dialect::chunking && third == Fate::in_doubt) {
            CHECK(fault.action.reply.size() + (fault.action.then != Action::Then::go_on ? 1 : 0) > 0);
          } else {
            CHECK(third == Fate::sent);
            CHECK(accepted["r3@example.org"] == 1);
          }
        } else {
          const bool about_relay = point == Point::mail || kind == "421";
          CHECK(about_relay);
        }
        if (fate_now(book.ledger, SubscriberId{2}) == Fate::sent) CHECK(accepted[victim] == 1);
        // Readers are touched only by what is about them.
        const auto suppressing = book.ledger.attempts(first, SubscriberId{2});
        for (const auto& attempt : *suppressing) {
          if (attempt.kind == OutcomeKind::permanent) CHECK(attempt.stage >= Stage::rcpt);
        }
      }
    }
  }
}

TEST_CASE("fault: before MAIL a fault is the relay's, and the list is untouched") {
  for (const auto point : {Point::greeting, Point::ehlo}) {
    for (const auto& fault : faults()) {
      const std::string_view kind = fault.name;
      CAPTURE(name_of_point(point));
      CAPTURE(std::string{fault.name});
      // libcurl is lenient with these, and the dialogue that follows is not.
      if (kind == "lone LF" || kind == "1 MB") continue;
      Book book{3};
      SmtpServer server{
          [&](const Request& request) -> Action { return request.point == point ? fault.action : Action{}; }};
      RelayOptions relay{.url = server.url(), .tls = Tls::off, .ehlo_name = "news.example"};
      relay.timeouts.connect = 150ms;
      relay.timeouts.reopen = 5ms;
      const auto transport = make_smtp_transport({relay});
      const StopFlag stop{false};
      const auto report = deliver(
          {.edition = first, .workers = 1}, book.ledger, **transport,
          [](const Claim& claim) -> Result<message::Message> { return test::message_for(claim); }, stop);
      REQUIRE(report);
      CHECK(report->end == RunEnd::relay_trouble);
      CHECK(book.ledger.counts(first)->planned == 3);
      CHECK(server.accepted().empty());
    }
  }
}

TEST_CASE(
    "fault: sloppy or endless answers before MAIL end in trouble or in three messages, never in between") {
  for (const auto point : {Point::greeting, Point::ehlo}) {
    for (const auto* const reply : {"220 hello\n", "250 hello\n", "220-\r\n220 hello\r\n", "long"}) {
      CAPTURE(name_of_point(point));
      CAPTURE(std::string{reply});
      Book book{3};
      const auto said =
          std::string_view{reply} == "long" ? "220 " + std::string(1 << 20, 'x') : std::string{reply};
      SmtpServer server{[&](const Request& request) -> Action {
        return request.point == point ? Action{.reply = said} : Action{};
      }};
      RelayOptions relay{.url = server.url(), .tls = Tls::off, .ehlo_name = "news.example"};
      relay.timeouts = {.connect = 300ms,
                        .command = 300ms,
                        .data = 300ms,
                        .block = 300ms,
                        .final_dot = 300ms,
                        .reopen = 5ms};
      const auto transport = make_smtp_transport({relay});
      const StopFlag stop{false};
      const auto report = deliver(
          {.edition = first, .workers = 1}, book.ledger, **transport,
          [](const Claim& claim) -> Result<message::Message> { return test::message_for(claim); }, stop);
      REQUIRE(report);
      const auto counts = *book.ledger.counts(first);
      const bool through = report->end == RunEnd::nothing_due;
      CHECK(counts.sent == (through ? 3 : 0));
      CHECK(counts.planned == (through ? 0 : 3));
      CHECK(server.accepted().size() == (through ? 3U : 0U));
    }
  }
}

TEST_CASE("fault: what a relay lied about and when it wants rest is remembered between runs") {
  Book book{40};
  SmtpServer::Manners manners;
  manners.forgets_groups = true;
  std::atomic<bool> closing{false};
  SmtpServer server{[&](const Request& request) -> Action {
                      if (request.point == Point::rcpt && request.argument == "r20@example.org")
                        closing = true;
                      if (request.point == Point::rcpt && closing)
                        return {.reply = "421 4.7.28 too fast\r\n", .then = Action::Then::close};
                      return {};
                    },
                    manners};
  RelayOptions relay{.url = server.url(), .tls = Tls::off, .ehlo_name = "news.example"};
  relay.connections = 2;
  relay.timeouts.command = relay.timeouts.data = 150ms;
  relay.timeouts.reopen = 5ms;
  const auto go = [&] {
    const auto transport = make_smtp_transport({relay});
    const StopFlag stop{false};
    const auto report = deliver(
        {.edition = first, .workers = 1}, book.ledger, **transport,
        [](const Claim& claim) -> Result<message::Message> { return test::message_for(claim); }, stop);
    REQUIRE(report);
    return *report;
  };
  CHECK(go().end == RunEnd::relay_trouble);
  const auto memory = book.ledger.relays();
  REQUIRE(memory);
  REQUIRE(memory->size() == 1);
  CHECK(memory->front().lock_step);
  CHECK(memory->front().failures == 1);
  REQUIRE(memory->front().paused_until);
  CHECK(*memory->front().paused_until > book.clock.now() + 9min);

  // Within the pause: not even a connection.
  closing = false;
  const int sessions = server.sessions();
  const auto resting = go();
  CHECK(resting.end == RunEnd::relay_trouble);
  REQUIRE(resting.trouble);
  CHECK(resting.trouble->line().find("421 4.7.28 too fast") != std::string::npos);
  CHECK(server.sessions() == sessions);

  // After it: one session at first, one command at a time.
  book.clock.advance(16min);
  closing = false;
  std::atomic<bool> unused{false};
  CHECK(go().end == RunEnd::relay_trouble);  // r20 is due again and asks for the next pause
  CHECK(server.sessions() == sessions + 1);
}

TEST_CASE("relays: messages are shared by weight, and a relay in trouble passes its share on") {
  Book book{90};
  SmtpServer big, small, spare;
  RelayOptions one{.url = big.url(), .tls = Tls::off, .ehlo_name = "n.example"};
  one.connections = 1;
  one.weight = 2;
  auto two = one;
  two.url = small.url();
  two.weight = 1;
  auto backup = one;
  backup.url = spare.url();
  backup.weight = 0;
  const auto go = [&](std::vector<RelayOptions> relays) {
    const auto transport = make_smtp_transport(std::move(relays));
    const StopFlag stop{false};
    const auto report = deliver(
        {.edition = first, .workers = 1}, book.ledger, **transport,
        [](const Claim& claim) -> Result<message::Message> { return test::message_for(claim); }, stop);
    REQUIRE(report);
    return *report;
  };
  SUBCASE("by weight") {
    CHECK(go({one, two, backup}).sent == 90);
    CHECK(spare.accepted().empty());
    CHECK(big.accepted().size() + small.accepted().size() == 90);
    CHECK(big.accepted().size() >= 57);
    CHECK(big.accepted().size() <= 63);
  }
  SUBCASE("fail-over") {
    SmtpServer broken{[](const Request& request) -> Action {
      return request.point == Point::greeting
                 ? Action{.reply = "554 5.7.1 no\r\n", .then = Action::Then::close}
                 : Action{};
    }};
    one.url = broken.url();
    const auto report = go({one, backup});
    CHECK(report.end == RunEnd::nothing_due);
    CHECK(report.sent == 90);
    CHECK(spare.accepted().size() == 90);
  }
}

TEST_CASE("relays: a slow domain does not hold up the others") {
  Book book{40};
  REQUIRE(
      book.database.execute("UPDATE subscribers SET address = 'r' || id || '@slow.example' WHERE id <= 10"));
  SmtpServer server;
  RelayOptions relay{.url = server.url(), .tls = Tls::off, .ehlo_name = "n.example"};
  const auto transport = make_smtp_transport({relay}, {{.domain = "slow.example", .rate = 20}});
  const StopFlag stop{false};
  const auto before = std::chrono::steady_clock::now();
  const auto report = deliver(
      {.edition = first, .workers = 1}, book.ledger, **transport,
      [](const Claim& claim) -> Result<message::Message> { return test::message_for(claim); }, stop);
  REQUIRE(report);
  CHECK(report->sent == 40);
  CHECK(std::chrono::steady_clock::now() - before >= 400ms);
  const auto accepted = server.accepted();
  REQUIRE(accepted.size() == 40);
  // They come first in the list; without overtaking they would be the first ten to arrive.
  CHECK(std::count_if(accepted.begin(), accepted.begin() + 10,
                      [](const auto& message) { return message.to.ends_with("@slow.example"); }) < 9);
}

TEST_CASE("relay health: a pause grows, the start after it is slow, and an hour's limit is spread") {
  RelayOptions options{.url = "smtp://relay.example"};
  options.connections = 4;
  options.per_hour = 7200;
  RelayHealth health{options};
  CHECK(health.throttle().rate() == doctest::Approx(2.0));
  auto now = std::chrono::steady_clock::now();
  health.begin_run(now);
  CHECK(health.allowed_sessions(now) == 4);
  const auto busy = classify(Stage::rcpt, 421, "4.7.28 too fast");
  CHECK(health.trouble(busy, now));
  CHECK(health.is_out());
  const auto first_pause = health.resume() - now;
  CHECK(first_pause >= 10min);
  now = health.resume();
  health.begin_run(now);
  CHECK_FALSE(health.is_out());
  CHECK(health.allowed_sessions(now) == 1);
  CHECK(health.next_session(now) == now + 1min);
  CHECK(health.allowed_sessions(now + 2min) == 3);
  CHECK(health.trouble(busy, now));
  CHECK(health.resume() - now > first_pause);
  now = health.resume();
  health.begin_run(now);
  now += 5min;
  health.accepted(now);
  CHECK(health.memory(test::at_noon(), now).failures == 0);
  CHECK_FALSE(health.memory(test::at_noon(), now).paused_until);
}

TEST_CASE("sendmail: a program that hangs is killed; in doubt only if it had the whole message") {
  for (const auto& [script_text, in_doubt, deferred] :
       {std::tuple{"cat > /dev/null; sleep 600", 1, 0}, std::tuple{"head -c 10; sleep 600", 0, 1}}) {
    CAPTURE(script_text);
    Book book{1};
    const auto script = book.folder / "sendmail";
    std::ofstream{script} << "#!/bin/sh\n" << script_text << "\n";
    std::filesystem::permissions(script, std::filesystem::perms::owner_all);
    const auto transport = make_sendmail_transport({.program = script, .name = "slow", .limit = 4s});
    REQUIRE(transport);
    const StopFlag stop{false};
    const auto report = deliver(
        {.edition = first, .workers = 1}, book.ledger, **transport,
        [](const Claim& claim) -> Result<message::Message> {
          auto message = test::message_for(claim);
          for (int line = 0; line < 20'000; ++line)  // more than a pipe holds
            message.bytes += std::string(60, 'x') + "\r\n";
          return message;
        },
        stop);
    REQUIRE(report);
    CHECK(report->in_doubt == in_doubt);
    CHECK(report->deferred == deferred);
  }
}

TEST_CASE("sendmail: the program's status decides, and the message arrives with local line ends") {
  Book book{4};
  const auto script = book.folder / "sendmail";
  {
    std::ofstream out{script};
    out << "#!/bin/sh\n[ \"$1 $2 $4\" = \"-i -f --\" ] || exit 64\n"
        << "case \"$5\" in r2@*) exit 75;; r3@*) exit 67;; esac\ncat > \"" << book.folder.path().string()
        << "/$5.got\"\n";
  }
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  const auto transport = make_sendmail_transport({.program = script});
  REQUIRE(transport);
  const StopFlag stop{false};
  const auto report = deliver(
      {.edition = first, .workers = 1}, book.ledger, **transport,
      [](const Claim& claim) -> Result<message::Message> { return test::message_for(claim); }, stop);
  REQUIRE(report);
  CHECK(report->sent == 2);
  CHECK(report->deferred == 1);
  CHECK(report->failed == 1);
  std::ifstream in{book.folder / "r1@example.org.got"};
  const std::string got{std::istreambuf_iterator<char>{in}, {}};
  CHECK(got.starts_with("From: news@news.example\nTo: r1@example.org\n"));
  CHECK(got.find('\r') == std::string::npos);
  CHECK(make_sendmail_transport({.program = book.folder / "none"}).error().code == Errc::config);
}
