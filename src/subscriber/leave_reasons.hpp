// Why people left, as far as they said so, by a choice of few reasons; counted for the report. The only
// writer of `leave_reasons`.
//
// One answer for each person and mail: a second one replaces it. Erasing a person takes theirs along.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "store/database.hpp"

namespace tidings::subscriber {

enum class LeaveReason { too_many, not_expected, never_subscribed, reads_elsewhere, other };
inline constexpr std::array all_leave_reasons{LeaveReason::too_many, LeaveReason::not_expected,
                                              LeaveReason::never_subscribed, LeaveReason::reads_elsewhere,
                                              LeaveReason::other};
[[nodiscard]] std::string_view name_of(LeaveReason reason);
[[nodiscard]] std::optional<LeaveReason> leave_reason_of(std::string_view name);

using LeaveReasonCounts = std::vector<std::pair<LeaveReason, std::int64_t>>;

class LeaveReasons {
 public:
  explicit LeaveReasons(store::Database& database) : database_(database) {}

  /// Of the edition whose link they used; 0: a link of no edition.
  [[nodiscard]] Result<void> record(SubscriberId subscriber, EditionId edition, LeaveReason reason,
                                    UtcTime at);

  /// The most frequent first; without those that nobody gave.
  [[nodiscard]] Result<LeaveReasonCounts> count(EditionId edition);

  /// Within the caller's transaction; for erasing a person.
  [[nodiscard]] Result<void> forget(SubscriberId subscriber);

 private:
  store::Database& database_;
};

}  // namespace tidings::subscriber
