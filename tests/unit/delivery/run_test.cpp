#include "delivery/run.hpp"

#include <algorithm>
#include <set>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.hpp"
#include "delivery/outbox.hpp"
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

RelayOptions relay_to(const SmtpServer& server, Dialect dialect = Dialect::chunking) {
  RelayOptions relay{.url = server.url(),
                     .username = {},
                     .password = {},
                     .auth = {},
                     .tls = Tls::off,
                     .ca_file = {},
                     .ehlo_name = "news.example",
                     .proxy = {}};
  relay.dialect = dialect;
  relay.timeouts = {.connect = 2s, .command = 2s, .data = 2s, .block = 2s, .final_dot = 2s, .reopen = 5ms};
  return relay;
}

Result<message::Message> compose(const Claim& claim) { return test::message_for(claim); }

RunReport run(Book& book, std::vector<RelayOptions> relays, const StopFlag& stop = StopFlag{false},
              int batch = 64) {
  const auto transport = make_smtp_transport(std::move(relays));
  REQUIRE(transport);
  const auto report = deliver({.edition = first,
                               .retry = {},
                               .workers = 1,
                               .claim_batch = batch,
                               .time_budget = {},
                               .within_settle = {},
                               .on_progress = {}},
                              book.ledger, **transport, compose, stop);
  if (!report) FAIL(report.error().line());
  const auto counts = book.ledger.counts(first);
  REQUIRE(counts);
  CHECK(counts->balances());
  CHECK(counts->claimed == 0);
  CHECK_FALSE(std::filesystem::exists(book.folder / "list.db.sending.1"));
  return *report;
}

SmtpServer::Manners announcing(std::vector<std::string> words) {
  SmtpServer::Manners manners;
  manners.ehlo = std::move(words);
  return manners;
}

Action say(std::string reply) { return {.reply = std::move(reply)}; }

}  // namespace

TEST_CASE("run: everybody gets one message with the octets that were composed, in every dialect") {
  for (const auto dialect : {Dialect::lock_step, Dialect::pipelined, Dialect::chunking}) {
    CAPTURE(name_of(dialect));
    Book book{150};
    SmtpServer server{{}, announcing({"PIPELINING", "CHUNKING", "SIZE 1000000"})};
    const auto report = run(book, {relay_to(server, dialect)});
    CHECK(report.end == RunEnd::nothing_due);
    CHECK(report.sent == 150);
    CHECK(book.ledger.counts(first)->sent == 150);
    const auto accepted = server.accepted();
    REQUIRE(accepted.size() == 150);
    std::set<std::string> addresses;
    for (const auto& message : accepted) {
      addresses.insert(message.to);
      const auto number = std::stoll(message.to.substr(1));
      const Claim claim{.edition = first,
                        .subscriber = {number},
                        .segment = {},
                        .attempt = 1,
                        .address = message.to,
                        .name = {}};
      CHECK(message.bytes == test::message_for(claim).bytes);
      CHECK(message.from == test::message_for(claim).envelope_from);
    }
    CHECK(addresses.size() == 150);
    CHECK(server.sessions() <= 4 + 2);
    const auto row = book.ledger.list({.edition = first, .subscriber = SubscriberId{7}, .state = {}});
    CHECK(row->front().code == 250);
    CHECK(row->front().reply == "2.0.0 taken");
  }
}

TEST_CASE("run: over LMTP each reader has an answer of their own") {
  Book book{20};
  SmtpServer server{[](const Request& request) -> Action {
                      if (request.point == Point::dot && request.argument == "r3@example.org")
                        return say("452 4.2.2 mailbox full\r\n");
                      if (request.point == Point::rcpt && request.argument == "r4@example.org")
                        return say("550 5.1.1 no such user\r\n");
                      return {};
                    },
                    announcing({"PIPELINING"})};
  auto relay = relay_to(server);
  relay.url = "lmtp" + server.url().substr(4);
  const auto report = run(book, {relay});
  CHECK(report.sent == 18);
  CHECK(report.deferred == 1);
  CHECK(report.failed == 1);
  CHECK(server.accepted().size() == 18);
  const auto commands = server.commands();
  // A session that opens while the last messages leave on others may end before it is greeted.
  const auto greeted = std::ranges::count(commands, "LHLO news.example");
  CHECK(greeted >= 1);
  CHECK(greeted <= server.sessions());
  CHECK(std::ranges::none_of(commands, [](const std::string& line) { return line.starts_with("EHLO"); }));
  relay.tls = Tls::require;
  CHECK(make_smtp_transport({relay}).error().code == Errc::config);
}

