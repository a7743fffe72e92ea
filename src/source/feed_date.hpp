// Dates as written in feeds. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace tidings::source {

/// RFC 822 with its usual mistakes (no seconds, two-digit years, wrong weekdays, zone names), RFC 3339,
/// W3CDTF partial dates (the first instant of the day, month or year), ISO 8601 basic and ordinal forms,
/// asctime, seconds or milliseconds since 1970, and month names in many languages. No zone means UTC. Nothing
/// if the text is not a date.
[[nodiscard]] std::optional<UtcTime> parse_feed_date(std::string_view text);

}  // namespace tidings::source
