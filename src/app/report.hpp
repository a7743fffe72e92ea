// Report: the results of one edition. Only reads.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "bounce/bounce_table.hpp"
#include "delivery/ledger.hpp"
#include "digest/digest.hpp"
#include "digest/edition_history.hpp"
#include "store/database.hpp"
#include "subscriber/leave_reasons.hpp"

namespace tidings::app {

/// Deliveries in one state for one reason, in words; without the addresses in a relay's answer, so that equal
/// reasons are grouped.
struct ReportReason {
  delivery::DeliveryState state{};
  std::string reason;
  std::int64_t count = 0;
};

struct EditionReport {
  digest::Edition edition;
  int posts = 0;
  int segments = 0;
  std::vector<std::string> notes;  ///< what the size budget changed, by segment
  delivery::Counts counts;
  std::vector<ReportReason> reasons;  ///< of all except plainly sent or open ones, most frequent first
  std::map<std::string, delivery::Counts> domains;
  std::map<std::string, delivery::Counts>
      relays;  ///< by the last to answer; without deliveries that nobody has answered
  std::vector<bounce::BounceTable::Returned> returned;
  std::vector<std::pair<std::string, std::int64_t>>
      left;  ///< unsubscribed between this edition and the next: how, and how many
  subscriber::LeaveReasonCounts leave_reasons;  ///< of those who said why
  std::optional<UtcTime> last_answer;
  std::map<UtcTime, std::int64_t> minutes;  ///< messages accepted in each minute
  digest::EditionHistory history;
  std::optional<UtcTime> summed;  ///< since when its deliveries are no longer kept one by one
  std::int64_t retried = 0;       ///< sent at a later attempt than the first

  /// Messages per second between the first claim and the last answer; 0 if unknown.
  [[nodiscard]] double rate() const;
  /// recipients = sent + failed + suppressed + in doubt + open, where sent includes those that bounced later.
  [[nodiscard]] std::int64_t sent() const { return counts.sent + counts.bounced; }
};

/// A cause of the ledger ("withdrawn", "suppressed: complaint") in words.
[[nodiscard]] std::string suppression_in_words(const std::string& cause);

/// Of the newest edition of all if `edition` is empty. Errc::no_input if there is no such edition.
[[nodiscard]] Result<EditionReport> report_on(store::Database& database, const Clock& clock,
                                              const std::string& edition);

}  // namespace tidings::app
