// One-click withdrawals, many to a commit.
//
// A mail provider that empties a folder sends thousands of one-click requests at once, and each commit waits
// for the disk. So one thread with a database handle of its own takes all that wait, writes them in one
// transaction and tells each only when that is on disk; those that come meanwhile are the next transaction. A
// withdrawal that cannot be written spoils no other: they are then tried one by one, unless the store itself
// is locked or broken.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "config/context.hpp"
#include "members/membership.hpp"

namespace tidings::members {

struct Withdrawal {
  SubscriberId subscriber{};
  std::vector<std::string> digests{};  ///< none: all
  Way way{};
};

class LeaveWriter {
 public:
  /// Called in the writer's thread: with true when the withdrawal is on disk, with false when it could not be
  /// written.
  using Settled = std::function<void(bool)>;

  /// `on_notice` is called after a commit that queued goodbye mails.
  LeaveWriter(const config::SharedContext& shared, store::Database database, std::function<void()> on_notice);
  LeaveWriter(const LeaveWriter&) = delete;
  LeaveWriter& operator=(const LeaveWriter&) = delete;
  /// Writes what waits first.
  ~LeaveWriter();

  /// From any thread; returns at once.
  void take(Withdrawal wanted, Settled settled);

 private:
  using Waiting = std::pair<Withdrawal, Settled>;
  void run();
  [[nodiscard]] Result<void> write(const Waiting* first, std::size_t count);

  store::Database database_;
  Membership membership_;
  const std::function<void()> on_notice_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Waiting> waiting_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace tidings::members
