// Deliveries as an admin asks after them and decides on them: "delivery list", "retry", "resolve".
//
// Who calls retry or resolve holds the sender's lock.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "config/context.hpp"
#include "delivery/ledger.hpp"
#include "digest/digest.hpp"

namespace tidings::sending {

struct ListedDelivery {
  std::string edition;  ///< "weekly#12"
  delivery::DeliveryRow row;
};

/// As Ledger::list().
[[nodiscard]] Result<std::vector<ListedDelivery>> list_deliveries(const config::Context& context,
                                                                  const delivery::DeliveryFilter& filter);

/// Makes them due now, and the edition unfinished again; how many. One transaction. Errors as
/// Ledger::retry(); Errc::not_permitted if the edition's mails are no longer kept.
[[nodiscard]] Result<int> retry_deliveries(const config::Context& context, EditionId edition,
                                           delivery::DeliveryState state,
                                           std::optional<SubscriberId> subscriber);

/// Settles what is in doubt as sent or failed: of one subscriber, else all of the edition that waits for an
/// admin; how many. Errors as Ledger::resolve().
[[nodiscard]] Result<int> resolve_deliveries(const config::Context& context, EditionId edition,
                                             std::optional<SubscriberId> subscriber,
                                             delivery::DeliveryState as);

/// Forgets what relays had against us: the next run tries them at once. How many that were.
[[nodiscard]] Result<int> release_relays(const config::Context& context);

}  // namespace tidings::sending
