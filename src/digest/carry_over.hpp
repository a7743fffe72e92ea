// Readers who change from one digest to another (daily to weekly and back) miss nothing and get nothing
// twice.
//
// The rule. A change leaves one row here: until when the reader has been served, which is the end of the
// newest edition of the digest they leave. At each edition E of the digest they came to, they are owed
//   what E carries, and the backlog: what editions of the same digest carried that were cut later than
//   "served until", less what their deliveries have brought them of this digest and of digests that they have
//   left, so nothing of the backlog comes a second time.
// Everybody else is owed E. What was brought is read from the ledger, so the rule holds however often
// somebody changes; what was planned for them and never left (they had left that digest by then) was not
// brought. A post stands for what was joined to it. Two digests that a reader keeps at the same time know
// nothing of each other: that was their wish.
//
// Segments stay few: what a reader is owed follows from when they changed between which digests, and all who
// did so between the same two editions are alike. The rows are few too: settle() drops one when no post can
// come up any more that the reader might have had before the change, at the earliest one whole period after
// it. A row is void as soon as subscriptions.since_ms is another: who left and came back starts afresh.
//
// Sole writer of carry_overs. Reads subscriptions, deliveries and segments.
// Any call may fail as store/database.hpp says.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "digest/digest.hpp"
#include "digest/edition_table.hpp"
#include "digest/segment.hpp"
#include "digest/select.hpp"
#include "store/database.hpp"

namespace tidings::digest {

/// Inside the transaction that changes the subscriptions, and after it: `from` is withdrawn and `to`
/// confirmed by now. Several digests left for one: one call each. True if there was something to carry; false
/// if `from` never was confirmed or `to` is not, which is a fresh start and no error.
[[nodiscard]] Result<bool> record_change(store::Database& database, SubscriberId subscriber,
                                         std::string_view from, std::string_view to);

/// For erasing a person.
[[nodiscard]] Result<void> forget_changes(store::Database& database, SubscriberId subscriber);

/// What is owed to those who changed to `digest`, for one edition while it is composed; lives inside its
/// transaction.
class CarryOver {
 public:
  /// Reads who changed and the backlog that they need together. `shown` is what the edition carries
  /// (Selection::posts).
  [[nodiscard]] static Result<CarryOver> open(store::Database& database, std::string_view digest,
                                              std::span<const Selected> shown, const SelectOptions& options);

  /// The edition and the backlog together in reading order: for loading what may have to be rendered.
  [[nodiscard]] const std::vector<Selected>& posts() const { return posts_; }
  /// The same for Segmenter.
  [[nodiscard]] std::vector<SegmentPost> segment_posts() const;

  /// What a reader is owed who changed to this digest (for Segmenter::place_only); none for an ordinary one
  /// (Segmenter::place). Quick if asked in ascending order of readers.
  [[nodiscard]] Result<std::optional<std::vector<PostId>>> owed(SubscriberId subscriber);

  /// After the deliveries are planned: drops the rows that have done their work, those of changes before the
  /// period and before any post was first seen that max_posts keeps waiting, unless an earlier edition is
  /// still to reach the reader.
  [[nodiscard]] Result<void> settle(const Period& period, const Selection& selection);

 private:
  CarryOver(store::Database& database, std::string_view digest) : database_(&database), digest_(digest) {}
  [[nodiscard]] Result<void> read_aliases();
  [[nodiscard]] Result<std::optional<UtcTime>> served_until(SubscriberId subscriber);
  [[nodiscard]] Result<std::unordered_set<PostId>> brought_to(SubscriberId subscriber);

  store::Database* database_;
  std::string digest_;
  std::vector<Selected> posts_;
  std::vector<std::vector<PostId>>
      aliases_;  // of each of posts_: itself and all posts that are the same article
  std::unordered_map<PostId, UtcTime> backlog_;  // the cut of the edition that carried it
  UtcTime oldest_seen_{};  // of all aliases: no edition with an earlier cut brought any of them
  bool anybody_ = false;

  // A cursor over the readers who changed, in step with the caller's.
  std::optional<store::Statement> rows_;
  SubscriberId asked_;
  SubscriberId row_;  // 0: none read yet or at the end
  bool at_end_ = false;
};

}  // namespace tidings::digest
