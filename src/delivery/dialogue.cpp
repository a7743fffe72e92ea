#include "delivery/dialogue.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/compile.h>
#include <fmt/format.h>

#include "base/check.hpp"
#include "base/text.hpp"

namespace tidings::delivery {
namespace {

bool blames_pipelining(const Reply& reply) {
  return ascii_lower(reply.text).find("pipelin") != std::string::npos;
}

}  // namespace

Capabilities read_capabilities(const std::vector<std::string>& lines) {
  Capabilities capabilities;
  for (const auto& line : lines) {
    const auto words = split(trim(line), ' ');
    const auto keyword = ascii_lower(words.front());
    if (keyword == "pipelining") capabilities.pipelining = true;
    if (keyword == "chunking") capabilities.chunking = true;
    if (keyword == "smtputf8") capabilities.smtputf8 = true;
    if (keyword == "8bitmime") capabilities.eight_bit_mime = true;
    if (keyword == "size") {
      capabilities.size = true;
      if (words.size() > 1) {
        std::int64_t limit = 0;
        const auto [stop, bad] = std::from_chars(words[1].data(), words[1].data() + words[1].size(), limit);
        if (bad == std::errc{} && limit > 0) capabilities.max_size_bytes = limit;
      }
    }
  }
  return capabilities;
}

Dialect dialect_for(const Capabilities& capabilities, Dialect wanted) {
  if (!capabilities.pipelining) return Dialect::lock_step;
  if (!capabilities.chunking) return std::min(wanted, Dialect::pipelined);
  return wanted;
}

namespace {

/// The place, at `from` or later, where a line of `bytes` begins with a dot; npos if none does. `bytes` are
/// whole lines.
std::size_t find_dot_line(std::string_view bytes, std::size_t from) {
  if (from == 0 && bytes.starts_with('.')) return 0;
  const auto end_before = bytes.find("\n.", from == 0 ? 0 : from - 1);
  return end_before == std::string_view::npos ? end_before : end_before + 1;
}

bool begins_lines(const message::Message& message) {
  std::size_t from = 0;
  for (const auto& splice : message.splices) {
    const auto at = splice.before;
    if (at < from || at > message.bytes.size() || (at > 0 && message.bytes[at - 1] != '\n')) return false;
    from = at;
  }
  return true;
}

}  // namespace

std::string unsound(const message::Message& message) {
  for (const std::string_view address :
       {std::string_view{message.envelope_from}, std::string_view{message.envelope_to}}) {
    for (const char c : address) {
      if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == '<' || c == '>')
        return "a blank, control character or bracket in the envelope";
    }
  }
  if (message.envelope_to.empty()) return "no recipient";
  if (message.size_bytes() == 0) return "it is empty";
  if (!begins_lines(message)) return "a splice inside a line";
  if (!message.needs_smtputf8()) return message::unsound_lines(message.bytes);
  // RFC 6532 allows UTF-8 in the header; the bodies are encoded.
  const std::string_view bytes = message.bytes;
  const auto end = bytes.find("\r\n\r\n");
  const auto header = end == std::string_view::npos ? bytes : bytes.substr(0, end + 2);
  auto wrong = message::unsound_lines(header, message::Octets::utf8);
  return wrong.empty() ? message::unsound_lines(bytes.substr(header.size())) : wrong;
}

Dialogue::Dialogue(Setup setup)
    : setup_(std::move(setup)), dialect_(std::min(setup_.dialect, Dialect::pipelined)) {}

// ---- what we say
// ----------------------------------------------------------------------------------------------------

bool Dialogue::ready() const {
  if (finished_ || quitting_) return false;
  switch (dialect_) {
    case Dialect::lock_step: return transactions_.empty();
    case Dialect::pipelined:
      // On probation for chunking: nothing goes out with the first body.
      if (dialect_ != setup_.dialect) return transactions_.empty();
      return waiting_.empty();
    case Dialect::chunking: return in_flight() < setup_.window;
  }
  return false;
}

