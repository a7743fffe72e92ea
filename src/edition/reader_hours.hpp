// Reader hours: digests with local_time, whose editions open in the first zone where their hour comes and
// reach each reader at that hour where they are. For all other digests these are the schedule's runs.
//
// A zone that this host's database does not know counts as the newsletter's.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/zone.hpp"
#include "config/context.hpp"
#include "digest/period.hpp"

namespace tidings::edition {

/// What the digest owes: digest::due_plan(), or due_local_plan() for the zones of its readers.
[[nodiscard]] Result<std::optional<digest::Plan>> due_plan(const config::Config& config,
                                                           const config::DigestConfig& digest,
                                                           store::Database& database, UtcTime now);

/// When the digest's next edition is composed, strictly after `after`.
[[nodiscard]] Result<UtcTime> next_run(const config::Config& config, const config::DigestConfig& digest,
                                       store::Database& database, UtcTime after);

/// A reader's zone: their own, or the newsletter's.
[[nodiscard]] Zone zone_of(const config::Config& config, const std::string& timezone);

/// The hours of one edition with local_time.
class ReaderHours {
 public:
  ReaderHours(const config::Config& config, UtcTime wall) : config_(config), wall_(wall) {}
  [[nodiscard]] UtcTime in(const std::string& timezone);

 private:
  const config::Config& config_;
  UtcTime wall_;
  std::map<std::string, UtcTime> known_;
};

/// After zones have changed, of one subscriber or of anybody: whoever still waits for their hour gets the
/// edition at the new one, at once if that has passed. Within the caller's transaction.
[[nodiscard]] Result<void> follow_zones(const config::Context& context,
                                        std::optional<SubscriberId> subscriber = {});

}  // namespace tidings::edition
