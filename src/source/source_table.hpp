// The table `sources`: what is remembered of each source between runs. The only writer of that table.
//
// A call is one statement or none, and opens no transaction: good() belongs into the transaction that stores
// the posts of the same answer, or a crash between the two would keep the new validators without the posts.
// Not thread-safe. Any call may fail with the store's errors.
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

/// How the sources are, for `status` and `doctor`.
struct SourceCounts {
  int total = 0;
  int failing = 0;  ///< last attempt failed
  int gone = 0;

  bool operator==(const SourceCounts&) const = default;
};

class SourceTable {
 public:
  explicit SourceTable(store::Database& database) : database_(database) {}

  /// The row of that name, made if absent. A changed url or other settings forget the fetch state
  /// (validators, streak, moved_to, gone).
  [[nodiscard]] Result<Source> ensure(const SourceSpec& spec);

  /// All rows by name, also those whose source is no longer configured.
  [[nodiscard]] Result<std::vector<Source>> list();

  [[nodiscard]] Result<std::optional<Source>> find(std::string_view name);

  /// An answer that was read, `dropped` entries of which were kept out by a filter. It is due again after the
  /// longer of max_age and the feed's ttl, but never later than 1 hour.
  [[nodiscard]] Result<void> good(SourceId id, const Fetched& fetched, const Feed& feed, UtcTime now,
                                  int dropped = 0);

  [[nodiscard]] Result<void> not_modified(SourceId id, const NotModified& answer, UtcTime now);

  /// No answer, or a bad one: the streak grows, and the next fetch waits for 5 min, doubled with each failure
  /// in a row up to 12 h, or as long as Retry-After says, at most 24 h. Validators are kept. An answer that
  /// asks us to wait counts from the third in a row. Where a permanent redirect led is given up when it has
  /// been dead for 3 days, or is gone: the configured URL is asked again.
  [[nodiscard]] Result<void> failed(SourceId id, const FetchFailure& failure, UtcTime now);

  /// An answer that could not be read as a feed; as failed().
  [[nodiscard]] Result<void> unreadable(SourceId id, const Error& error, UtcTime now);

  [[nodiscard]] Result<SourceCounts> counts();
  /// Sources that is_from_future() says are fetched anew, and their last fetch was now.
  [[nodiscard]] Result<void> forget_future(UtcTime now);

 private:
  store::Database& database_;
};

/// False for a source that is gone or whose next fetch is still to come.
[[nodiscard]] bool is_due(const Source& source, UtcTime now);
/// Fetched, or not to be fetched before, later than any answer at `now` could have led to: a clock was ahead.
[[nodiscard]] bool is_from_future(const Source& source, UtcTime now);

/// What to ask for: the url, or where it has moved to, with the validators.
[[nodiscard]] FetchRequest request_for(const Source& source, Reach reach);

}  // namespace tidings::source