bool Dialogue::cannot_be_sent(Ticket ticket, const message::Message& message) {
  const auto& can = setup_.capabilities;
  const auto answer = [&](int code, std::string_view text) {
    answers_.push_back({.ticket = ticket, .outcome = classify(Stage::mail, code, text), .untried = false});
    ++completed_;
    return true;
  };
  if (can.max_size_bytes > 0 && static_cast<std::int64_t>(message.size_bytes()) > can.max_size_bytes) {
    // Known since EHLO, before any recipient: a fact about the relay.
    auto outcome = no_reply(
        Stage::ehlo, fmt::format("the relay accepts messages of at most {} octets; this edition's have {}",
                                 can.max_size_bytes, message.size_bytes()));
    answers_.push_back({.ticket = ticket, .outcome = std::move(outcome), .untried = false});
    ++completed_;
    return true;
  }
  if (!can.smtputf8 && message.needs_smtputf8()) {
    return answer(553, "5.6.7 the relay does not accept non-ASCII addresses (it does not announce SMTPUTF8)");
  }
  return false;
}

void Dialogue::submit(Ticket ticket, const message::Message& message) {
  TIDINGS_CHECK(ready());
  if (cannot_be_sent(ticket, message)) return;
  const auto serial = next_serial_++;
  transactions_.emplace_back(serial, Transaction{.ticket = ticket, .message = &message, .refusal = {}});
  waiting_.push_back(serial);
  begin_waiting();
}

/// Pipelined: the next group is sent with the current body, so not before that has started; otherwise at
/// once.
void Dialogue::begin_waiting() {
  while (!waiting_.empty() && !finished_) {
    const auto serial = waiting_.front();
    if (dialect_ == Dialect::pipelined && serial != transactions_.front().first) {
      const auto previous = std::prev(std::find_if(transactions_.begin(), transactions_.end(),
                                                   [&](auto& m) { return m.first == serial; }));
      if (previous->second.last_octet == 0) return;
    }
    waiting_.pop_front();
    begin(serial);
  }
}

std::string& Dialogue::words() {
  if (out_.empty() || !out_.back().octets.empty()) out_.push_back({});
  return out_.back().words;
}

void Dialogue::say(std::string_view line) {
  auto& to = words();
  to += line;
  to += "\r\n";
  said(line.size() + 2);
}

void Dialogue::say_octets(std::string_view octets) {
  if (octets.empty()) return;
  [[maybe_unused]] const auto& before = words();
  out_.back().octets = octets;
  said(octets.size());
}

void Dialogue::say_mail(const message::Message& message, std::uint64_t serial) {
  auto& to = words();
  const auto before = to.size();
  if (before == 0) to.reserve(256);
  to += "MAIL FROM:<";
  to += message.envelope_from;
  to += '>';
  if (setup_.capabilities.size) {
    to += " SIZE=";
    append_number(to, static_cast<std::int64_t>(message.size_bytes()));
  }
  // Only its header has eight bits; a relay that cannot pass them on says so at once.
  if (message.needs_smtputf8())
    to += setup_.capabilities.eight_bit_mime ? " BODY=8BITMIME SMTPUTF8" : " SMTPUTF8";
  to += "\r\n";
  said(to.size() - before);
  expect(Step::mail, serial);
}

void Dialogue::say_rcpt(const message::Message& message, std::uint64_t serial) {
  auto& to = words();
  const auto before = to.size();
  to += "RCPT TO:<";
  to += message.envelope_to;
  to += ">\r\n";
  said(to.size() - before);
  expect(Step::rcpt, serial);
}

void Dialogue::reset_before_next() {
  if (!reset_needed_) return;
  reset_needed_ = false;
  say("RSET");
  expect(Step::reset);
}