TEST_CASE("run: an LMTP server that refuses, is silent or closes leaves the list untouched") {
  for (const auto& fault : {Action{.reply = "421 4.3.2 not now\r\n", .then = Action::Then::close},
                            Action{.then = Action::Then::hang}, Action{.then = Action::Then::reset},
                            Action{.reply = "220 hi\n"}}) {
    for (const auto point : {Point::greeting, Point::ehlo}) {
      Book book{5};
      SmtpServer server{
          [&](const Request& request) -> Action { return request.point == point ? fault : Action{}; }};
      auto relay = relay_to(server);
      relay.url = "lmtp" + server.url().substr(4);
      relay.timeouts.connect = 150ms;
      const auto report = run(book, {relay});
      CHECK(report.end == RunEnd::relay_trouble);
      CHECK(book.ledger.counts(first)->planned == 5);
    }
  }
}

TEST_CASE("run: an LMTP server that does not greet holds nobody else up") {
  Book book{20};
  SmtpServer server, silent{[](const Request&request) -> Action {
    return {.then = request.point == Point::greeting ? Action::Then::hang : Action::Then::go_on};
  }};
  auto mute = relay_to(silent);
  mute.url = "lmtp" + silent.url().substr(4);
  mute.timeouts.connect = 60s;
  const auto report = run(book, {mute, relay_to(server)});
  CHECK(report.sent == 20);
  CHECK(server.accepted().size() == 20);
  CHECK(report.elapsed < 30s);
}

TEST_CASE("run: a second run has nothing to do and sends nothing") {
  Book book{3};
  SmtpServer server;
  CHECK(run(book, {relay_to(server)}).sent == 3);
  CHECK(run(book, {relay_to(server)}).sent == 0);
  CHECK(server.accepted().size() == 3);
}

TEST_CASE("run: refused recipients fail or wait, the others get theirs, in every dialect") {
  for (const auto dialect : {Dialect::lock_step, Dialect::pipelined, Dialect::chunking}) {
    CAPTURE(name_of(dialect));
    Book book{60};
    SmtpServer server{[](const Request& request) -> Action {
                        if (request.point != Point::rcpt) return {};
                        const auto number = std::stoi(request.argument.substr(1));
                        if (number % 10 == 3) return say("550 5.1.1 no such user\r\n");
                        if (number % 10 == 7) return say("450 4.2.0 greylisted\r\n");
                        return {};
                      },
                      announcing({"PIPELINING", "CHUNKING"})};
    const auto report = run(book, {relay_to(server, dialect)});
    CHECK(report.sent == 48);
    CHECK(report.failed == 6);
    CHECK(report.deferred == 6);
    CHECK(server.accepted().size() == 48);
    CHECK(report.end == RunEnd::nothing_due);
    book.clock.advance(5min);
    CHECK(run(book, {relay_to(server, dialect)}).deferred == 6);
  }
}

TEST_CASE("run: the relay is left alone for good after so many messages, and a new session goes on") {
  Book book{50};
  SmtpServer server;
  auto relay = relay_to(server);
  relay.connections = 1;
  relay.messages_per_session = 10;
  CHECK(run(book, {relay}).sent == 50);
  CHECK(server.sessions() == 5);
}

TEST_CASE("run: a relay that does not greet keeps no message from the others") {
  Book book{20};
  SmtpServer silent{[](const Request& request) -> Action {
    if (request.point == Point::greeting) return {.then = Action::Then::hang};
    return {};
  }};
  SmtpServer server;
  auto first_relay = relay_to(silent);
  first_relay.timeouts.connect = 60s;
  const auto start = std::chrono::steady_clock::now();
  const auto report = run(book, {first_relay, relay_to(server)});
  CHECK(report.sent == 20);
  CHECK(server.accepted().size() == 20);
  CHECK(std::chrono::steady_clock::now() - start < 30s);
}

