// What sources say is to happen: sole writer of events and calendars.
//
// The events of a source are replaced together, so that what was moved, cancelled or taken out of a calendar
// follows at its next reading; so are those of each page of a post. Any call may fail as store/database.hpp
// says.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "source/source.hpp"
#include "store/database.hpp"

namespace tidings::source {

struct StoredEvent {
  SourceId source;
  Event event;
};

class EventTable {
 public:
  explicit EventTable(store::Database& database) : database_(database) {}

  /// Exactly these, by start, of the source itself (`page` is empty) or of that page; in one transaction.
  /// `until`: of a calendar, as Feed::events_until.
  [[nodiscard]] Result<void> replace(SourceId source, std::string_view page, std::span<const Event> events,
                                     std::optional<UtcTime> until = {});

  /// Forgets events that began before.
  [[nodiscard]] Result<void> forget_before(UtcTime time);

  /// Until when the events of a calendar are known; nothing if it was never read.
  [[nodiscard]] Result<std::optional<UtcTime>> known_until(SourceId source);

  /// Those that begin in from < start < until, by start.
  [[nodiscard]] Result<std::vector<StoredEvent>> coming(UtcTime from, UtcTime until);

 private:
  [[nodiscard]] Result<bool> has_events(SourceId source, std::string_view page);
  store::Database& database_;
};

}  // namespace tidings::source
