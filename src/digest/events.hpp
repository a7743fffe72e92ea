// Which events an edition announces, and in which of its sections. Pure.
//
// Events are chosen by their time, not used up as posts are: the same one stands in each edition until it
// begins. It goes into the first section of layout events that takes its source and topics, has room, and
// looks so far ahead. What several sources tell stands once.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/zone.hpp"
#include "digest/sections.hpp"
#include "source/source.hpp"

namespace tidings::digest {

/// Of one edition.
constexpr std::size_t most_events = 100;

struct AnnouncedEvent {
  source::Event event;
  std::string source;               ///< name
  std::vector<std::string> topics;  ///< the source's and its own
  std::string section;              ///< name

  bool operator==(const AnnouncedEvent&) const = default;
};

/// The end of the last day that one of the sections looks ahead to; `now` if none is of layout events.
[[nodiscard]] UtcTime end_of_outlook(std::span<const Section> sections, UtcTime now, const Zone& zone);

/// Of `coming`, by start, those that an edition of now announces; with their sections.
[[nodiscard]] std::vector<AnnouncedEvent> choose_events(std::vector<AnnouncedEvent> coming,
                                                        std::span<const Section> sections, UtcTime now,
                                                        const Zone& zone);

}  // namespace tidings::digest
