// Overview: the list's growth by week, and editions side by side. Only reads.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/context.hpp"
#include "delivery/ledger.hpp"
#include "digest/digest.hpp"
#include "digest/edition_history.hpp"

namespace tidings::app {

/// From a Monday, in the newsletter's zone: how many people did what.
struct ListWeek {
  UtcTime monday{};
  std::int64_t joined = 0;     ///< asked to, by whatever way
  std::int64_t confirmed = 0;  ///< for the first time or again
  std::int64_t left = 0;
  std::int64_t bounced = 0;  ///< suppressed by bounces or a complaint
};

struct EditionLine {
  digest::Edition edition;
  int posts = 0;
  delivery::Counts counts;
  std::int64_t left = 0;  ///< unsubscribed between it and the next
  digest::EditionHistory history;

  [[nodiscard]] std::int64_t sent() const { return counts.sent + counts.bounced; }
};

struct Overview {
  std::int64_t subscribers = 0;       ///< with a subscription that they have not left
  std::vector<ListWeek> weeks;        ///< the last 26, oldest first
  std::vector<EditionLine> editions;  ///< the last 12 that were sent, newest first
};

[[nodiscard]] Result<Overview> overview(const config::Context& context);

[[nodiscard]] Result<EditionLine> edition_line(store::Database& database, const Clock& clock,
                                               const digest::Edition& edition, int posts);

/// The edition of the same digest before this one that was sent; nothing if there is none.
[[nodiscard]] Result<std::optional<EditionLine>> line_before(store::Database& database, const Clock& clock,
                                                             const digest::Edition& edition);

}  // namespace tidings::app
