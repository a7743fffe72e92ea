// Dates as other services export them. Pure.
#pragma once

#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace tidings::subscriber {

/// The order of purely numeric dates.
enum class DateOrder { year_first, month_first, day_first };

/// RFC 3339; also with a blank for T, without seconds, without a zone (then UTC), followed by "+0000 UTC" or
/// the like, or the date alone; with a month's English name ("Apr 5, 2023 2:22 PM", "5 April 2023"); seconds
/// or milliseconds since 1970; 17.06.2009, which is written so only with the day first. `month_first` also
/// reads 06/17/2009 09:52 and 6/17/2009 9:52 AM, `day_first` 17-06-2009 09:52 and 17/06/2009. Fractions count
/// only in RFC 3339. Errc::bad_data.
[[nodiscard]] Result<UtcTime> read_date(std::string_view text, DateOrder order = DateOrder::year_first);

}  // namespace tidings::subscriber