TEST_CASE("run: a relay that closes silently after some messages costs nobody an attempt") {
  Book book{40};
  SmtpServer server{[](const Request& request) -> Action {
    if (request.point == Point::mail && request.message > 7) return {.then = Action::Then::close};
    return {};
  }};
  const auto report = run(book, {relay_to(server)});
  CHECK(report.sent == 40);
  CHECK(report.deferred == 0);
  CHECK(server.accepted().size() == 40);
}

TEST_CASE("run: trouble with the relay as a whole leaves the list untouched") {
  struct Case {
    const char* what;
    Point point;
    const char* reply;
    Stage stage;
  };
  for (const auto& c : {Case{"greeting", Point::greeting, "554 5.7.1 not you\r\n", Stage::greeting},
                        Case{"EHLO", Point::ehlo, "550 5.7.1 not you\r\n", Stage::ehlo},
                        Case{"MAIL", Point::mail, "550 5.7.1 sender refused\r\n", Stage::mail},
                        Case{"MAIL, later", Point::mail, "451 4.3.0 queue full\r\n", Stage::mail},
                        Case{"MAIL, 421", Point::mail, "421 4.3.2 closing\r\n", Stage::mail}}) {
    CAPTURE(c.what);
    Book book{30};
    SmtpServer server{[&](const Request& request) -> Action {
      if (request.point == c.point) return say(c.reply);
      return {};
    }};
    const auto report = run(book, {relay_to(server)});
    CHECK(report.end == RunEnd::relay_trouble);
    REQUIRE(report.trouble);
    CHECK(report.trouble->stage == c.stage);
    CHECK(report.settled() == 0);
    CHECK(book.ledger.counts(first)->planned == 30);
    CHECK(server.accepted().empty());
  }
}

TEST_CASE("run: one policy answer defers one recipient, what is said of nearly everybody stops the run") {
  Book book{100};
  std::atomic<int> refusals{0};
  SmtpServer server{[&](const Request& request) -> Action {
    if (request.point == Point::rcpt &&
        (request.argument == "r5@example.org" || std::stoi(request.argument.substr(1)) > 20)) {
      ++refusals;
      return say("554 5.7.1 access denied\r\n");
    }
    return {};
  }};
  auto relay = relay_to(server, Dialect::lock_step);
  relay.connections = 1;
  const auto report = run(book, {relay});
  CHECK(report.end == RunEnd::relay_trouble);
  CHECK(report.sent == 19);
  CHECK(report.deferred == 19);
  CHECK(book.ledger.counts(first)->planned == 62);
  CHECK(book.ledger.counts(first)->failed == 0);
}

