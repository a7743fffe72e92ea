// The meeting point of a run: claims go in, composers turn them into messages, the transport takes the
// messages and returns answers, the ledger's thread takes those out. All queues are bounded; every call may
// come from any thread unless stated otherwise. Owns the journal, so that a mark is on disk before the
// transport continues.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "delivery/journal.hpp"
#include "delivery/ledger.hpp"
#include "delivery/outcome.hpp"
#include "message/message.hpp"

namespace tidings::delivery {

/// A message to be sent, with its claim.
struct QueuedMessage {
  Claim claim{};
  message::Message message{};
  int tries = 0;  ///< sessions that lost it before it was started
};

class Outbox {
 public:
  /// Composers wait while `messages` or more of them are ready for the transport.
  Outbox(Journal journal, std::size_t messages);
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;
  ~Outbox();

  // ---- the ledger's thread ----

  void add_claims(std::vector<Claim> claims);
  /// No more claims will come.
  void close();
  /// Finish what is in flight, return the rest.
  void stop();
  /// The same, but what is in flight has only seconds: somebody asked to stop.
  void hurry();

  struct Braked {
    std::string relay{};
    std::string words{};  ///< words_of_refusal()
  };
  struct AnswerBatch {
    std::vector<Settled> answers{};
    std::vector<Braked> brakes{};  ///< to be pulled before the answers are settled
    std::vector<Claim> handed_back{};
    std::vector<std::filesystem::path> old_journals{};  ///< may be deleted once the answers are settled
    std::size_t outstanding =
        0;  ///< outstanding() at the time of this batch: later claims are in the next one
  };
  /// Waits until `enough` claims are finished, or all of them, or the time is up, or there is trouble.
  [[nodiscard]] AnswerBatch wait(std::size_t enough, std::chrono::milliseconds at_most);

  /// Claims that are neither answered nor returned.
  [[nodiscard]] std::size_t outstanding() const;

  struct Trouble {
    Outcome outcome{};
    std::string relay{};
  };
  [[nodiscard]] std::optional<Trouble> trouble() const;
  /// The first failure of a composer or of the journal.
  [[nodiscard]] std::optional<Error> failure() const;

  // ---- composers ----

  /// Up to `limit` claims to compose; empty: there will be no more.
  [[nodiscard]] std::vector<Claim> next_claims(std::size_t limit);
  /// Waits while too many messages are ready, then adds all. After stop() they are returned instead. Add
  /// several at a time: each call may wake the transport, which costs more than a message.
  void add_messages(std::vector<QueuedMessage> queued);
  /// A composer failed: its claim is returned and the run ends.
  void compose_failed(const Claim& claim, Error error);
  /// No message can ever be built for this claim: that is its answer.
  void compose_refused(Claim claim, Outcome outcome);

  // ---- the transport's thread ----

  /// Up to `limit` messages that are ready now.
  [[nodiscard]] std::vector<QueuedMessage> take(std::size_t limit);
  /// The same, but waits briefly for the first one.
  [[nodiscard]] std::vector<QueuedMessage> take_or_wait(std::size_t limit, std::chrono::milliseconds at_most);
  /// Readable when there is news after a take() that found too little: messages, close() or stop().
  [[nodiscard]] int wake_fd() const { return wake_fd_; }
  void clear_wake();
  /// Whether no message will ever come again: closed or stopped, and nothing left to take.
  [[nodiscard]] bool exhausted() const;
  [[nodiscard]] bool stopping() const;
  [[nodiscard]] bool hurried() const;

  /// Its last octet is about to be sent; takes effect at the next flush().
  void leaving(const Claim& claim);
  /// False if the journal cannot be written: nothing more may be sent, and the run ends.
  [[nodiscard]] bool flush();
  void answer(Claim claim, Outcome outcome, const std::string& relay);
  void hand_back(const Claim& claim);
  /// The relay refuses nearly everybody in these words (see Brake); call it before publishing the answers
  /// that belong to it.
  void brake(const std::string& relay, const std::string& words);
  /// The relay as a whole does not work: the run ends after what is in flight.
  void report_trouble(Outcome outcome, const std::string& relay);
  /// Passes answers to the ledger's thread; once per turn of an event loop.
  void publish();

 private:
  void wake_locked();
  void fail_locked(Error error);
  [[nodiscard]] bool done_locked(std::size_t enough) const;

  mutable std::mutex mutex_;
  std::condition_variable claims_there_;
  std::condition_variable room_there_;
  std::condition_variable messages_there_;
  std::condition_variable answers_there_;
  std::deque<Claim> claims_;
  std::deque<QueuedMessage> messages_;
  std::size_t max_messages_;
  std::size_t outstanding_ = 0;  ///< added, not yet published as finished
  AnswerBatch batch_;
  std::size_t wanted_ = 0;  ///< what wait() waits for
  bool closed_ = false;
  bool stopping_ = false;
  bool hurried_ = false;
  bool transport_waits_ = false;
  std::size_t composing_ = 0;
  std::optional<Trouble> trouble_;
  std::optional<Error> failure_;
  int wake_fd_;

  // The transport's thread only.
  Journal journal_;
  AnswerBatch pending_;
  bool journal_dirty_ = false;
};

}  // namespace tidings::delivery
