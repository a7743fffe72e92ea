// Report: what became of one edition. Reads only.
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
#include "store/database.hpp"

namespace tidings::app {

/// Deliveries in one state for one reason, in words; addresses in a relay's answer are left out, so that like
/// comes to like.
struct ReportReason {
  delivery::DeliveryState state{};
  std::string reason;
  std::int64_t count = 0;
};

struct EditionReport {
  digest::Edition edition;
  int posts = 0;
  int segments = 0;
  std::vector<std::string> notes;  ///< what the size budget did, by segment
  delivery::Counts counts;
  std::vector<ReportReason> reasons;  ///< of all that are not simply sent or to go, most frequent first
  std::map<std::string, delivery::Counts> domains;
  std::map<std::string, delivery::Counts>
      relays;  ///< by who answered last; without those whom nobody has answered for
  std::vector<bounce::BounceTable::Returned> returned;
  std::vector<std::pair<std::string, std::int64_t>>
      left;  ///< after this edition and before the next: how, and how many readers
  std::optional<UtcTime> last_answer;
  std::int64_t retried = 0;  ///< sent at a later attempt than the first

  /// Messages a second between the first claim and the last answer; 0 if that is not known.
  [[nodiscard]] double rate() const;
  /// recipients = sent + failed + suppressed + in doubt + open, where sent are also those that bounced later.
  [[nodiscard]] std::int64_t sent() const { return counts.sent + counts.bounced; }
};

/// A cause of the ledger ("withdrawn", "suppressed: complaint") in words.
[[nodiscard]] std::string suppression_in_words(const std::string& cause);

/// Of the newest edition of all if `edition` is empty. Errc::no_input if there is no such edition.
[[nodiscard]] Result<EditionReport> report_on(store::Database& database, const Clock& clock,
                                              const std::string& edition);

}  // namespace tidings::app
