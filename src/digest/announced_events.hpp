// The events of sealed editions, as they were then: sole writer of announced_events.
#pragma once

#include <span>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "digest/events.hpp"
#include "store/database.hpp"

namespace tidings::digest {

/// Within the sealing transaction, once; in the order of AnnouncedEvent::event's start.
[[nodiscard]] Result<void> keep_announced(store::Database& database, EditionId edition,
                                          std::span<const AnnouncedEvent> events);

/// By start. Their categories are not kept: topics hold them.
[[nodiscard]] Result<std::vector<AnnouncedEvent>> announced_in(store::Database& database, EditionId edition);

}  // namespace tidings::digest
