// Blocks: how several workers share the deliveries of an edition on a server.
//
// The recipients of an edition are cut into ranges of subscribers. A worker leases a range by one short
// UPDATE that gives it an owner, an end of the lease by the server's clock, and a fence: a number that grows
// with each holder. Everything that the holder writes asks for its fence, so a worker that hung or was cut
// off, and whose block is another's meanwhile, changes nothing. The holder renews its lease while it works.
//
// Within a block the messages leave in order of subscriber. `marked` tells how far they may have left: it is
// in the database before the dots are sent, one group ahead. If the holder dies, whoever takes the block over
// finds the recipients up to there that have no outcome: these are in doubt, all others are not. So a lost
// worker leaves as many in doubt as it may have claimed and not settled (run.hpp), and lost_attempts keeps
// whose they were: if its journal comes back, it settles them.
//
// Recipients who wait for their hour (local_time) have a planned row in `deliveries` from the beginning, with
// its due time; a block's count does not have them, and whoever takes the block when their hour has come
// updates their rows.
//
// Outcomes are inserted into `deliveries`; recipients who have none yet are rows of planned_deliveries alone.
// Neither table is updated as long as all is accepted at once. Any call may fail with the store's errors.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "store/database.hpp"

namespace tidings::delivery {

/// Who works on deliveries of a server.
struct Worker {
  std::string owner{};              ///< of this one process on all hosts, see owner_of()
  std::filesystem::path journal{};  ///< how the names of its journal's files begin
  std::chrono::milliseconds lease{std::chrono::seconds{30}};
  /// It holds the sender's lock: blocks of other such senders are of dead processes.
  bool holds_lock = false;
  int block_size = 0;  ///< recipients; 0: as many as suits the edition
};

/// The arguments of plan().
struct Planned {
  SubscriberId subscriber;
  SegmentId segment;
  std::optional<UtcTime> due = {};  ///< the reader's hour; none: at once
};

/// What is due of an edition.
struct DueBy {
  UtcTime now{};
  std::optional<UtcTime>
      oldest{};  ///< of an edition with local_time: hours before this are left for a person
};

/// A lease of some recipients.
struct Block {
  EditionId edition{};
  std::int64_t number = 0;
  SubscriberId first{};
  SubscriberId last{};
  std::int64_t fence = 0;
  UtcTime taken{};
  SubscriberId marked{};      ///< messages up to this one may have left
  std::string owner{};        ///< as read, before it was taken over
  int open = 0;               ///< claims that are not settled
  bool is_exhausted = false;  ///< nothing more to claim

  [[nodiscard]] bool covers(EditionId in, SubscriberId subscriber) const {
    return edition == in && first.value <= subscriber.value && subscriber.value <= last.value;
  }
};

class BlockTable {
 public:
  BlockTable(store::Database& database, Worker worker) : database_(database), worker_(std::move(worker)) {}

  [[nodiscard]] const Worker& worker() const { return worker_; }

  /// Within the transaction that seals the edition; each recipient once.
  [[nodiscard]] Result<void> plan(EditionId edition, std::span<const Planned> recipients);
  [[nodiscard]] Result<bool> is_cut(EditionId edition);
  /// Somebody who came after the edition was cut, and whether as a planned one: counts them in their block,
  /// or gives them one of their own.
  enum class Row { planned, waiting };
  [[nodiscard]] Result<void> admit(EditionId edition, SubscriberId subscriber, Row row);
  /// Cuts the edition into blocks, within the caller's transaction.
  [[nodiscard]] Result<void> cut(EditionId edition);
  /// Plans what `deliveries` has as planned, likewise: a list that was copied from a file, or sealed by an
  /// older version.
  [[nodiscard]] Result<void> plan_from_rows(EditionId edition);
  /// Empties all tables, likewise.
  [[nodiscard]] Result<void> forget_all();
  /// Once it is finished, within the caller's transaction: its blocks and plan are gone; `deliveries` has
  /// everybody.
  [[nodiscard]] Result<void> forget(EditionId edition);
  /// Of an edition that is cut: whether anybody has no outcome yet; nothing if it is not cut.
  [[nodiscard]] Result<std::optional<bool>> has_planned(EditionId edition);

  /// The block that has been due for longest, else the next with planned recipients; nothing if all work is
  /// done or held by others.
  [[nodiscard]] Result<std::optional<Block>> lease(EditionId edition, const DueBy& by);
  /// Whether lease() or expired() would find one.
  [[nodiscard]] Result<bool> has_work(EditionId edition, const DueBy& by);
  /// A block whose holder let its lease run out.
  [[nodiscard]] Result<std::optional<Block>> expired(EditionId edition);
  /// Those that a dead process left to this worker: its own, and with the sender's lock those of other
  /// senders.
  [[nodiscard]] Result<std::vector<Block>> left_behind();
  /// Nobody's fence is right any more. Within the caller's transaction, before anything else of the edition.
  [[nodiscard]] Result<void> fence_off(EditionId edition);
  /// All that somebody holds.
  [[nodiscard]] Result<std::vector<Block>> held(EditionId edition);
  [[nodiscard]] Result<bool> is_any_held();

  /// Each of these asks for the block's fence: false if it is another's.
  [[nodiscard]] Result<bool> take_over(Block& block);
  [[nodiscard]] Result<bool> mark(Block& block, SubscriberId up_to);
  /// So many of its planned recipients have an outcome now.
  [[nodiscard]] Result<bool> count_settled(const Block& block, std::int64_t planned);
  [[nodiscard]] Result<bool> give_back(const Block& block);

  /// Of all blocks of this worker.
  [[nodiscard]] Result<void> renew();

  /// Attempts that another worker left in doubt, and those of this one.
  [[nodiscard]] Result<void> note_lost(EditionId edition, SubscriberId subscriber, std::int64_t attempt,
                                       const std::string& owner);
  struct Lost {
    EditionId edition{};
    SubscriberId subscriber{};
    std::int64_t attempt = 0;
  };
  [[nodiscard]] Result<std::vector<Lost>> lost();
  [[nodiscard]] Result<void> forget_lost();

 private:
  store::Database& database_;
  Worker worker_;
};

/// "HOST MACHINE NAME".
[[nodiscard]] std::string owner_of(std::string_view name);

/// The name of whoever sends under the sender's lock.
inline constexpr std::string_view sender_name = "send";

}  // namespace tidings::delivery
