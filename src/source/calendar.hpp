// iCalendar (RFC 5545): what is to happen, from a calendar's file. Pure.
//
// Each VEVENT is parsed by itself with libical, so that a broken one costs no other; its nested components
// are skipped. Series (RRULE, RDATE, EXDATE) become their single times within the window; RECURRENCE-ID moves
// or cancels one of them, STATUS:CANCELLED an event, and the highest SEQUENCE of one UID counts. A TZID is
// looked up among the IANA zones, then among the calendar's own VTIMEZONEs; times without a zone, and days,
// are the newsletter's. Private and confidential events (CLASS) are never announced.
//
// Anybody may have written the file. Bounds: `most_calendar_events`, repetitions of a day or more, the
// window, the steps and the processor time of expanding. What is left out is a warning of the Feed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/zone.hpp"
#include "source/source.hpp"

namespace tidings::source {

/// VEVENTs that are read of one calendar.
constexpr std::size_t most_calendar_events = 20'000;

struct CalendarOptions {
  std::string base_url;      ///< of relative links
  std::string content_type;  ///< of the HTTP response; empty if there was none
  Zone zone;                 ///< the newsletter's
  UtcTime now{};             ///< events that began before are left out
  UtcTime until{};           ///< as are those that begin at this time or later
  std::size_t most = 2'000;  ///< events at most, the soonest; Feed::left_out counts the others
};

/// Whether the bytes are meant to be a calendar.
[[nodiscard]] bool looks_like_calendar(std::string_view bytes);

/// A Feed of Format::ical without entries. Errc::bad_data if it is no calendar, or cut off: its events would
/// seem to be cancelled.
[[nodiscard]] Result<Feed> read_calendar(std::string_view bytes, const CalendarOptions& options);

}  // namespace tidings::source
