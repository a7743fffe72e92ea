// The SMTP dialogue on an open session: messages in, octets out; octets in, answers out. Pure: no I/O, no
// clock.
//
// Three dialects (relay.hpp). Lock-step waits for each reply. Pipelined (RFC 2920) sends MAIL RCPT DATA as a
// group and the body with the next group: one round trip per message. Chunking (RFC 3030) needs no 354, so a
// window of whole messages is in flight. One RCPT per message. LMTP (RFC 2033) is the same dialogue, since
// one recipient has one answer to the dot. A session is limited to pipelining until one group has succeeded,
// so that a relay that announces more than it can do is found out before a final dot depends on it. With
// messages in flight a chunked group begins with RSET: whether the previous message is refused is not known
// yet, and an open transaction would lend its sender to the next message. Replies come in the order of the
// commands; only 2yz to its final octet accepts a message. After a surprise (an unexpected reply or code) the
// dialogue is finished, and `grouping_failed()` says whether grouping may be to blame. After 421 the relay
// closes; whatever it has not answered by then it has not accepted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "delivery/outcome.hpp"
#include "delivery/relay.hpp"
#include "delivery/reply.hpp"
#include "message/message.hpp"

namespace tidings::delivery {

/// The announced capabilities that we use.
struct Capabilities {
  bool pipelining = false;
  bool chunking = false;
  bool smtputf8 = false;
  bool eight_bit_mime = false;
  bool size = false;
  std::int64_t max_size_bytes = 0;  ///< 0: none announced

  bool operator==(const Capabilities&) const = default;
};

/// From the lines of the EHLO reply after the first (keyword and parameters, in any case).
[[nodiscard]] Capabilities read_capabilities(const std::vector<std::string>& lines);

/// The best dialect that is both announced and wanted.
[[nodiscard]] Dialect dialect_for(const Capabilities& capabilities, Dialect wanted);

/// The caller's name for a message in this dialogue.
using Ticket = std::uint64_t;

struct Answer {
  Ticket ticket = 0;
  Outcome outcome{};
  /// Nothing of it can have been accepted, and nothing was wrong with it: it may be sent on another session
  /// at once, without counting as an attempt.
  bool untried = false;

  bool operator==(const Answer&) const = default;
};

/// What the session waits for; decides the timeout.
enum class Awaiting { nothing, room, command, data, final_dot, goodbye };

/// How a session ended without an answer: the connection broke, or was silent for too long.
enum class Loss { closed, silence };

class Dialogue {
 public:
  struct Setup {
    Capabilities capabilities{};
    Dialect dialect = Dialect::lock_step;  ///< from dialect_for()
    int window = 4;
    std::vector<std::string> secrets = {};  ///< kept out of all outcomes, see RelayOptions::secrets()
  };
  explicit Dialogue(Setup setup);

  /// Whether another message may be submitted.
  [[nodiscard]] bool ready() const;
  /// The message must not move until its answer is out: its octets are sent from where it is, without a copy.
  void submit(Ticket ticket, const message::Message& message);
  /// No more messages; QUIT after the last answer.
  void quit();

  /// Number of octets to be sent.
  [[nodiscard]] std::size_t output_bytes() const { return output_bytes_; }
  /// Fills `to` with them, in order, as far as it has room; returns the number of filled places. Valid until
  /// any other call.
  [[nodiscard]] std::size_t output(std::span<std::string_view> to) const;
  /// Passes to `mark` the tickets whose final octet is about to be sent and that were not passed before: mark
  /// them before writing anything.
  template <class Mark>
  void leaving(Mark&& mark);
  /// `count` octets were sent.
  void wrote(std::size_t count);

  void received(std::string_view bytes);
  /// The connection is gone or was given up: answers everything in flight.
  void lost(Loss loss, std::string_view why);

  /// Answers since the last call.
  [[nodiscard]] std::vector<Answer> take_answers();

