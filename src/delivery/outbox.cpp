#include "delivery/outbox.hpp"

#include <cstdint>
#include <iterator>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

#include "base/check.hpp"

namespace tidings::delivery {
namespace {

template <class T>
void move_to_end(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  from.clear();
}

}  // namespace

Outbox::Outbox(Journal journal, std::size_t messages)
    : max_messages_(messages),
      wake_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      journal_(std::move(journal)) {
  TIDINGS_CHECK(wake_fd_ >= 0);
}

Outbox::~Outbox() { ::close(wake_fd_); }

// ---- the ledger's thread
// ------------------------------------------------------------------------------------------------

void Outbox::add_claims(std::vector<Claim> claims) {
  const std::lock_guard lock{mutex_};
  if (stopping_) return move_to_end(batch_.handed_back, claims);  // the transport gave up meanwhile
  outstanding_ += claims.size();
  for (auto& claim : claims) claims_.push_back(std::move(claim));
  claims_there_.notify_all();
}

void Outbox::close() {
  const std::lock_guard lock{mutex_};
  closed_ = true;
  claims_there_.notify_all();
  messages_there_.notify_all();
  wake_locked();
}

void Outbox::stop() {
  const std::lock_guard lock{mutex_};
  if (stopping_) return;
  stopping_ = true;
  for (auto& claim : claims_) batch_.handed_back.push_back(std::move(claim));
  for (auto& each : messages_) batch_.handed_back.push_back(std::move(each.claim));
  outstanding_ -= claims_.size() + messages_.size();
  claims_.clear();
  messages_.clear();
  claims_there_.notify_all();
  room_there_.notify_all();
  messages_there_.notify_all();
  answers_there_.notify_all();
  wake_locked();
}

void Outbox::hurry() {
  stop();
  const std::lock_guard lock{mutex_};
  hurried_ = true;
  wake_locked();
}

bool Outbox::done_locked(std::size_t enough) const {
  const auto done = batch_.answers.size() + batch_.handed_back.size();
  return done >= enough || outstanding_ == 0 || ((failure_ || trouble_) && !stopping_);
}

Outbox::AnswerBatch Outbox::wait(std::size_t enough, std::chrono::milliseconds at_most) {
  std::unique_lock lock{mutex_};
  wanted_ = enough;
  answers_there_.wait_for(lock, at_most, [&] { return done_locked(enough); });
  auto batch = std::exchange(batch_, {});
  batch.outstanding = outstanding_;
  return batch;
}

std::size_t Outbox::outstanding() const {
  const std::lock_guard lock{mutex_};
  return outstanding_;
}

std::optional<Outbox::Trouble> Outbox::trouble() const {
  const std::lock_guard lock{mutex_};
  return trouble_;
}

std::optional<Error> Outbox::failure() const {
  const std::lock_guard lock{mutex_};
  return failure_;
}

// ---- composers
// ----------------------------------------------------------------------------------------------------------

std::vector<Claim> Outbox::next_claims(std::size_t limit) {
  std::unique_lock lock{mutex_};
  claims_there_.wait(lock, [&] { return !claims_.empty() || closed_ || stopping_; });
  std::vector<Claim> taken;
  while (!claims_.empty() && taken.size() < limit) {
    taken.push_back(std::move(claims_.front()));
    claims_.pop_front();
  }
  composing_ += taken.size();
  return taken;
}

void Outbox::add_messages(std::vector<QueuedMessage> queued) {
  if (queued.empty()) return;
  std::unique_lock lock{mutex_};
  room_there_.wait(lock, [&] { return messages_.size() < max_messages_ || stopping_; });
  composing_ -= queued.size();
  if (stopping_) {
    outstanding_ -= queued.size();
    for (auto& each : queued) batch_.handed_back.push_back(std::move(each.claim));
    answers_there_.notify_all();
  } else {
    for (auto& each : queued) messages_.push_back(std::move(each));
    messages_there_.notify_one();
  }
  if (transport_waits_) wake_locked();
}

void Outbox::compose_failed(const Claim& claim, Error error) {
  const std::lock_guard lock{mutex_};
  --composing_;
  --outstanding_;
  batch_.handed_back.push_back(claim);
  fail_locked(std::move(error));
  if (transport_waits_) wake_locked();
}

void Outbox::compose_refused(Claim claim, Outcome outcome) {
  const std::lock_guard lock{mutex_};
  --composing_;
  --outstanding_;
  batch_.answers.push_back({.claim = std::move(claim), .outcome = std::move(outcome), .relay = {}});
  if (done_locked(wanted_)) answers_there_.notify_all();
  if (transport_waits_) wake_locked();
}

void Outbox::fail_locked(Error error) {
  if (!failure_) failure_ = std::move(error);
  answers_there_.notify_all();
}

// ---- the transport's thread
// -----------------------------------------------------------------------------------------------

void Outbox::wake_locked() {
  transport_waits_ = false;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto wrote = ::write(wake_fd_, &one, sizeof one);
}

void Outbox::clear_wake() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = ::read(wake_fd_, &count, sizeof count);
}

