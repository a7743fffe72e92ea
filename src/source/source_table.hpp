// The table `sources`: what is remembered about each source between runs. The only writer of that table.
//
// A call is at most one statement and opens no transaction: good() belongs in the transaction that stores the
// posts of the same answer, or a crash between the two would keep the new validators without the posts. Not
// thread-safe. Any call may fail with the store's errors.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "source/fetch.hpp"
#include "source/source.hpp"
#include "store/database.hpp"

namespace tidings::source {

/// The health of all sources, for `status` and `doctor`.
struct SourceCounts {
  int total = 0;
  int failing = 0;  ///< the last attempt failed
  int gone = 0;

  bool operator==(const SourceCounts&) const = default;
};

class SourceTable {
 public:
  explicit SourceTable(store::Database& database) : database_(database) {}

  /// The row of that name, created if absent. A changed url or changed settings reset the fetch state
  /// (validators, streak, moved_to, gone).
  [[nodiscard]] Result<Source> ensure(const SourceSpec& spec);

  /// All rows by name, including sources that are no longer configured.
  [[nodiscard]] Result<std::vector<Source>> list();

  [[nodiscard]] Result<std::optional<Source>> find(std::string_view name);

  /// Records an answer that was read; filters rejected `dropped` of its entries. Due again after the longer
  /// of max_age and the feed's ttl, but at most 1 hour later.
  [[nodiscard]] Result<void> good(SourceId id, const Fetched& fetched, const Feed& feed, UtcTime now,
                                  int dropped = 0);

  [[nodiscard]] Result<void> not_modified(SourceId id, const NotModified& answer, UtcTime now);

  /// Records a missing or bad answer: the streak grows, and the next fetch waits 5 min, doubled with each
  /// consecutive failure up to 12 h, or as long as Retry-After says, at most 24 h. Validators are kept. A
  /// request to wait counts from the third in a row. The target of a permanent redirect is abandoned when it
  /// is gone or dead for 3 days: the configured URL is tried again.
  [[nodiscard]] Result<void> failed(SourceId id, const FetchFailure& failure, UtcTime now);

  /// Records an answer that is not a readable feed; as failed().
  [[nodiscard]] Result<void> unreadable(SourceId id, const Error& error, UtcTime now);

  [[nodiscard]] Result<SourceCounts> counts();
  /// Makes sources due for which is_from_future() holds, as if last fetched now.
  [[nodiscard]] Result<void> forget_future(UtcTime now);

 private:
  store::Database& database_;
};

/// False if the source is gone or its next fetch lies ahead.
[[nodiscard]] bool is_due(const Source& source, UtcTime now);
/// Whether its last or next fetch is later than any answer at `now` could have led to: a clock was ahead.
[[nodiscard]] bool is_from_future(const Source& source, UtcTime now);

/// The request: the url, or where it has moved to, with the validators.
[[nodiscard]] FetchRequest request_for(const Source& source, Reach reach);

}  // namespace tidings::source
