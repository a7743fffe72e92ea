// Cadence: a reader changes which digests they get, and misses nothing and gets nothing twice on the way.
//
// This is the one place that moves a reader: the subscriptions change (subscriber room) and what is owed is carried over
// (digest/carry_over) in one transaction. For "subscriber set --cadence" and the preferences page.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "store/database.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::app {

/// From now on the reader gets exactly these digests (names of the configuration, each once); none means "off", which is
/// forgotten at the return: who comes back starts afresh. Those in DigestChange::pending need a confirmation mail.
/// Deliveries of a digest that was left and that have not begun are suppressed by the ledger.
/// Errc::no_input for an unknown subscriber. Any call may fail as store/database.hpp says.
[[nodiscard]] Result<subscriber::DigestChange> change_cadence(store::Database& database, const Clock& clock, SubscriberId reader,
                                                              std::span<const std::string> digests, subscriber::Origin origin,
                                                              std::string_view detail);

}  // namespace tidings::app