std::vector<QueuedMessage> Outbox::take(std::size_t limit) {
  const std::lock_guard lock{mutex_};
  std::vector<QueuedMessage> taken;
  while (!messages_.empty() && taken.size() < limit) {
    taken.push_back(std::move(messages_.front()));
    messages_.pop_front();
  }
  transport_waits_ = taken.size() < limit;
  // Not for each message: waking composers to make one message costs more than the message.
  if (!taken.empty() && messages_.size() <= max_messages_ / 2) room_there_.notify_all();
  return taken;
}

std::vector<QueuedMessage> Outbox::take_or_wait(std::size_t limit, std::chrono::milliseconds at_most) {
  {
    std::unique_lock lock{mutex_};
    messages_there_.wait_for(lock, at_most, [&] { return !messages_.empty() || closed_ || stopping_; });
  }
  return take(limit);
}

bool Outbox::exhausted() const {
  const std::lock_guard lock{mutex_};
  return messages_.empty() && (stopping_ || (closed_ && claims_.empty() && composing_ == 0));
}

bool Outbox::stopping() const {
  const std::lock_guard lock{mutex_};
  return stopping_;
}

bool Outbox::hurried() const {
  const std::lock_guard lock{mutex_};
  return hurried_;
}

void Outbox::leaving(const Claim& claim) {
  journal_.leaving(key_of(claim));
  journal_dirty_ = true;
}

bool Outbox::flush() {
  if (!journal_dirty_) return true;
  journal_dirty_ = false;
  auto done = journal_.flush();
  if (done && journal_.is_large()) {
    auto old = journal_.rotate();
    if (old) std::ranges::move(*old, std::back_inserter(pending_.old_journals));
    if (!old) done = tl::unexpected<Error>(std::move(old).error());
  }
  if (done) return true;
  const std::lock_guard lock{mutex_};
  fail_locked(std::move(done).error());
  return false;
}

void Outbox::answer(Claim claim, Outcome outcome, const std::string& relay) {
  journal_.answered(key_of(claim), outcome, relay);
  journal_dirty_ = true;
  pending_.answers.push_back({.claim = std::move(claim), .outcome = std::move(outcome), .relay = relay});
}

void Outbox::brake(const std::string& relay, const std::string& words) {
  pending_.brakes.push_back({.relay = relay, .words = words});
}

void Outbox::hand_back(const Claim& claim) { pending_.handed_back.push_back(claim); }

void Outbox::report_trouble(Outcome outcome, const std::string& relay) {
  const std::lock_guard lock{mutex_};
  if (!trouble_) trouble_ = Trouble{.outcome = std::move(outcome), .relay = relay};
  answers_there_.notify_all();
}

void Outbox::publish() {
  if (pending_.answers.empty() && pending_.handed_back.empty() && pending_.old_journals.empty() &&
      pending_.brakes.empty())
    return;
  const std::lock_guard lock{mutex_};
  outstanding_ -= pending_.answers.size() + pending_.handed_back.size();
  move_to_end(batch_.answers, pending_.answers);
  move_to_end(batch_.handed_back, pending_.handed_back);
  move_to_end(batch_.brakes, pending_.brakes);
  move_to_end(batch_.old_journals, pending_.old_journals);
  if (done_locked(wanted_)) answers_there_.notify_all();
}

}  // namespace tidings::delivery