void Dialogue::begin(std::uint64_t serial) {
  auto& transaction = *find(serial);
  const auto& message = *transaction.message;
  if (dialect_ == Dialect::chunking && in_flight() > 1) reset_needed_ = true;
  reset_before_next();
  say_mail(message, serial);
  if (dialect_ == Dialect::lock_step) return;
  say_rcpt(message, serial);
  if (dialect_ == Dialect::pipelined) {
    say("DATA");
    expect(Step::data, serial);
    return;
  }
  say(fmt::format(FMT_COMPILE("BDAT {} LAST"), message.size_bytes()));
  message.pieces([this](std::string_view lines, bool /*may_have_dots*/) { say_octets(lines); });
  expect(Step::chunk, serial);
  transaction.last_octet = stream_end();
}

/// The body in DATA's form: lines beginning with a dot get another one (RFC 5321 section 4.5.2), then the
/// final dot.
void Dialogue::say_body(std::uint64_t serial) {
  auto& transaction = *find(serial);
  transaction.message->pieces([this](std::string_view lines, bool may_have_dots) {
    if (!may_have_dots) return say_octets(lines);
    std::size_t from = 0;
    for (auto at = find_dot_line(lines, 0); at != std::string_view::npos;
         at = find_dot_line(lines, from + 1)) {
      say_octets(lines.substr(from, at - from));
      words() += '.';
      said(1);
      from = at;
    }
    say_octets(lines.substr(from));
  });
  say(".");
  expect(Step::dot, serial);
  transaction.last_octet = stream_end();
}

void Dialogue::quit() {
  quitting_ = true;
  say_quit_when_idle();
}

void Dialogue::say_quit_when_idle() {
  if (!quitting_ || finished_ || !transactions_.empty() || !expected_.empty()) return;
  say("QUIT");
  expect(Step::quit);
}

std::size_t Dialogue::output(std::span<std::string_view> to) const {
  std::size_t filled = 0;
  std::size_t skip = written_;
  const auto add = [&](std::string_view bytes) {
    const auto gone = std::min(skip, bytes.size());
    skip -= gone;
    if (gone < bytes.size() && filled < to.size()) to[filled++] = bytes.substr(gone);
  };
  for (const auto& piece : out_) {
    if (filled == to.size()) break;
    add(piece.words);
    add(piece.octets);
  }
  return filled;
}

void Dialogue::wrote(std::size_t count) {
  TIDINGS_CHECK(count <= output_bytes_);
  output_bytes_ -= count;
  sent_total_ += count;
  written_ += count;
  while (!out_.empty()) {
    const auto size = out_.front().words.size() + out_.front().octets.size();
    if (written_ < size) break;
    written_ -= size;
    out_.pop_front();
  }
}

Awaiting Dialogue::awaiting() const {
  if (output_bytes_ > 0) return Awaiting::room;
  if (expected_.empty()) return Awaiting::nothing;
  switch (expected_.front().step) {
    case Step::reset:
    case Step::mail:
    case Step::rcpt: return Awaiting::command;
    case Step::data: return Awaiting::data;
    case Step::dot:
    case Step::lone_dot:
    case Step::chunk: return Awaiting::final_dot;
    case Step::quit: return Awaiting::goodbye;
  }
  return Awaiting::command;
}

// ---- what the relay says
// ----------------------------------------------------------------------------------------------

Dialogue::Transaction* Dialogue::find(std::uint64_t serial) {
  for (auto& [known, transaction] : transactions_) {
    if (known == serial) return &transaction;
  }
  return nullptr;
}

bool Dialogue::dot_may_have_left(const Transaction& transaction) const {
  return transaction.last_octet != 0 && sent_total_ >= transaction.last_octet;
}

void Dialogue::received(std::string_view bytes) {
  reader_.feed(bytes);
  while (!finished_) {
    auto reply = reader_.next();
    if (!reply) break;
    ++replies_;
    on_reply(*std::move(reply));
  }
  if (!finished_ && !reader_.violation().empty()) surprise("the relay sent " + reader_.violation());
  if (!finished_) begin_waiting();
  say_quit_when_idle();
}

