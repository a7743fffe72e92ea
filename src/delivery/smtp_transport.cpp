// SMTP sessions from one event loop: each turn reads what came, gives letters to sessions with room, marks the final dots that
// are about to leave with one write of the journal, and writes. A session that waits never stops the others.

#include <algorithm>
#include <csignal>
#include <deque>
#include <list>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>

#include "base/check.hpp"
#include "base/log.hpp"
#include "delivery/connection.hpp"
#include "delivery/dialogue.hpp"
#include "delivery/outbox.hpp"
#include "delivery/throttle.hpp"
#include "delivery/transport.hpp"

namespace tidings::delivery {
namespace {

using namespace std::chrono_literals;

/// Policy answers to single messages, one after the other with no success between, that show that it is not about them.
constexpr int trouble_limit = 3;
/// Connections that fail one after the other before the relay is given up for this run, and the waits between.
constexpr int open_limit = 3;
constexpr std::chrono::milliseconds open_pause = 500ms;

struct Relay {
  RelayOptions options;
  std::string name;
  Throttle throttle;
  Dialect dialect;       ///< the most that it is trusted with
  int sessions = 0;      ///< open or opening
  int failed_opens = 0;  ///< in a row
  int policy_answers = 0;
  SteadyTime next_open{};
  bool given_up = false;

  explicit Relay(RelayOptions wanted)
      : options(std::move(wanted)),
        name(options.name()),
        throttle(options.rate, std::chrono::steady_clock::now()),
        dialect(options.dialect) {}
};

struct Session {
  Relay* relay = nullptr;
  std::unique_ptr<Connection> connection;
  Dialogue dialogue;
  std::unordered_map<Ticket, Parcel> parcels;
  int submitted = 0;
  bool blocked = false;  ///< the socket takes no more octets for now
  bool quitting = false;
  SteadyTime deadline{};
  Awaiting awaited = Awaiting::nothing;

  Session(Relay* to, std::unique_ptr<Connection> open, Dialogue::Setup setup)
      : relay(to), connection(std::move(open)), dialogue(std::move(setup)) {}
};

class Loop {
 public:
  Loop(std::vector<std::unique_ptr<Relay>>& relays, Outbox& outbox) : relays_(relays), outbox_(outbox) {}
  void run();

 private:
  void open_sessions();
  void on_opened(Connector::Opened opened);
  void on_open_failed(Relay& relay, const Outcome& failure);
  void feed();
  void feed_session(Session& session);
  void retire_sessions();
  void read(Session& session);
  void collect(Session& session);
  void on_answer(Session& session, Answer answer);
  void mark_and_write();
  void write(Session& session);
  void watch_deadlines();
  void close_finished();
  void wait();
  void give_up(Relay& relay, const Outcome& outcome);
  void hand_back_waiting();
  [[nodiscard]] bool winding_up() const { return outbox_.stopping() || journal_failed_ || all_given_up(); }
  [[nodiscard]] bool all_given_up() const;
  [[nodiscard]] std::size_t room();

