// The events of an edition as a calendar file (RFC 5545), for a reader's own calendar. Pure.
#pragma once

#include <span>
#include <string>

#include "config/config.hpp"
#include "digest/digest.hpp"
#include "digest/events.hpp"

namespace tidings::edition {

/// One VEVENT each, without repetitions. Their UIDs are our own, the same in every edition, so that an event
/// that moved is one event for a program that reads two of these files.
[[nodiscard]] std::string make_calendar(const config::Config& config, const digest::Edition& edition,
                                        std::span<const digest::AnnouncedEvent> events);

}  // namespace tidings::edition