void Dialogue::on_reply(Reply reply) {
  reply.text = without(std::move(reply.text), setup_.secrets);
  if (expected_.empty()) {
    farewell_ = classify(Stage::mail, reply.code, reply.text);
    if (reply.code != 421) return surprise("the relay sent an unexpected reply");
    finished_ = true;
    return;
  }
  const auto [step, serial] = expected_.front();
  expected_.pop_front();
  auto* const transaction = serial == 0 ? nullptr : find(serial);
  switch (step) {
    case Step::quit: finished_ = true; return;
    case Step::reset:
      if (reply.code == 421) return close_by_421(0, Stage::mail, reply);
      if (reply.code / 100 != 2) surprise("the relay refused RSET");
      return;
    case Step::lone_dot:
      if (reply.code == 421) close_by_421(0, Stage::dot, reply);
      return;
    case Step::mail: return on_mail(*transaction, serial, reply);
    case Step::rcpt: return on_rcpt(*transaction, serial, reply);
    case Step::data: return on_data(*transaction, serial, reply);
    case Step::dot:
    case Step::chunk: return on_final(*transaction, serial, reply, step);
  }
}

void Dialogue::refuse(Transaction& transaction, Stage stage, const Reply& reply) {
  if (transaction.refused) return;  // later replies of a refused group only echo the refusal
  transaction.refused = true;
  transaction.refusal = classify(stage, reply.code, reply.text);
}

void Dialogue::on_mail(Transaction& transaction, std::uint64_t serial, const Reply& reply) {
  if (reply.code == 421) return close_by_421(serial, Stage::mail, reply);
  if (reply.code / 100 == 3) return surprise("the relay answered MAIL out of turn");
  if (reply.code / 100 != 2) refuse(transaction, Stage::mail, reply);
  transaction.stage = Stage::rcpt;
  if (dialect_ != Dialect::lock_step) return;
  if (transaction.refused) return finish(serial, transaction.refusal);
  say_rcpt(*transaction.message, serial);
}

void Dialogue::on_rcpt(Transaction& transaction, std::uint64_t serial, const Reply& reply) {
  if (reply.code == 421) return close_by_421(serial, Stage::rcpt, reply);
  const bool fine = reply.code / 100 == 2;
  const bool grouped = dialect_ != Dialect::lock_step;
  if (reply.code / 100 == 3 || (fine && transaction.refused)) {
    transaction.refused = false;  // perhaps it was accepted after all
    return surprise("the relay answered RCPT out of turn");
  }
  if (!fine && !transaction.refused && grouped && (reply.code == 503 || blames_pipelining(reply))) {
    return surprise("the relay does not accept RCPT in a pipelined group");
  }
  if (!fine) refuse(transaction, Stage::rcpt, reply);
  transaction.stage = Stage::data;
  if (grouped) return;
  if (transaction.refused) {
    reset_needed_ = true;
    return finish(serial, transaction.refusal);
  }
  say("DATA");
  expect(Step::data, serial);
}

void Dialogue::on_data(Transaction& transaction, std::uint64_t serial, const Reply& reply) {
  if (reply.code == 421) return close_by_421(serial, Stage::data, reply);
  if (reply.code / 100 == 2) return surprise("the relay answered DATA out of turn");
  const bool grouped = dialect_ != Dialect::lock_step;
  if (reply.code == 354) {
    if (transaction.refused) {
      // It accepted DATA without a recipient: send an empty message to nobody, then start afresh (RFC 2920
      // section 3.1).
      say(".");
      expect(Step::lone_dot);
      reset_needed_ = true;
      return finish(serial, transaction.refusal);
    }
    transaction.stage = Stage::body;
    return say_body(serial);
  }
  if (!transaction.refused && grouped && (reply.code == 503 || blames_pipelining(reply))) {
    return surprise("the relay does not accept DATA in a pipelined group");
  }
  refuse(transaction, Stage::data, reply);
  reset_needed_ = true;
  finish(serial, transaction.refusal);
}