  std::vector<std::unique_ptr<Relay>>& relays_;
  Outbox& outbox_;
  Connector connector_;
  std::list<Session> sessions_;
  std::deque<Parcel> waiting_;  ///< taken from the outbox or lost by a session, for the next session with room
  std::vector<pollfd> poll_set_;
  std::string input_;
  Ticket next_ticket_ = 1;
  bool journal_failed_ = false;
  SteadyTime now_ = std::chrono::steady_clock::now();
};

bool Loop::all_given_up() const {
  return std::all_of(relays_.begin(), relays_.end(), [](const auto& relay) { return relay->given_up; });
}

void Loop::run() {
  for (;;) {
    now_ = std::chrono::steady_clock::now();
    if (winding_up()) hand_back_waiting();
    feed();
    open_sessions();
    retire_sessions();
    mark_and_write();
    close_finished();
    outbox_.publish();
    const bool nothing_left = waiting_.empty() && (outbox_.exhausted() || winding_up());
    if (nothing_left && sessions_.empty()) break;
    wait();
  }
  connector_.abandon();
  [[maybe_unused]] const bool flushed = outbox_.flush();
  outbox_.publish();
}

void Loop::hand_back_waiting() {
  for (const auto& parcel : waiting_) outbox_.hand_back(parcel.claim);
  waiting_.clear();
  for (const auto& parcel : outbox_.take(10'000)) outbox_.hand_back(parcel.claim);
}

/// Letters that sessions would take now.
std::size_t Loop::room() {
  std::size_t room = 0;
  for (auto& session : sessions_) {
    if (session.dialogue.ready() && !session.quitting) room += static_cast<std::size_t>(session.relay->options.window);
  }
  return room;
}

void Loop::feed() {
  if (winding_up()) return;
  // With no session yet, one letter is fetched all the same: it is the reason to open one.
  const auto wanted = std::max<std::size_t>(room(), sessions_.empty() ? 1 : 0);
  if (waiting_.size() < wanted) {
    for (auto& parcel : outbox_.take(wanted - waiting_.size())) waiting_.push_back(std::move(parcel));
  }
  // Round robin, one letter each, so that a few letters are not all given to the first session.
  for (bool fed = true; fed && !waiting_.empty();) {
    fed = false;
    for (auto& session : sessions_) {
      if (waiting_.empty()) break;
      if (!session.dialogue.ready() || session.quitting || session.relay->throttle.allowance(now_, 1) == 0) continue;
      feed_session(session);
      fed = true;
    }
  }
}

void Loop::feed_session(Session& session) {
  const auto ticket = next_ticket_++;
  const auto [at, added] = session.parcels.emplace(ticket, std::move(waiting_.front()));
  waiting_.pop_front();
  TIDINGS_CHECK(added);
  session.relay->throttle.took(1);
  session.dialogue.submit(ticket, at->second.letter);
  ++session.submitted;
  const int limit = session.relay->options.messages_per_session;
  if (limit > 0 && session.submitted >= limit) {
    session.quitting = true;
    session.dialogue.quit();
  }
  collect(session);
}

void Loop::open_sessions() {
  if (waiting_.empty() || winding_up()) return;
  // As many as there is work for beyond what is opening already.
  auto wanted = waiting_.size() + 1;
  for (auto& relay : relays_) {
    while (!relay->given_up && relay->sessions < relay->options.connections && connector_.opening() < wanted && now_ >= relay->next_open) {
      ++relay->sessions;
      connector_.open(static_cast<std::size_t>(&relay - relays_.data()), relay->options);
    }
  }
}

void Loop::on_opened(Connector::Opened opened) {
  auto& relay = *relays_[opened.ticket];
  if (!opened.connection) return on_open_failed(relay, opened.failure);
  relay.failed_opens = 0;
  Dialogue::Setup setup{.capabilities = read_capabilities(opened.connection->capabilities()), .dialect = {}, .window = relay.options.window};
  setup.dialect = dialect_for(setup.capabilities, relay.dialect);
  sessions_.emplace_back(&relay, std::move(opened.connection), std::move(setup));
}

void Loop::on_open_failed(Relay& relay, const Outcome& failure) {
  --relay.sessions;
  ++relay.failed_opens;
  log::info(fmt::format("relay {}: {} at {}", relay.name, failure.line(), name_of(failure.stage)));
  if (relay.sessions > static_cast<int>(connector_.opening())) {
    // Others are open: it wants fewer, not none.
    relay.next_open = now_ + 30s;
    return;
  }
  // A login or a certificate that is refused will be refused again; a host that does not answer may just be restarting.
  const bool final_word = failure.stage == Stage::auth || failure.stage == Stage::tls || failure.code / 100 == 5;
  if (final_word || relay.failed_opens >= open_limit) return give_up(relay, failure);
  relay.next_open = now_ + open_pause * relay.failed_opens;
}

void Loop::give_up(Relay& relay, const Outcome& outcome) {
  if (relay.given_up) return;
  relay.given_up = true;
  log::info(fmt::format("relay {}: {} at {}; no more is sent to it", relay.name, outcome.line(), name_of(outcome.stage)));
  if (all_given_up()) outbox_.report_trouble(outcome, relay.name);
}

void Loop::retire_sessions() {
  const bool over = winding_up() || (waiting_.empty() && outbox_.exhausted());
  for (auto& session : sessions_) {
    if (session.quitting || !(over || session.relay->given_up)) continue;
    session.quitting = true;
    session.dialogue.quit();
  }
}

void Loop::read(Session& session) {
  input_.clear();
  const auto io = session.connection->receive(input_);
  if (!input_.empty()) session.awaited = Awaiting::nothing;  // progress: the clock starts anew
  if (!input_.empty()) session.dialogue.received(input_);
  if (io == Connection::Io::closed && !session.dialogue.finished()) session.dialogue.lost(Loss::closed, "the relay closed the connection");
  collect(session);
}

void Loop::collect(Session& session) {
  for (auto& answer : session.dialogue.take_answers()) on_answer(session, std::move(answer));
  if (session.dialogue.lied() && session.relay->dialect != Dialect::lock_step) {
    session.relay->dialect = Dialect::lock_step;
    log::info(fmt::format("relay {}: {}; one command at a time from now on", session.relay->name, session.dialogue.farewell().text));
  }
}

void Loop::on_answer(Session& session, Answer answer) {
  const auto at = session.parcels.find(answer.ticket);
  TIDINGS_CHECK(at != session.parcels.end());
  auto parcel = std::move(at->second);
  session.parcels.erase(at);
  auto& relay = *session.relay;
  // At once on another session: always if this one did some good or showed how to treat the relay, else only once.
  const bool progress = session.dialogue.completed() > 0 || session.dialogue.lied();
  if (answer.untried && (progress || parcel.tries++ == 0)) {
    waiting_.push_front(std::move(parcel));
    return;
  }
  const bool trouble = is_relay_trouble(answer.outcome);
  if (trouble && answer.outcome.stage == Stage::mail) {
    // About us, before this recipient was named: nobody is charged with it.
    outbox_.hand_back(parcel.claim);
    return give_up(relay, answer.outcome);
  }
  if (answer.outcome.kind == OutcomeKind::accepted) relay.policy_answers = 0;
  const auto outcome = answer.outcome;
  outbox_.answer(parcel.claim, std::move(answer.outcome), relay.name);
  if (trouble && (outcome.code == 421 || ++relay.policy_answers >= trouble_limit)) give_up(relay, outcome);
}

void Loop::mark_and_write() {
  for (auto& session : sessions_) {
    for (const auto ticket : session.dialogue.leaving()) outbox_.leaving(session.parcels.at(ticket).claim);
  }
  if (!journal_failed_ && !outbox_.flush()) journal_failed_ = true;
  for (auto& session : sessions_) {
    if (!session.blocked && !session.dialogue.finished()) write(session);
  }
}

void Loop::write(Session& session) {
  const auto output = session.dialogue.output();
  if (output.empty() && !session.connection->holds_octets()) return;
  if (journal_failed_) {
    // A dot without its mark must not leave. What has left is answered or in doubt as on a broken connection.
    session.dialogue.lost(Loss::closed, "the sending journal cannot be written");
    return collect(session);
  }
  const auto sent = session.connection->send(output);
  if (sent.count > 0) {
    session.awaited = Awaiting::nothing;
    session.dialogue.wrote(sent.count);
  }
  session.blocked = sent.io == Connection::Io::again;
  // What the relay said before it closed is still to be read: the reader notices the end.
  if (sent.io == Connection::Io::closed) {
    read(session);
    if (!session.dialogue.finished()) session.dialogue.lost(Loss::closed, "the relay closed the connection");
    collect(session);
  }
}

std::chrono::milliseconds time_for(const PhaseTimeouts& timeouts, Awaiting awaited) {
  switch (awaited) {
    case Awaiting::room: return timeouts.block;
    case Awaiting::command: return timeouts.command;
    case Awaiting::data: return timeouts.data;
    case Awaiting::final_dot: return timeouts.final_dot;
    case Awaiting::goodbye: return std::min<std::chrono::milliseconds>(1s, timeouts.command);
    case Awaiting::nothing: break;
  }
  return 0ms;
}

void Loop::watch_deadlines() {
  for (auto& session : sessions_) {
    const auto awaited = session.dialogue.awaiting();
    if (awaited != session.awaited) {
      session.awaited = awaited;
      session.deadline = now_ + time_for(session.relay->options.timeouts, awaited);
    }
    if (awaited == Awaiting::nothing || now_ < session.deadline || session.dialogue.finished()) continue;
    session.dialogue.lost(Loss::silence, "the relay did not answer in time");
    collect(session);
  }
}

void Loop::close_finished() {
  watch_deadlines();
  for (auto at = sessions_.begin(); at != sessions_.end();) {
    if (!at->dialogue.finished()) {
      ++at;
      continue;
    }
    TIDINGS_CHECK(at->parcels.empty());
    auto& relay = *at->relay;
    --relay.sessions;
    // Sessions that open and break before they did anything are as good as none.
    const bool useless = at->dialogue.completed() == 0 && at->submitted > 0 && !at->dialogue.lied();
    if (useless && ++relay.failed_opens >= open_limit) {
      auto outcome = at->dialogue.farewell();
      give_up(relay, outcome);
    }
    at = sessions_.erase(at);
  }
}

void Loop::wait() {
  poll_set_.clear();
  poll_set_.push_back({.fd = outbox_.wake_fd(), .events = POLLIN, .revents = 0});
  auto until = now_ + 1s;
  for (auto& session : sessions_) {
    const bool wants_room = session.blocked && (!session.dialogue.output().empty() || session.connection->holds_octets());
    const auto events = static_cast<short>(wants_room ? POLLIN | POLLOUT : POLLIN);
    poll_set_.push_back({.fd = session.connection->fd(), .events = events, .revents = 0});
    if (session.awaited != Awaiting::nothing) until = std::min(until, session.deadline);
    if (!waiting_.empty() && session.dialogue.ready()) until = std::min(until, session.relay->throttle.next(now_));
  }
  connector_.add_to(poll_set_);
  if (connector_.deadline()) until = std::min(until, *connector_.deadline());
  if (!waiting_.empty()) {
    for (auto& relay : relays_) {
      if (!relay->given_up && relay->sessions < relay->options.connections && relay->next_open > now_) until = std::min(until, relay->next_open);
    }
  }
  const auto time = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
  ::poll(poll_set_.data(), static_cast<nfds_t>(poll_set_.size()), static_cast<int>(std::clamp(time, 0ms, 1000ms).count()));
  now_ = std::chrono::steady_clock::now();
  if (poll_set_[0].revents != 0) outbox_.clear_wake();
  // Sessions first, by their place in the set; whatever follows them belongs to libcurl.
  std::size_t index = 1;
  for (auto& session : sessions_) {
    const auto ready = poll_set_[index++].revents;
    if ((ready & POLLOUT) != 0) session.blocked = false;
    if ((ready & ~POLLOUT) != 0 && !session.dialogue.finished()) read(session);
  }
  for (; index < poll_set_.size(); ++index) {
    if (poll_set_[index].revents != 0) connector_.on_ready(poll_set_[index]);
  }
  connector_.on_time(now_);
  for (auto& opened : connector_.take_opened()) on_opened(std::move(opened));
}

/// A relay that closes while we write must be an answer, not a signal; OpenSSL writes without MSG_NOSIGNAL.
void block_sigpipe() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

class SmtpTransport final : public Transport {
 public:
  explicit SmtpTransport(std::vector<RelayOptions> relays) {
    for (auto& options : relays) relays_.push_back(std::make_unique<Relay>(std::move(options)));
  }

  void run(Outbox& outbox) override {
    block_sigpipe();
    Loop{relays_, outbox}.run();
  }
  [[nodiscard]] std::string name() const override { return relays_.front()->name; }
  [[nodiscard]] int capacity() const override {
    int capacity = 0;
    for (const auto& relay : relays_) capacity += relay->options.connections * std::max(relay->options.window, 2);
    return capacity;
  }

 private:
  std::vector<std::unique_ptr<Relay>> relays_;
};

}  // namespace

Result<std::unique_ptr<Transport>> make_smtp_transport(std::vector<RelayOptions> relays) {
  if (relays.empty()) return fail(Errc::config, "no relay is configured", "[smtp] url = \"smtp://host:port\"");
  for (const auto& relay : relays) TIDINGS_TRY(check_relay(relay));
  return std::make_unique<SmtpTransport>(std::move(relays));
}

}  // namespace tidings::delivery
