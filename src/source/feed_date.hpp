// Dates as feeds write them. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace tidings::source {

/// RFC 822 with its usual mistakes (no seconds, two-digit years, wrong week days, zone names), RFC 3339,
/// W3CDTF partial dates (the first instant of the day, month or year), ISO 8601 basic and ordinal forms,
/// asctime, seconds or milliseconds since 1970, and month names in many languages. No zone means UTC. Nothing
/// if it is no date.
[[nodiscard]] std::optional<UtcTime> parse_feed_date(std::string_view text);

}  // namespace tidings::source