void Dialogue::on_final(Transaction& transaction, std::uint64_t serial, const Reply& reply, Step step) {
  if (!dot_may_have_left(transaction)) {
    // Refused while the body was still being sent: a valid answer, but the session is out of step.
    if (reply.code >= 400 && !transaction.refused)
      finish(serial, classify(Stage::dot, reply.code, reply.text));
    return surprise("the relay answered a message before its end");
  }
  if (reply.code == 421) return close_by_421(serial, Stage::dot, reply);
  if (reply.code / 100 == 3) return surprise("the relay answered a message out of turn");
  if (transaction.refused) {
    const bool took_it = reply.code / 100 == 2;
    reset_needed_ = true;
    // A message to nobody was "accepted": its answers may be out of step with our commands.
    finish(serial, transaction.refusal);
    if (took_it) surprise("the relay accepted a message whose recipient it had refused");
    return;
  }
  // Only groups that succeeded completely earn a window.
  if (reply.code / 100 == 2) dialect_ = setup_.dialect;
  if (reply.code / 100 != 2 && step == Step::chunk) reset_needed_ = true;
  finish(serial, classify(Stage::dot, reply.code, reply.text));
}

void Dialogue::finish(std::uint64_t serial, Outcome outcome, bool untried) {
  const auto at =
      std::find_if(transactions_.begin(), transactions_.end(), [&](auto& m) { return m.first == serial; });
  TIDINGS_CHECK(at != transactions_.end());
  answers_.push_back({.ticket = at->second.ticket, .outcome = std::move(outcome), .untried = untried});
  transactions_.erase(at);
  ++completed_;
}

void Dialogue::close_by_421(std::uint64_t serial, Stage stage, const Reply& reply) {
  farewell_ = classify(stage, reply.code, reply.text);
  // An idle session that timed out: the message was not even started (RFC 5321 section 4.5.3.2.7).
  const bool stale = stage == Stage::mail && completed_ > 0;
  if (serial != 0) finish(serial, farewell_, stale);
  end_all("the relay closed the session: " + farewell_.line(), true);
}

void Dialogue::surprise(std::string_view why) {
  if (farewell_.text.empty()) farewell_ = no_reply(Stage::mail, why);
  grouping_failed_ = dialect_ != Dialect::lock_step;
  end_all(why, false);
}

void Dialogue::lost(Loss loss, std::string_view why) {
  if (finished_) return;
  if (!transactions_.empty() && loss == Loss::silence) {
    // Silence in the middle of a group, with no body under way, is typical of a relay that forgets grouped
    // commands.
    const auto& first = transactions_.front().second;
    const bool half_answered = first.stage == Stage::rcpt || first.stage == Stage::data;
    if (dialect_ != Dialect::lock_step && half_answered && first.last_octet == 0) grouping_failed_ = true;
  }
  farewell_ = no_reply(Stage::mail, why);
  end_all(why, false);
}

/// Answers everything in flight. With `nothing_was_taken` even a message whose dot left is known not to be
/// accepted.
void Dialogue::end_all(std::string_view why, bool nothing_was_taken) {
  finished_ = true;
  const auto completed = completed_;
  while (!transactions_.empty()) {
    const auto& [serial, transaction] = transactions_.front();
    if (transaction.refused) {
      finish(serial, transaction.refusal);
    } else if (dot_may_have_left(transaction) && !nothing_was_taken) {
      finish(serial, no_reply(Stage::dot, why));
    } else {
      const auto stage = transaction.last_octet != 0 ? Stage::body : transaction.stage;
      // Not started, or started in a group that the relay did not understand.
      const bool untried = nothing_was_taken || grouping_failed_ || transaction.last_octet == 0;
      finish(serial, no_reply(stage, why), untried);
    }
  }
  completed_ = completed;  // those were ended, not answered
  // The messages that hold unsent octets go away with their answers.
  out_.clear();
  output_bytes_ = written_ = 0;
  expected_.clear();
  waiting_.clear();
}

std::vector<Answer> Dialogue::take_answers() { return std::exchange(answers_, {}); }

}  // namespace tidings::delivery
