// What a report does to a subscriber: the only table of scores and thresholds. Pure.
//
// | report | effect | why |
// |---|---|---|
// | complaint (abuse, fraud, opt-out ...) | suppresses at once | "spam" must be the last mail |
// | hard: no such mailbox or domain | suppresses at once | dead addresses ruin the sender's reputation |
// | soft, about the address: full, suspended, expired, unknown ... | one point a day | it may come back |
// | soft, about us: spam, policy, size, content, rate, relaying, system | none | not the subscriber's fault |
// | delayed, delivered, relayed, expanded | none | it has not failed |
//
// Points are days: at most one a day, only of the last `window`, so they expire by themselves. At `threshold`
// points the address is suppressed. A storm, when a provider refuses many subscribers at once, does not
// count: storm.hpp.
#pragma once

#include <chrono>
#include <cstdint>

#include "bounce/report.hpp"

namespace tidings::bounce {

struct PolicyOptions {
  int threshold = 5;  ///< days with a counted report
  std::chrono::milliseconds window{
      std::chrono::hours{24 * 90}};  ///< long enough for a monthly digest to reach three points
  int storm_readers = 10;
  std::chrono::milliseconds storm_window{std::chrono::hours{1}};
};

enum class Step { nothing, count, suppress_hard, suppress_complaint };

/// For one recipient of a report, before storms are considered.
[[nodiscard]] Step step_for(const Report& report, const Recipient& recipient);

/// Feedback that means "no more of this": everything except authentication failures and "not spam" (RFC 5965
/// section 7.3, RFC 6591).
[[nodiscard]] bool is_complaint(std::string_view feedback_type);

/// Whether a reason says something about the address.
[[nodiscard]] bool counts_against_address(Reason reason);

}  // namespace tidings::bounce
