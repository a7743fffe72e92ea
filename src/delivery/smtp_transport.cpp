// SMTP sessions in one event loop: each turn reads what came, gives messages to sessions with room, marks the
// final dots about to be sent with one write of the journal, and writes. A waiting session never stops the
// others.

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
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
#include "delivery/shared_relays.hpp"
#include "delivery/throttle.hpp"
#include "delivery/transport.hpp"

namespace tidings::delivery {
namespace {

using namespace std::chrono_literals;

/// Messages that may wait for their domain's turn while others overtake them.
constexpr std::size_t most_set_aside = 256;

struct Relay {
  RelayOptions options;
  std::string name;
  RelayHealth health;
  int sessions = 0;  ///< open or opening
  std::size_t opening = 0;
  std::optional<bool> smtputf8{};  ///< whether it announces SMTPUTF8, once a session has seen it
  double load = 0;                 ///< messages given to it, by weight: the relay with the least is next
  SteadyTime heard{};              ///< when it answered last
  Outcome last_trouble;

  explicit Relay(RelayOptions wanted) : options(std::move(wanted)), name(options.name()), health(options) {}
};

struct Session {
  Relay* relay = nullptr;
  std::unique_ptr<Connection> connection;
  Dialogue dialogue;
  std::unordered_map<Ticket, QueuedMessage> queued;
  int submitted = 0;
  bool blocked = false;  ///< the socket accepts no more octets for now
  bool quitting = false;
  bool cut = false;    ///< by us, in a hurry
  bool wrote = false;  ///< octets were sent since watch_deadlines() last looked
  Awaiting awaited = Awaiting::nothing;
  std::uint64_t replies = 0;
  SteadyTime idle_until{};  ///< the deadline for the next sign of life
  SteadyTime until{};       ///< the deadline for the awaited reply, whatever drips in

  Session(Relay* to, std::unique_ptr<Connection> open, Dialogue::Setup setup)
      : relay(to), connection(std::move(open)), dialogue(std::move(setup)) {}
};

class Loop {
 public:
  /// The relays, the domains with limits, and what other workers say of both.
  struct Sides {
    std::vector<std::unique_ptr<Relay>>& relays;
    std::map<std::string, Throttle, std::less<>>& domains;
    SharedRelays& shared;
  };
  Loop(const Sides& sides, Outbox& outbox)
      : relays_(sides.relays), domains_(sides.domains), shared_(sides.shared), outbox_(outbox) {}
  void run();

 private:
  void heed_others();
  void open_sessions();
  void on_opened(Connector::Opened opened);
  void catch_up(Relay& relay);
  void on_trouble(Relay& relay, const Outcome& outcome);
  void fetch();
  void feed();
  [[nodiscard]] std::deque<QueuedMessage>::iterator next_parcel(const Session* any);
  [[nodiscard]] Throttle* domain_throttle(const QueuedMessage& queued);
  enum class Needs { nothing, smtputf8 };
  [[nodiscard]] Session* next_session(Needs needs);
  [[nodiscard]] bool may_have(const Relay& relay, Needs needs) const;
  [[nodiscard]] bool is_ahead(const Relay& relay);
  void feed_session(Session& session, QueuedMessage queued);
  void retire_sessions();
  void read(Session& session);
  void collect(Session& session);
  void on_answer(Session& session, Answer answer);
  void mark_and_write();
  void write(Session& session);
  void watch_deadlines();
  void cut_sessions();
  /// True if there is room for a new session now.
  [[nodiscard]] bool close_finished();
  void wait();
  [[nodiscard]] SteadyTime wake_time();
  void hand_back_waiting();
  [[nodiscard]] bool winding_up() const { return outbox_.stopping() || journal_failed_ || all_out(); }
  [[nodiscard]] bool all_out() const;
  [[nodiscard]] bool may_use(const Relay& relay) const;

