#include "members/leave_writer.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/log.hpp"

namespace tidings::members {
namespace {

// Bounds how long others wait for the write lock, such as a running delivery: some 30 ms of work.
constexpr std::size_t most_in_one = 1000;

}  // namespace

LeaveWriter::LeaveWriter(const config::SharedContext& shared, store::Database database,
                         std::function<void()> on_notice)
    : database_(std::move(database)),
      membership_(shared.on(database_)),
      on_notice_(std::move(on_notice)),
      thread_([this] { run(); }) {}

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
  for (std::size_t i = 0; i < count; ++i) {
    const auto& wanted = first[i].first;
    TIDINGS_TRY(membership_.leave_by_mail(transaction, wanted.subscriber, wanted.digest, wanted.way));
  }
  TIDINGS_TRY(transaction.commit());
  if (membership_.take_queued()) on_notice_();
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
      // A locked or full store is so for each of them: waiting for it a thousand times would answer nobody.
      const bool is_hopeless = !all && (all.error().code == Errc::try_again || all.error().code == Errc::io);
      if (is_hopeless)
        log::error(fmt::format("web: {} withdrawals were not saved: {}", count, all.error().line()));
      for (auto i = at; i < at + count; ++i) {
        const auto alone = all || is_hopeless ? all : write(&batch[i], 1);
        if (!alone && !is_hopeless) log::error("web: a withdrawal was not saved: " + alone.error().line());
        batch[i].second(alone.has_value());
      }
    }
  }
}

}  // namespace tidings::members
