// Events that a page describes for search engines: schema.org/Event in JSON-LD. Pure.
//
// Cancelled and postponed ones are left out, as are those that began before `now`. A time without an offset
// is the newsletter's; a date alone is a whole day.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/zone.hpp"
#include "source/source.hpp"

namespace tidings::source {

struct LinkedEventOptions {
  std::string page_url;  ///< base of relative links, and the link of an event without one
  Zone zone;
  UtcTime now{};
};

/// By start; at most 200 of a page.
[[nodiscard]] std::vector<Event> read_linked_events(std::string_view html, const LinkedEventOptions& options);

}  // namespace tidings::source
