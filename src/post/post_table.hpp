// The tables posts, post_tags and post_sights: the only writer of them.
//
// An edited post is updated until it is in a sealed edition that was not cancelled; after that it never
// changes, so that an edition can always be shown as it was sent. first_seen never changes, nor how the post
// was first seen. A *flood* is one reading in which more than half of the entries, and more than ten, are new
// to us although they were published before the source's last good reading: a blog that has moved or was
// re-imported. Such entries are set aside until release(). A first reading is not a flood, and an outage
// causes none: posts published meanwhile are newer than the last good reading. Not thread-safe: one PostTable
// per handle. Any call may fail as store/database.hpp says.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "post/first_sight.hpp"
#include "post/normalise.hpp"
#include "post/post.hpp"
#include "source/source.hpp"
#include "store/database.hpp"

namespace tidings::post {

struct StoreCounts {
  int added = 0;
  int updated = 0;
  int unchanged = 0;
  int dropped = 0;    ///< new, but a filter of the source keeps them out of every edition
  int frozen = 0;     ///< edited at the source, but already in a sealed edition
  int set_aside = 0;  ///< of the added ones: they came with a flood
  int undated = 0;    ///< of the added ones: set aside without a date, see post/first_sight.hpp

  bool operator==(const StoreCounts&) const = default;
};

struct PostFilter {
  std::optional<SourceId> source;
  std::optional<UtcTime> since;  ///< first seen at or after
  std::optional<PostId> after;   ///< those that the list has behind this one
  int limit = 50;
};

/// A flood's posts that are still set aside.
struct SetAside {
  SourceId source;
  UtcTime at{};
  std::int64_t posts = 0;

  bool operator==(const SetAside&) const = default;
};

enum class Hidden { no, yes };
enum class Pinned { no, yes };

class PostTable {
 public:
  explicit PostTable(store::Database& database) : database_(&database) {}

  /// Stores new and changed entries in one transaction; does the HTML work before taking the lock. Entries
  /// that appear twice count once. Idempotent. `entries` are in the source's order, which is kept for equal
  /// dates.
  [[nodiscard]] Result<StoreCounts> store(const Reading& reading, std::span<const source::Entry> entries,
                                          const NormaliseOptions& options = {});

  /// Which entries store() would write: new or changed ones. Their pages are worth a look.
  [[nodiscard]] Result<std::vector<std::size_t>> unsettled(SourceId source,
                                                           std::span<const source::Entry> entries,
                                                           const NormaliseOptions& options);

  /// Errc::no_input if there is none.
  [[nodiscard]] Result<Post> find(PostId id);

  /// Its sanitised HTML alone, the summary's if it has no other.
  [[nodiscard]] Result<std::string> body(PostId id);
  /// The same of all posts that were first seen at most `back` before the newest.
  [[nodiscard]] Result<void> for_each_recent(std::chrono::milliseconds back,
                                             const std::function<void(SourceId, std::string_view)>& visitor);

  /// As which post the entry is stored. Errc::no_input if it is not.
  [[nodiscard]] Result<PostId> find(SourceId source, const source::Entry& entry,
                                    const NormaliseOptions& options);

  /// Newest first, including hidden ones.
  [[nodiscard]] Result<std::vector<Post>> list(const PostFilter& filter);

  /// The dates (Post::date) of the newest posts of a source, at most `limit`, in no order.
  [[nodiscard]] Result<std::vector<UtcTime>> newest_dates(SourceId source, int limit = 20);

  /// All categories of all posts, each once.
  [[nodiscard]] Result<std::vector<std::string>> tags();

  /// In the requested order. Errc::no_input names the first missing one.
  [[nodiscard]] Result<std::vector<Post>> load(std::span<const PostId> ids);

  /// Floods waiting for release(), newest first.
  [[nodiscard]] Result<std::vector<SetAside>> set_aside();

  /// Releases posts into the next editions whatever their age: one, or all of a source that are set aside.
  /// Returns how many were newly released. Errc::no_input if there is no such post.
  [[nodiscard]] Result<int> release(PostId id, UtcTime now);
  [[nodiscard]] Result<int> release_all(SourceId source, UtcTime now);

  /// How many posts were first seen later than `latest`, by a clock that was ahead. seen_at_latest() corrects
  /// that time.
  [[nodiscard]] Result<std::int64_t> count_seen_after(UtcTime latest);
  [[nodiscard]] Result<void> seen_at_latest(UtcTime latest);

  /// Errc::no_input if there is no such post.
  [[nodiscard]] Result<void> set_hidden(PostId id, Hidden hidden);
  [[nodiscard]] Result<void> set_pinned(PostId id, Pinned pinned);

 private:
  store::Database* database_;
};

}  // namespace tidings::post
