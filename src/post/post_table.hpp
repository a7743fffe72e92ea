// The posts and post_tags tables: the only writer of both.
//
// An edited post is updated until it is in an edition that is past draft and was not cancelled; from then on it never
// changes, so that an edition can always be shown as it was sent. first_seen never changes. Not thread-safe: one PostTable
// per handle. Any call may fail as store/database.hpp says.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "post/normalise.hpp"
#include "post/post.hpp"
#include "source/source.hpp"
#include "store/database.hpp"

namespace tidings::post {

struct StoreCounts {
  int added = 0;
  int updated = 0;
  int unchanged = 0;
  int frozen = 0;  ///< edited at the source, but already in a sealed edition

  bool operator==(const StoreCounts&) const = default;
};

struct PostFilter {
  std::optional<SourceId> source;
  std::optional<UtcTime> since;  ///< first seen at or after
  int limit = 50;
};

enum class Hidden { no, yes };
enum class Pinned { no, yes };

class PostTable {
 public:
  explicit PostTable(store::Database& database) : database_(&database) {}

  /// Stores what is new or changed in one transaction; the HTML work is done before the lock is taken. Entries that appear
  /// twice count once. Idempotent.
  [[nodiscard]] Result<StoreCounts> store(SourceId source, std::span<const source::Entry> entries, UtcTime now,
                                          const NormaliseOptions& options = {});

  /// Errc::no_input if there is none.
  [[nodiscard]] Result<Post> find(PostId id);

  /// Newest first, hidden ones too.
  [[nodiscard]] Result<std::vector<Post>> list(const PostFilter& filter);

  /// The dates (Post::date) of the newest posts of a source, at most `limit`, in no order.
  [[nodiscard]] Result<std::vector<UtcTime>> newest_dates(SourceId source, int limit = 20);

  /// All categories of all posts, each once.
  [[nodiscard]] Result<std::vector<std::string>> tags();

  /// In the order asked for. Errc::no_input names the first that is absent.
  [[nodiscard]] Result<std::vector<Post>> load(std::span<const PostId> ids);

  /// Errc::no_input if there is no such post.
  [[nodiscard]] Result<void> set_hidden(PostId id, Hidden hidden);
  [[nodiscard]] Result<void> set_pinned(PostId id, Pinned pinned);

 private:
  store::Database* database_;
};

}  // namespace tidings::post
