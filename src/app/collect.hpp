// Collect: fetch the sources that are due, read them, store new and changed posts.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/context.hpp"
#include "post/post_table.hpp"

namespace tidings::app {

struct CollectedSource {
  std::string name;
  enum class What { read, not_modified, not_due, failed } what = What::read;
  int entries = 0;
  int events = 0;    ///< that are to come
  int left_out = 0;  ///< older ones beyond max_entries
  int dropped = 0;   ///< rejected by include or exclude
  post::StoreCounts counts;
  std::vector<std::string> warnings;
  std::vector<std::string> filters;  ///< [[filter]]s that failed, a line each
  /// One line; the source's trouble, not ours. Of one that is not due, that of the last try.
  std::string error;
};

struct CollectReport {
  std::vector<CollectedSource> sources;  ///< in the configuration's order

  [[nodiscard]] int added() const;
  [[nodiscard]] int failed() const;
};

struct CollectOptions {
  std::vector<std::string>
      names;  ///< empty: all that are due; named ones are fetched even if they are not due
  std::function<void(int done, int all)> on_progress{};  ///< after each source that was asked
};

/// A failing source is in the report and does not stop the others. Errc::no_input for a name that is not
/// configured; the store's errors.
[[nodiscard]] Result<CollectReport> collect(const config::Context& context,
                                            const CollectOptions& options = {});

}  // namespace tidings::app