TEST_CASE("run: a relay that is not there is trouble, not a failure of anybody") {
  Book book{5};
  // Bound but not listening: the port is nobody else's while the test runs, and refuses.
  const int held = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(held, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::getsockname(held, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  const int port = ntohs(address.sin_port);
  RelayOptions relay{.url = fmt::format("smtp://127.0.0.1:{}", port),
                     .username = {},
                     .password = {},
                     .auth = {},
                     .tls = Tls::off,
                     .ca_file = {},
                     .ehlo_name = {},
                     .proxy = {}};
  const auto report = run(book, {relay});
  CHECK(report.end == RunEnd::relay_trouble);
  CHECK(report.trouble->stage == Stage::connect);
  CHECK(report.relay == fmt::format("127.0.0.1:{}", port));
  CHECK(book.ledger.counts(first)->planned == 5);
  ::close(held);
}

TEST_CASE("run: a lost answer to the final dot is in doubt, and is sent once more with the same Message-ID") {
  Book book{10};
  std::atomic<int> lost{0};
  SmtpServer server{[&](const Request& request) -> Action {
    if (request.point == Point::dot && request.argument == "r4@example.org" && lost++ < 1)
      return {.then = Action::Then::close};
    return {};
  }};
  const auto report = run(book, {relay_to(server)});
  CHECK(report.in_doubt == 1);
  CHECK(report.sent == 9);
  CHECK(run(book, {relay_to(server)}).settled() == 0);
  book.clock.advance(15min);
  CHECK(run(book, {relay_to(server)}).sent == 1);
  std::set<std::string> ids;
  for (const auto& message : server.accepted()) {
    if (message.to == "r4@example.org") ids.insert(message.header("Message-ID"));
  }
  CHECK(ids.size() == 1);
  CHECK(server.accepted_by_address()["r4@example.org"] == 2);
}

TEST_CASE("run: the stop flag finishes what is in flight and gives the rest back") {
  Book book{400};
  StopFlag stop{false};
  SmtpServer server{[&](const Request& request) -> Action {
    if (request.point == Point::dot && request.argument == "r30@example.org") stop = true;
    return {};
  }};
  const auto report = run(book, {relay_to(server)}, stop);
  CHECK(report.end == RunEnd::stopped);
  CHECK(report.sent == static_cast<std::int64_t>(server.accepted().size()));
  const auto counts = book.ledger.counts(first);
  CHECK(counts->in_doubt == 0);
  CHECK(counts->sent + counts->planned == 400);
  CHECK(run(book, {relay_to(server)}).sent == counts->planned);
  CHECK(server.accepted().size() == 400);
}

TEST_CASE("run: a relay that announces pipelining by mistake is taken back to lock-step") {
  Book book{25};
  SmtpServer::Manners manners;
  manners.forgets_groups = true;
  SmtpServer server{{}, manners};
  auto relay = relay_to(server);
  relay.timeouts.command = relay.timeouts.data = 300ms;
  const auto report = run(book, {relay});
  CHECK(report.sent == 25);
  CHECK(report.in_doubt == 0);
  CHECK(server.accepted().size() == 25);
}

TEST_CASE("run: an answer that comes just after a batch belongs to the next one, so nobody stays claimed") {
  auto journal = Journal::create({});
  REQUIRE(journal);
  Outbox outbox{std::move(*journal), 8};
  const auto claim = [](std::int64_t subscriber) {
    return Claim{.edition = {1}, .subscriber = {subscriber}, .segment = {1}, .attempt = 1};
  };
  outbox.add_claims({claim(1), claim(2)});
  outbox.hand_back(claim(1));
  outbox.publish();
  const auto first = outbox.wait(1, std::chrono::milliseconds{0});
  outbox.hand_back(claim(2));
  outbox.publish();
  CHECK(first.handed_back.size() == 1);
  CHECK(first.outstanding == 1);  // although by now nothing is out any more
  CHECK(outbox.outstanding() == 0);
  const auto last = outbox.wait(1, std::chrono::milliseconds{0});
  CHECK(last.handed_back.size() == 1);
  CHECK(last.outstanding == 0);
}

TEST_CASE("run: a composer's error ends the run and gives everything back") {
  Book book{20};
  SmtpServer server;
  const auto transport = make_smtp_transport({relay_to(server)});
  const auto failing = [](const Claim& claim) -> Result<message::Message> {
    if (claim.subscriber.value == 9) return fail(Errc::config, "the template is broken");
    return test::message_for(claim);
  };
  const StopFlag stop{false};
  const auto report =
      deliver({.edition = first, .retry = {}, .time_budget = {}, .within_settle = {}, .on_progress = {}},
              book.ledger, **transport, failing, stop);
  REQUIRE_FALSE(report);
  CHECK(report.error().code == Errc::config);
  const auto counts = book.ledger.counts(first);
  CHECK(counts->claimed == 0);
  CHECK(counts->sent == static_cast<std::int64_t>(server.accepted().size()));
  CHECK(counts->sent + counts->planned == 20);
}

TEST_CASE("run: an unsound message is never sent and fails alone") {
  Book book{3};
  SmtpServer server;
  const auto transport = make_smtp_transport({relay_to(server)});
  const auto bare = [](const Claim& claim) -> Result<message::Message> {
    auto message = test::message_for(claim);
    if (claim.subscriber.value == 1) message.bytes += "bare\n";
    if (claim.subscriber.value == 2) return fail(Errc::bad_data, "an invalid address");
    return message;
  };
  const StopFlag stop{false};
  const auto report =
      deliver({.edition = first, .retry = {}, .time_budget = {}, .within_settle = {}, .on_progress = {}},
              book.ledger, **transport, bare, stop);
  REQUIRE(report);
  CHECK(report->end == RunEnd::nothing_due);
  CHECK(report->sent == 1);
  CHECK(report->failed == 2);
  CHECK(report->unsendable == 2);
  CHECK(server.accepted().size() == 1);
  const auto row = book.ledger.list({.edition = first, .subscriber = SubscriberId{2}, .state = {}})->front();
  CHECK(row.state == DeliveryState::failed);
  CHECK(row.reply == "no message can be sent: an invalid address");
}

TEST_CASE("run: a composer's other errors end it, and nobody is charged") {
  Book book{3};
  SmtpServer server;
  const auto transport = make_smtp_transport({relay_to(server)});
  const auto broken = [](const Claim&) -> Result<message::Message> { return fail(Errc::io, "no template"); };
  const StopFlag stop{false};
  const auto report =
      deliver({.edition = first, .retry = {}, .time_budget = {}, .within_settle = {}, .on_progress = {}},
              book.ledger, **transport, broken, stop);
  REQUIRE_FALSE(report);
  CHECK(report.error().code == Errc::io);
  CHECK(book.ledger.counts(first)->planned == 3);
}

TEST_CASE("run: the rate is kept") {
  Book book{12};
  SmtpServer server;
  auto relay = relay_to(server);
  relay.rate = 40;
  const auto before = std::chrono::steady_clock::now();
  CHECK(run(book, {relay}).sent == 12);
  CHECK(std::chrono::steady_clock::now() - before >= 250ms);
}

TEST_CASE("drop: files are complete, one a reader, and a second run adds none") {
  for (const auto format : {DropFormat::eml, DropFormat::maildir}) {
    Book book{30};
    const auto folder = book.folder / "out";
    const auto transport = make_drop_transport(folder, format);
    REQUIRE(transport);
    const StopFlag stop{false};
    for (const int want : {30, 0}) {
      const auto report =
          deliver({.edition = first, .retry = {}, .time_budget = {}, .within_settle = {}, .on_progress = {}},
                  book.ledger, **transport, compose, stop);
      REQUIRE(report);
      CHECK(report->sent == want);
    }
    int files = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator{format == DropFormat::eml ? folder : folder / "new"}) {
      ++files;
      const auto text = read_file(entry.path());
      CHECK(text->starts_with("Return-Path: <bounce+"));
      CHECK(text->find("\r\n.A line that begins with a dot\r\n") != std::string::npos);
    }
    CHECK(files == 30);
  }
}

TEST_CASE("drop: a folder that cannot be written stops the run and fails nobody") {
  Book book{5};
  const auto folder = book.folder / "out";
  const auto transport = make_drop_transport(folder, DropFormat::maildir);
  REQUIRE(transport);
  std::filesystem::remove_all(folder / "new");
  const StopFlag stop{false};
  const auto report =
      deliver({.edition = first, .retry = {}, .time_budget = {}, .within_settle = {}, .on_progress = {}},
              book.ledger, **transport, compose, stop);
  REQUIRE(report);
  CHECK(report->end == RunEnd::relay_trouble);
  CHECK(book.ledger.counts(first)->planned == 5);
}

TEST_CASE("run: one message outside the ledger") {
  SmtpServer server{[](const Request& request) -> Action {
    if (request.argument == "no@example.org") return say("550 5.1.1 unknown\r\n");
    return {};
  }};
  const auto transport = make_smtp_transport({relay_to(server)});
  const message::Message message{.envelope_from = "n@news.example",
                                 .envelope_to = "yes@example.org",
                                 .bytes = "Subject: [Test]\r\n\r\nHello\r\n"};
  const auto taken = send_one(**transport, message);
  REQUIRE(taken);
  CHECK(taken->kind == OutcomeKind::accepted);
  auto other = message;
  other.envelope_to = "no@example.org";
  CHECK(send_one(**transport, other)->kind == OutcomeKind::permanent);
  CHECK(server.accepted().size() == 1);
}

TEST_CASE("relay: a url that is none is refused, user and password are not repeated") {
  for (const auto* const url : {"", "127.0.0.1:25", "http://a.example", "smtp://"}) {
    CAPTURE(url);
    const auto made = make_smtp_transport({{.url = url,
                                            .username = {},
                                            .password = {},
                                            .auth = {},
                                            .ca_file = {},
                                            .ehlo_name = {},
                                            .proxy = {}}});
    REQUIRE_FALSE(made);
    CHECK(made.error().code == Errc::config);
  }
}

TEST_CASE("relay: probe says what a relay can do, without sending") {
  SmtpServer server{{}, announcing({"PIPELINING", "CHUNKING"})};
  const auto report = probe(relay_to(server));
  REQUIRE(report);
  CHECK(report->ready);
  CHECK(report->dialect == Dialect::chunking);
  CHECK(report->capabilities.front() == "PIPELINING");
}
