// A subscriber's time zone: a name of the system's database (base/zone.hpp), and the few that a form offers.
// Pure except for the zone table.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace tidings::subscriber {

/// The name as the database writes it, in whatever case it came; empty for empty. Errc::bad_data with the
/// nearest zone that there is.
[[nodiscard]] Result<std::string> check_timezone(std::string_view text);

/// A zone that a form offers.
struct OfferedZone {
  std::string name{};             ///< "America/Lima"
  std::chrono::minutes offset{};  ///< east of UTC
  bool operator==(const OfferedZone&) const = default;
};

/// "(UTC+05:30) Asia/Kolkata".
[[nodiscard]] std::string label_of(const OfferedZone& zone);

/// One name for each set of rules that many people live under, with its offset at `now`, from west to east.
/// Contains `also` (a reader's own zone, the newsletter's) even if it is no common one; empty names are
/// ignored.
[[nodiscard]] std::vector<OfferedZone> offered_zones(UtcTime now, const std::vector<std::string>& also);

}  // namespace tidings::subscriber
