// Retention: what finished editions, old posts and logs leave behind is compressed, added up, and given back.
//
//   a day after an edition is finished   its bodies are compressed; they read as before
//   [store] keep_bodies                  they are dropped; "preview", "test" and "delivery retry" of it end
//   [store] keep_deliveries              its deliveries are added up: counts stay for ever, who got it does
//   not [store] keep_posts                   texts of posts that no digest owes and no open edition shows
//   [store] keep_log                     attempts of settled deliveries, names of read bounce mails, mail for
//   nobody
//
// For ever stay the list, consents, suppressions, keys (so that each link keeps working), editions with their
// posts and pages, and what recognises a post. Each step is a small transaction; an interruption loses
// nothing. Space goes back in steps, while others read and write. The caller holds the sender's lock.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/context.hpp"
#include "delivery/run.hpp"

namespace tidings::app {

/// What was done, or would be.
struct Pruned {
  std::vector<std::string> compressed;  ///< editions by name, likewise the next two
  std::vector<std::string> dropped;
  std::vector<std::string> summed;
  std::int64_t deliveries = 0;  ///< rows of `summed`
  std::int64_t posts = 0;
  std::int64_t attempts = 0;
  std::int64_t mails = 0;        ///< names of read bounce mails
  std::int64_t unmatched = 0;    ///< files
  std::int64_t freed_bytes = 0;  ///< by which the file is shorter
  std::int64_t spare_bytes = 0;  ///< that it still has to spare
  bool is_done = true;           ///< false: the time was up, or a signal came; the next run goes on

  [[nodiscard]] bool is_nothing() const;
};

/// What prune() would do now; changes nothing. Rows and posts are not counted.
[[nodiscard]] Result<Pruned> to_prune(const config::Context& context);

/// Until it is done, `budget` is used up or `stop` is set.
[[nodiscard]] Result<Pruned> prune(const config::Context& context, std::chrono::milliseconds budget,
                                   const delivery::StopFlag& stop);

/// The same once a day, as a part of "send --due" and "run". After more than a week without it, only the day
/// is noted: a clock that is far ahead must not drop anything on its first day. Errors are for the log.
[[nodiscard]] Result<Pruned> prune_daily(const config::Context& context, std::chrono::milliseconds budget,
                                         const delivery::StopFlag& stop);

}  // namespace tidings::app
