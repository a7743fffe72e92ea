// Days as people write and read them: when a pause ends, how old a confirmation is. Pure.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/zone.hpp"

namespace tidings::members {

/// No pause is longer; a reader who is away longer had better leave and come back.
inline constexpr std::chrono::days longest_pause{366};

/// The first moment, in the newsletter's zone, of a day written as 2027-01-15: the first mail may come on
/// that day. Errc::bad_data if it is no date, not to come or too far away.
[[nodiscard]] Result<UtcTime> parse_pause_end(std::string_view day, const Zone& zone, UtcTime now);

/// The first moment of a day in that zone. Errc::bad_data if it is no date.
[[nodiscard]] Result<UtcTime> parse_day(std::string_view day, const Zone& zone, UtcTime now);

/// The day of an instant in that zone, as 2027-01-15.
[[nodiscard]] std::string day_text(const Zone& zone, UtcTime time);

}  // namespace tidings::members
