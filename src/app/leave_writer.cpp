#include "app/leave_writer.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.hpp"
#include "subscriber/notice_table.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::app {
namespace {

// So that nobody who waits for the write lock, such as a delivery that runs, waits long: some 30 ms of work.
constexpr std::size_t most_in_one = 1000;

}  // namespace

Result<Withdrawn> withdraw(const store::Transaction& open, store::Database& database, const Clock& clock,
                           const Withdrawal& wanted, bool goodbye) {
  Withdrawn done;
  TIDINGS_LET(done.digests, subscriber::SubscriberTable(database, clock)
                                .unsubscribe(open, wanted.subscriber, wanted.digest, wanted.origin, wanted.detail));
  if (!goodbye || done.digests.empty()) return done;
  TIDINGS_LET(
      done.goodbye,
      subscriber::NoticeTable(database, clock).add(wanted.subscriber, subscriber::NoticeKind::goodbye, done.digests));
  return done;
}

LeaveWriter::LeaveWriter(store::Database database, const Clock& clock, bool goodbye, std::function<void()> on_notice)
    : database_(std::move(database)), clock_(clock), goodbye_(goodbye), on_notice_(std::move(on_notice)), thread_([this] { run(); }) {}

LeaveWriter::~LeaveWriter() {
  {
    const std::lock_guard lock{mutex_};
    closing_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void LeaveWriter::take(Withdrawal wanted, Settled settled) {
  {
    const std::lock_guard lock{mutex_};
    waiting_.emplace_back(std::move(wanted), std::move(settled));
  }
  changed_.notify_one();
}

Result<void> LeaveWriter::write(const Waiting* first, std::size_t count) {
  TIDINGS_LET(auto transaction, database_.begin());
  bool tell = false;
  for (std::size_t i = 0; i < count; ++i) {
    TIDINGS_LET(const auto done, withdraw(transaction, database_, clock_, first[i].first, goodbye_));
    tell = tell || done.goodbye;
  }
  TIDINGS_TRY(transaction.commit());
  if (tell) on_notice_();
  return {};
}

void LeaveWriter::run() {
  for (;;) {
    std::vector<Waiting> batch;
    {
      std::unique_lock lock{mutex_};
      changed_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      batch.swap(waiting_);
    }
    for (std::size_t at = 0; at < batch.size(); at += most_in_one) {
      const auto count = std::min(most_in_one, batch.size() - at);
      const auto all = write(&batch[at], count);
      // A store that is locked or full is so for each of them: waiting for it a thousand times would answer nobody.
      const bool is_hopeless = !all && (all.error().code == Errc::try_again || all.error().code == Errc::io);
      if (is_hopeless) log::error(fmt::format("web: {} withdrawals were not written: {}", count, all.error().line()));
      for (auto i = at; i < at + count; ++i) {
        const auto alone = all || is_hopeless ? all : write(&batch[i], 1);
        if (!alone && !is_hopeless) log::error("web: a withdrawal was not written: " + alone.error().line());
        batch[i].second(alone.has_value());
      }
    }
  }
}

}  // namespace tidings::app