  std::vector<std::unique_ptr<Relay>>& relays_;
  std::map<std::string, Throttle, std::less<>>& domains_;
  SharedRelays& shared_;
  Outbox& outbox_;
  double share_ = 1;                                    ///< of each rate
  std::optional<std::pair<UtcTime, SteadyTime>> told_;  ///< by others, at this time
  SteadyTime heeded_{};
  Connector connector_;
  std::list<Session> sessions_;
  std::deque<QueuedMessage>
      waiting_;  ///< taken from the outbox or lost by a session, for the next session with room
  std::vector<pollfd> poll_set_;
  std::string input_;
  Ticket next_ticket_ = 1;
  bool journal_failed_ = false;
  std::optional<SteadyTime> cut_at_;  ///< the run was told to end: the deadline for what is in flight
  SteadyTime now_ = std::chrono::steady_clock::now();
};

void rescale(Throttle& throttle, double factor, SteadyTime now) {
  if (throttle.rate() > 0) throttle = Throttle{throttle.rate() * factor, now};
}

bool Loop::all_out() const {
  return std::all_of(relays_.begin(), relays_.end(),
                     [](const auto& relay) { return relay->health.is_out(); });
}

/// A relay of weight 0 stands in only while no other is usable.
bool Loop::may_use(const Relay& relay) const {
  if (!relay.health.is_usable(now_)) return false;
  if (relay.options.weight > 0) return true;
  return std::none_of(relays_.begin(), relays_.end(), [&](const auto& other) {
    return other->options.weight > 0 && other->health.is_usable(now_);
  });
}

void Loop::run() {
  for (auto& relay : relays_) {
    relay->health.begin_run(now_);
    relay->sessions = 0;
    relay->opening = 0;
    relay->load = 0;
  }
  if (all_out()) {
    const auto& relay = *relays_.front();
    outbox_.report_trouble(relay.last_trouble, relay.name);
  }
  for (;;) {
    now_ = std::chrono::steady_clock::now();
    if (outbox_.hurried()) cut_sessions();
    if (winding_up()) hand_back_waiting();
    heed_others();
    fetch();
    feed();
    open_sessions();
    retire_sessions();
    mark_and_write();
    const bool closed = close_finished();
    outbox_.publish();
    const bool nothing_left = waiting_.empty() && (outbox_.exhausted() || winding_up());
    if (nothing_left && sessions_.empty()) break;
    if (!closed)
      wait();  // otherwise nothing would wake us: with one connection each new session was a second late
  }
  connector_.abandon();
  [[maybe_unused]] const bool flushed = outbox_.flush();
  outbox_.publish();
}

/// Pauses that others were given, and our part of the rates. Says how our relays are.
void Loop::heed_others() {
  if (now_ - heeded_ < 250ms) return;
  heeded_ = now_;
  if (const auto news = shared_.take()) {
    told_ = {news->now, now_};
    for (auto memory : news->relays) {
      const auto found =
          std::ranges::find(relays_, memory.name, [](const auto& relay) { return relay->name; });
      const bool is_paused = memory.paused_until && *memory.paused_until > news->now;
      if (found == relays_.end() || !is_paused || !(*found)->health.is_usable(now_)) continue;
      memory.works = true;
      (*found)->health.recall(memory, news->now, now_);
    }
    // Not nothing, which would be no limit; a message in a quarter of an hour at most.
    const auto part = std::max(news->share, 0.001);
    if (part != share_) {
      for (auto& relay : relays_) rescale(relay->health.throttle(), part / share_, now_);
      for (auto& [domain, throttle] : domains_) rescale(throttle, part / share_, now_);
      share_ = part;
    }
  }
  if (!told_) return;  // nobody shares them
  const auto utc_now =
      told_->first + std::chrono::duration_cast<std::chrono::milliseconds>(now_ - told_->second);
  std::vector<RelayMemory> seen;
  for (const auto& relay : relays_) seen.push_back(relay->health.memory(utc_now, now_));
  shared_.show(std::move(seen));
}

void Loop::hand_back_waiting() {
  for (const auto& queued : waiting_) outbox_.hand_back(queued.claim);
  waiting_.clear();
  for (const auto& queued : outbox_.take(10'000)) outbox_.hand_back(queued.claim);
}

// ---- messages to sessions
// ------------------------------------------------------------------------------------------------

/// Takes as many messages as sessions would accept now. Without a session, takes one anyway, as the reason to
/// open one. Messages waiting for their domain do not count.
void Loop::fetch() {
  if (winding_up()) return;
  std::size_t wanted = sessions_.empty() ? 1 : 0;
  for (const auto& session : sessions_) {
    if (session.dialogue.ready() && !session.quitting)
      wanted += static_cast<std::size_t>(session.relay->options.window);
  }
  if (!domains_.empty()) wanted += std::min<std::size_t>(waiting_.size(), most_set_aside);
  if (waiting_.size() >= wanted) return;
  for (auto& queued : outbox_.take(wanted - waiting_.size())) waiting_.push_back(std::move(queued));
}

std::string_view domain_of(const QueuedMessage& queued) {
  const std::string_view to = queued.message.envelope_to;
  return to.substr(std::min(to.rfind('@'), to.size() - 1) + 1);
}

Throttle* Loop::domain_throttle(const QueuedMessage& queued) {
  if (domains_.empty()) return nullptr;
  const auto found = domains_.find(domain_of(queued));
  return found == domains_.end() ? nullptr : &found->second;
}

/// The first that may be sent now. Others overtake one that waits for its domain, or for a relay that accepts
/// its address.
std::deque<QueuedMessage>::iterator Loop::next_parcel(const Session* any) {
  if (any == nullptr) return waiting_.end();
  return std::find_if(waiting_.begin(), waiting_.end(), [&](const QueuedMessage& queued) {
    auto* const throttle = domain_throttle(queued);
    if (throttle != nullptr && throttle->allowance(now_, 1) == 0) return false;
    return !queued.message.needs_smtputf8() || next_session(Needs::smtputf8) != nullptr;
  });
}

/// It has had its share, and another working relay has not: a slow one gets less of the list, not more. A
/// relay that is silent, or at its own rate limit, holds up nobody.
bool Loop::is_ahead(const Relay& relay) {
  return std::any_of(relays_.begin(), relays_.end(), [&](const auto& other) {
    const auto silence = other->sessions > static_cast<int>(other->opening) ? 3s : 1s;
    const bool at_work = other.get() != &relay && other->options.weight > 0 && other->sessions > 0 &&
                         may_use(*other) && now_ - other->heard < silence &&
                         other->health.throttle().allowance(now_, 1) > 0;
    return at_work && relay.load >= other->load + 1.0;
  });
}

/// As long as a relay in use announces SMTPUTF8, or may yet, only that one is used for it; otherwise any will
/// do.
bool Loop::may_have(const Relay& relay, Needs needs) const {
  if (needs == Needs::nothing || relay.smtputf8.value_or(true)) return true;
  return std::none_of(relays_.begin(), relays_.end(),
                      [&](const auto& other) { return other->smtputf8.value_or(true) && may_use(*other); });
}

/// The relay furthest behind its share, and its session with the least in flight.
Session* Loop::next_session(Needs needs) {
  Session* best = nullptr;
  for (auto& session : sessions_) {
    if (session.quitting || !session.dialogue.ready()) continue;
    auto& relay = *session.relay;
    if (!may_use(relay) || !may_have(relay, needs) || is_ahead(relay)) continue;
    if (relay.health.throttle().allowance(now_, 1) == 0) continue;
    if (best == nullptr || relay.load < best->relay->load ||
        (&relay == best->relay && session.dialogue.in_flight() < best->dialogue.in_flight())) {
      best = &session;
    }
  }
  return best;
}

void Loop::feed() {
  if (winding_up()) return;
  for (;;) {
    const auto queued = next_parcel(next_session(Needs::nothing));
    if (queued == waiting_.end()) return;
    auto* const session = next_session(queued->message.needs_smtputf8() ? Needs::smtputf8 : Needs::nothing);
    if (auto* const throttle = domain_throttle(*queued)) throttle->took(1);
    auto message = std::move(*queued);
    waiting_.erase(queued);
    feed_session(*session, std::move(message));
  }
}

void Loop::feed_session(Session& session, QueuedMessage queued) {
  auto& relay = *session.relay;
  const auto ticket = next_ticket_++;
  const auto [at, added] = session.queued.emplace(ticket, std::move(queued));
  TIDINGS_CHECK(added);
  relay.health.throttle().took(1);
  relay.load += 1.0 / std::max(relay.options.weight, 1);
  session.dialogue.submit(ticket, at->second.message);
  ++session.submitted;
  if (relay.options.messages_per_session > 0 && session.submitted >= relay.options.messages_per_session) {
    session.quitting = true;
    session.dialogue.quit();
  }
  collect(session);
}

// ---- sessions
// -----------------------------------------------------------------------------------------------------------

void Loop::open_sessions() {
  if (waiting_.empty() || winding_up()) return;
  // As many as there is work for, besides those already opening at the same relay: one that does not greet
  // holds up no other.
  const auto wanted = waiting_.size() + 1;
  for (std::size_t i = 0; i < relays_.size(); ++i) {
    auto& relay = *relays_[i];
    if (!may_use(relay)) continue;
    while (relay.sessions < relay.health.allowed_sessions(now_) && relay.opening < wanted &&
           now_ >= relay.health.next_open()) {
      if (relay.sessions == 0) relay.heard = now_;
      ++relay.sessions;
      ++relay.opening;
      connector_.open(i, relay.options);
    }
  }
}

void Loop::on_opened(Connector::Opened opened) {
  auto& relay = *relays_[opened.ticket];
  --relay.opening;
  if (!opened.connection) {
    --relay.sessions;
    log::info(
        fmt::format("relay {}: {} at {}", relay.name, opened.failure.line(), name_of(opened.failure.stage)));
    const bool some_open = relay.sessions > static_cast<int>(relay.opening);
    const auto others = some_open ? RelayHealth::Others::some_open : RelayHealth::Others::none_open;
    if (relay.health.open_failed(opened.failure, others, now_)) on_trouble(relay, opened.failure);
    return;
  }
  relay.health.opened();
  relay.heard = now_;
  if (relay.sessions - static_cast<int>(relay.opening) == 1) catch_up(relay);
  Dialogue::Setup setup{.capabilities = read_capabilities(opened.connection->capabilities()),
                        .window = relay.options.window};
  setup.dialect = dialect_for(setup.capabilities, relay.health.dialect());
  relay.smtputf8 = setup.capabilities.smtputf8;
  setup.secrets = relay.options.secrets();
  sessions_.emplace_back(&relay, std::move(opened.connection), std::move(setup));
}

/// A relay that joins late, or again, need not catch up.
void Loop::catch_up(Relay& relay) {
  std::optional<double> least;
  for (const auto& other : relays_) {
    if (other.get() == &relay || other->sessions == static_cast<int>(other->opening) ||
        other->options.weight == 0)
      continue;
    least = std::min(least.value_or(other->load), other->load);
  }
  if (least) relay.load = std::max(relay.load, *least);
}

/// The relay is paused or out: its sessions end, its messages go to other relays or back.
void Loop::on_trouble(Relay& relay, const Outcome& outcome) {
  relay.last_trouble = outcome;
  log::info(fmt::format("relay {}: {} at {}; nothing more is sent to it {}", relay.name, outcome.line(),
                        name_of(outcome.stage), relay.health.is_out() ? "in this run" : "for a while"));
  if (all_out()) outbox_.report_trouble(outcome, relay.name);
}

void Loop::retire_sessions() {
  const bool over = winding_up() || (waiting_.empty() && outbox_.exhausted());
  for (auto& session : sessions_) {
    if (session.quitting || (!over && may_use(*session.relay))) continue;
    session.quitting = true;
    session.dialogue.quit();
  }
}

void Loop::read(Session& session) {
  input_.clear();
  const auto io = session.connection->receive(input_);
  if (!input_.empty()) session.relay->heard = now_;
  if (!input_.empty()) session.dialogue.received(input_);
  if (io == Connection::Io::closed && !session.dialogue.finished())
    session.dialogue.lost(Loss::closed, "the relay closed the connection");
  collect(session);
}

void Loop::collect(Session& session) {
  for (auto& answer : session.dialogue.take_answers()) on_answer(session, std::move(answer));
  if (session.dialogue.grouping_failed() && session.relay->health.dialect() != Dialect::lock_step) {
    session.relay->health.grouping_failed();
    log::info(fmt::format("relay {}: {}; one command at a time from now on", session.relay->name,
                          session.dialogue.farewell().text));
  }
}

void Loop::on_answer(Session& session, Answer answer) {
  const auto at = session.queued.find(answer.ticket);
  TIDINGS_CHECK(at != session.queued.end());
  auto queued = std::move(at->second);
  session.queued.erase(at);
  auto& relay = *session.relay;
  // At once on another session: always if this one did some good or showed how to treat the relay, else only
  // once.
  const bool progress = session.dialogue.completed() > 0 || session.dialogue.grouping_failed();
  if (answer.untried && (progress || session.cut || queued.tries++ == 0)) {
    waiting_.push_front(std::move(queued));
    return;
  }
  const auto outcome = std::move(answer.outcome);
  const auto domain = std::string{domain_of(queued)};
  const auto attempt = queued.claim.attempt;
  const bool braked = !relay.health.words_of_brake().empty();
  const bool was_usable = relay.health.is_usable(now_);
  const bool ended = relay.health.answered({.outcome = outcome, .domain = domain, .attempt = attempt}, now_);
  if (!braked && !relay.health.words_of_brake().empty())
    outbox_.brake(relay.name, relay.health.words_of_brake());
  if (is_relay_trouble(outcome) && outcome.stage <= Stage::mail) {
    // About us, before this recipient: not held against anybody.
    waiting_.push_front(std::move(queued));
  } else {
    outbox_.answer(std::move(queued.claim), outcome, relay.name);
  }
  if (ended && was_usable) on_trouble(relay, outcome);
}

void Loop::mark_and_write() {
  for (auto& session : sessions_) {
    session.dialogue.leaving([&](Ticket ticket) { outbox_.leaving(session.queued.at(ticket).claim); });
  }
  if (!journal_failed_ && !outbox_.flush()) journal_failed_ = true;
  for (auto& session : sessions_) {
    if (!session.blocked && !session.dialogue.finished()) write(session);
  }
}

void Loop::write(Session& session) {
  if (session.dialogue.output_bytes() == 0 && !session.connection->holds_octets()) return;
  if (journal_failed_) {
    // A dot without its mark must not be sent. Whatever was sent is answered or in doubt, as on a broken
    // connection.
    session.dialogue.lost(Loss::closed, "the sending journal cannot be written");
    return collect(session);
  }
  Connection::Sent sent;
  do {
    std::array<std::string_view, 64> pieces;
    sent = session.connection->send({pieces.data(), session.dialogue.output(pieces)});
    session.wrote = session.wrote || sent.count > 0;
    session.dialogue.wrote(sent.count);
  } while (sent.io == Connection::Io::done && session.dialogue.output_bytes() > 0);
  session.blocked = sent.io == Connection::Io::again;
  // What the relay said before it closed is still to be read: the reader will notice the end.
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

/// Only a complete reply counts: dripping octets do not extend its deadline. A long message may take longer
/// than one silence.
void Loop::watch_deadlines() {
  constexpr int longest_write = 10;
  for (auto& session : sessions_) {
    const auto awaited = session.dialogue.awaiting();
    const auto patience = time_for(session.relay->options.timeouts, awaited);
    const bool is_new = awaited != session.awaited || session.dialogue.replies() != session.replies;
    if (is_new) session.until = now_ + patience * (awaited == Awaiting::room ? longest_write : 1);
    if (is_new || session.wrote) session.idle_until = now_ + patience;
    session.awaited = awaited;
    session.replies = session.dialogue.replies();
    session.wrote = false;
    const auto end = awaited == Awaiting::room ? std::min(session.idle_until, session.until) : session.until;
    if (awaited == Awaiting::nothing || now_ < end || session.dialogue.finished()) continue;
    session.dialogue.lost(Loss::silence, "the relay did not answer in time");
    collect(session);
  }
}

/// In a hurry, messages in flight have seconds: then they are in doubt if their last octet was sent, else
/// deferred.
void Loop::cut_sessions() {
  for (auto& session : sessions_) {
    if (!cut_at_) cut_at_ = now_ + session.relay->options.timeouts.stop;
    if (now_ < *cut_at_ || session.dialogue.finished()) continue;
    session.cut = true;
    session.dialogue.lost(Loss::closed, "tidings was stopped before the answer came");
    collect(session);
  }
}

bool Loop::close_finished() {
  watch_deadlines();
  const auto open_before = sessions_.size();
  for (auto at = sessions_.begin(); at != sessions_.end();) {
    if (!at->dialogue.finished()) {
      ++at;
      continue;
    }
    TIDINGS_CHECK(at->queued.empty());
    auto& relay = *at->relay;
    --relay.sessions;
    // Sessions that open and break before doing anything do not count.
    const bool useless =
        at->dialogue.completed() == 0 && at->submitted > 0 && !at->dialogue.grouping_failed() && !at->cut;
    if (useless && relay.health.is_usable(now_) &&
        relay.health.open_failed(at->dialogue.farewell(), RelayHealth::Others::none_open, now_)) {
      on_trouble(relay, at->dialogue.farewell());
    }
    at = sessions_.erase(at);
  }
  return sessions_.size() < open_before;
}

/// When something is to be done without a socket event.
SteadyTime Loop::wake_time() {
  auto until = now_ + 1s;
  const auto not_after = [&](std::optional<SteadyTime> time) {
    if (time) until = std::min(until, *time);
  };
  for (auto& session : sessions_) {
    if (session.awaited != Awaiting::nothing) not_after(std::min(session.idle_until, session.until));
    const bool could_send =
        !waiting_.empty() && session.dialogue.ready() && may_use(*session.relay) && !is_ahead(*session.relay);
    if (could_send) not_after(session.relay->health.throttle().next(now_));
  }
  not_after(connector_.deadline());
  not_after(cut_at_);
  if (waiting_.empty()) return until;
  for (const auto& relay : relays_) {
    not_after(relay->health.next_session(now_));
    if (relay->health.is_usable(now_) && relay->health.next_open() > now_)
      not_after(relay->health.next_open());
  }
  // One message per slow domain would do; the first of all is close enough.
  if (auto* const throttle = domain_throttle(waiting_.front())) not_after(throttle->next(now_));
  return until;
}

void Loop::wait() {
  poll_set_.clear();
  poll_set_.push_back({.fd = outbox_.wake_fd(), .events = POLLIN, .revents = 0});
  for (auto& session : sessions_) {
    const bool wants_room =
        session.blocked && (session.dialogue.output_bytes() > 0 || session.connection->holds_octets());
    const auto events = static_cast<short>(wants_room ? POLLIN | POLLOUT : POLLIN);
    poll_set_.push_back({.fd = session.connection->fd(), .events = events, .revents = 0});
  }
  connector_.add_to(poll_set_);
  const auto until = wake_time();
  const auto time = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
  ::poll(poll_set_.data(), static_cast<nfds_t>(poll_set_.size()),
         static_cast<int>(std::clamp(time, 0ms, 1000ms).count()));
  now_ = std::chrono::steady_clock::now();
  if (poll_set_[0].revents != 0) outbox_.clear_wake();
  // Sessions first, by their place in the set; everything after them belongs to libcurl.
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

/// The answer of a relay still paused from an earlier run.
Outcome resting(const RelayMemory& memory) {
  const std::string_view line = memory.last_error;
  int code = 0;
  std::from_chars(line.data(), line.data() + line.size(), code);
  return code >= 400 ? classify(Stage::greeting, code, line.substr(3)) : no_reply(Stage::connect, line);
}

class SmtpTransport final : public Transport, public SharesRelays {
 public:
  SmtpTransport(std::vector<RelayOptions> relays, const std::vector<DomainLimit>& limits) {
    for (auto& options : relays) relays_.push_back(std::make_unique<Relay>(std::move(options)));
    for (const auto& limit : limits)
      domains_.emplace(limit.domain, Throttle{limit.rate, std::chrono::steady_clock::now()});
  }

  void run(Outbox& outbox) override {
    block_sigpipe();
    Loop loop{{.relays = relays_, .domains = domains_, .shared = shared_}, outbox};
    loop.run();
  }
  [[nodiscard]] SharedRelays& shared_relays() override { return shared_; }
  [[nodiscard]] std::string name() const override { return relays_.front()->name; }
  [[nodiscard]] int capacity() const override {
    int capacity = 0;
    for (const auto& relay : relays_)
      capacity += relay->options.connections * std::max(relay->options.window, 2);
    return capacity;
  }
  [[nodiscard]] int in_flight() const override {
    int messages = 0;
    for (const auto& relay : relays_)
      messages += relay->options.connections * std::max(relay->options.window, 1);
    return messages;
  }
  [[nodiscard]] double rate() const override {
    double rate = 0;
    for (const auto& relay : relays_) {
      if (relay->health.throttle().rate() <= 0) return 0;
      rate += relay->health.throttle().rate();
    }
    return rate;
  }
  void recall(const std::vector<RelayMemory>& memories, UtcTime now) override {
    for (const auto& memory : memories) {
      for (auto& relay : relays_) {
        if (relay->name != memory.name) continue;
        relay->health.recall(memory, now, std::chrono::steady_clock::now());
        relay->last_trouble = resting(memory);
      }
    }
  }
  [[nodiscard]] std::vector<RelayMemory> memories(UtcTime now) const override {
    std::vector<RelayMemory> memories;
    for (const auto& relay : relays_)
      memories.push_back(relay->health.memory(now, std::chrono::steady_clock::now()));
    return memories;
  }

 private:
  std::vector<std::unique_ptr<Relay>> relays_;
  std::map<std::string, Throttle, std::less<>> domains_;
  SharedRelays shared_;
};

}  // namespace

Result<std::unique_ptr<Transport>> make_smtp_transport(std::vector<RelayOptions> relays,
                                                       const std::vector<DomainLimit>& limits) {
  if (relays.empty())
    return fail(Errc::config, "no relay is configured", "[smtp] url = \"smtp://host:port\"");
  for (const auto& relay : relays) TIDINGS_TRY(check_relay(relay));
  return std::make_unique<SmtpTransport>(std::move(relays), limits);
}

}  // namespace tidings::delivery