  [[nodiscard]] Awaiting awaiting() const;
  [[nodiscard]] int in_flight() const { return static_cast<int>(transactions_.size()); }
  /// Complete replies so far. Octets of an unfinished reply are not progress.
  [[nodiscard]] std::uint64_t replies() const { return replies_; }
  [[nodiscard]] std::int64_t completed() const { return completed_; }  ///< messages answered in this session
  /// The session is of no further use; close it.
  [[nodiscard]] bool finished() const { return finished_; }
  /// The relay mishandled a group of commands: use lock-step with it from now on.
  [[nodiscard]] bool grouping_failed() const { return grouping_failed_; }
  /// The answer that ended the session early (421, a surprise); code 0 and empty text if there was none.
  [[nodiscard]] const Outcome& farewell() const { return farewell_; }

 private:
  enum class Step { reset, mail, rcpt, data, dot, lone_dot, chunk, quit };
  struct Transaction {
    Ticket ticket = 0;
    const message::Message* message = nullptr;
    Stage stage = Stage::mail;  ///< the stage up to which its commands are answered
    bool refused = false;
    Outcome refusal{};             ///< the first refusal
    std::uint64_t last_octet = 0;  ///< stream offset after its final octet; 0: not yet in the output
    bool marked = false;
  };
  struct Expected {
    Step step;
    std::uint64_t message;  ///< serial number; 0 for none
  };

  [[nodiscard]] Transaction* find(std::uint64_t serial);
  [[nodiscard]] bool dot_may_have_left(const Transaction& transaction) const;
  [[nodiscard]] std::uint64_t stream_end() const { return sent_total_ + output_bytes_; }
  [[nodiscard]] bool cannot_be_sent(Ticket ticket, const message::Message& message);
  /// The place to add commands; call said() afterwards.
  [[nodiscard]] std::string& words();
  void said(std::size_t count) { output_bytes_ += count; }
  void say(std::string_view line);
  void say_octets(std::string_view octets);
  void expect(Step step, std::uint64_t message = 0) { expected_.push_back({step, message}); }
  void say_mail(const message::Message& message, std::uint64_t serial);
  void say_rcpt(const message::Message& message, std::uint64_t serial);
  void begin(std::uint64_t serial);
  void begin_waiting();
  void say_body(std::uint64_t serial);
  void reset_before_next();
  void say_quit_when_idle();

  void on_reply(Reply reply);
  void on_mail(Transaction& transaction, std::uint64_t serial, const Reply& reply);
  void on_rcpt(Transaction& transaction, std::uint64_t serial, const Reply& reply);
  void on_data(Transaction& transaction, std::uint64_t serial, const Reply& reply);
  void on_final(Transaction& transaction, std::uint64_t serial, const Reply& reply, Step step);
  static void refuse(Transaction& transaction, Stage stage, const Reply& reply);
  void close_by_421(std::uint64_t serial, Stage stage, const Reply& reply);
  void surprise(std::string_view why);
  void finish(std::uint64_t serial, Outcome outcome, bool untried = false);
  void end_all(std::string_view why, bool nothing_was_taken);

  Setup setup_;
  Dialect dialect_;  ///< in use; chunking only after a first group succeeded
  /// Our commands, then octets inside a message.
  struct Piece {
    std::string words;
    std::string_view octets;
  };
  std::deque<Piece> out_;
  std::size_t written_ = 0;  ///< of the first piece
  std::size_t output_bytes_ = 0;
  std::uint64_t sent_total_ = 0;
  ReplyReader reader_;
  std::deque<Expected> expected_;
  std::deque<std::pair<std::uint64_t, Transaction>> transactions_;  ///< by serial number, ascending
  std::deque<std::uint64_t> waiting_;  ///< submitted, not started (pipelined: the one after the current)
  std::uint64_t next_serial_ = 1;
  std::vector<Answer> answers_;
  std::int64_t completed_ = 0;
  std::uint64_t replies_ = 0;
  bool reset_needed_ = false;
  bool quitting_ = false;
  bool finished_ = false;
  bool grouping_failed_ = false;
  Outcome farewell_;
};

template <class Mark>
void Dialogue::leaving(Mark&& mark) {
  for (auto& [serial, transaction] : transactions_) {
    if (transaction.last_octet == 0 || transaction.marked) continue;
    transaction.marked = true;
    mark(transaction.ticket);
  }
}

/// Empty if the message may be sent: sound lines (message.hpp), at least one, an envelope without blanks,
/// control characters and angle brackets. Else what is wrong with it.
[[nodiscard]] std::string unsound(const message::Message& message);

}  // namespace tidings::delivery
