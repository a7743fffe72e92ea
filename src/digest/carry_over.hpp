// Subscribers who change from one digest to another (daily to weekly and back) miss nothing and get nothing
// twice.
//
// The rule: a change leaves one row here, with the time until which the subscriber was served: the end of the
// newest edition of the digest they leave. From each edition E of the new digest they are owed E's posts and
// the backlog: posts of earlier editions of that digest with a cut after "served until", less what they
// received from this digest and from digests they have left, so that no backlog comes twice. Everybody else
// is owed E. What they received is read from the ledger, so the rule holds however often somebody changes;
// deliveries that were planned but never sent (because they had left the digest) do not count; one in doubt
// does, and is sent once more although they have left. A post stands for all posts joined to it. Two digests
// kept at the same time are independent: that was the subscriber's wish.
//
// Segments stay few: what a subscriber is owed depends only on when they changed between which digests, and
// all who did so between the same two editions are alike. Rows stay few too: settle() drops a row when no
// post can appear that the subscriber might have received before the change, at the earliest one whole period
// after it. A row is void once subscriptions.since_ms differs: whoever left and came back starts afresh.
//
// Sole writer of carry_overs. Reads subscriptions, deliveries and segments. Any call may fail as
// store/database.hpp says.
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

/// In the transaction that changes the subscriptions, after it: `from` is already withdrawn and `to`
/// confirmed or paused. One call for each digest left. True if there was something to carry over; false if
/// `from` was never confirmed or `to` is not: a fresh start, not an error.
[[nodiscard]] Result<bool> record_change(store::Database& database, SubscriberId subscriber,
                                         std::string_view from, std::string_view to);

/// In the transaction that ends a pause: the editions of the pause are not made up for, so what was carried
/// over to the digest counts as served up to its newest edition.
[[nodiscard]] Result<void> record_resumption(store::Database& database, SubscriberId subscriber,
                                             std::string_view digest);

/// For erasing a person.
[[nodiscard]] Result<void> forget_changes(store::Database& database, SubscriberId subscriber);

/// What is owed to those who changed to `digest`, for one edition while it is composed; lives inside its
/// transaction.
class CarryOver {
 public:
  /// Reads who changed, and the backlog that they need together. `shown` is the edition's posts
  /// (Selection::posts).
  [[nodiscard]] static Result<CarryOver> open(store::Database& database, std::string_view digest,
                                              std::span<const Selected> shown, const SelectOptions& options);

  /// The edition and the backlog together in reading order, to load whatever may have to be rendered.
  [[nodiscard]] const std::vector<Selected>& posts() const { return posts_; }
  /// The same for Segmenter.
  [[nodiscard]] std::vector<SegmentPost> segment_posts() const;

  /// What a subscriber who changed to this digest is owed (for Segmenter::place_only); nothing for others
  /// (Segmenter::place). Fast if called in ascending order of subscribers.
  [[nodiscard]] Result<std::optional<std::vector<PostId>>> owed(SubscriberId subscriber);

  /// After the deliveries are planned: drops finished rows, those of changes before the period and before the
  /// first sight of any post that max_posts keeps waiting, unless an earlier edition has yet to reach the
  /// subscriber.
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
      aliases_;  // for each of posts_: itself and all posts that are the same article
  std::unordered_map<PostId, UtcTime> backlog_;  // the cut of the edition that carried it
  UtcTime oldest_seen_{};  // of all aliases: no edition with an earlier cut brought any of them
  bool anybody_ = false;

  // A cursor over the subscribers who changed, in step with the caller's.
  std::optional<store::Statement> rows_;
  SubscriberId asked_;
  SubscriberId row_;  // 0: none read yet or at the end
  bool at_end_ = false;
};

}  // namespace tidings::digest
