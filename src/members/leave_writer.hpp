// One-click withdrawals, many per commit.
//
// A mail provider that empties a folder sends thousands of one-click requests at once, and each commit waits
// for the disk. So one thread with its own database handle takes all waiting ones, writes them in one
// transaction and answers each only when that is on disk; later ones form the next transaction. A withdrawal
// that cannot be written does not affect others: they are then written one by one, unless the store itself is
// locked or broken.
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
  std::string digest{};  ///< whose mail brought the link; empty: all
  Way way{};
};

class LeaveWriter {
 public:
  /// Called in the writer's thread: true when the withdrawal is on disk, false if it could not be written.
  using Settled = std::function<void(bool)>;

  /// `on_notice` is called after a commit that queued goodbye mails.
  LeaveWriter(const config::SharedContext& shared, store::Database database, std::function<void()> on_notice);
  LeaveWriter(const LeaveWriter&) = delete;
  LeaveWriter& operator=(const LeaveWriter&) = delete;
  /// Writes waiting ones first.
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
