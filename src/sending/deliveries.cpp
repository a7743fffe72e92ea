#include "sending/deliveries.hpp"

#include "digest/edition_history.hpp"
#include "digest/edition_table.hpp"

namespace tidings::sending {

Result<std::vector<ListedDelivery>> list_deliveries(const config::Context& context,
                                                    const delivery::DeliveryFilter& filter) {
  TIDINGS_LET(auto rows, delivery::Ledger(context.database, context.clock).list(filter));
  digest::EditionTable editions{context.database};
  std::vector<ListedDelivery> listed;
  for (auto& row : rows) {
    TIDINGS_LET(const auto edition, editions.get(row.edition));
    listed.push_back({.edition = digest::name_of(edition), .row = std::move(row)});
  }
  return listed;
}

Result<int> retry_deliveries(const config::Context& context, EditionId edition, delivery::DeliveryState state,
                             std::optional<SubscriberId> subscriber) {
  TIDINGS_LET(const auto history, digest::HistoryTable(context.database).of(edition));
  if (history.dropped) {
    return fail(Errc::not_permitted, "its mails are no longer kept, so none can be sent again",
                "[store] keep_bodies says how long they are; the archive has its page");
  }
  TIDINGS_LET(auto transaction, context.database.begin());
  TIDINGS_LET(const int count,
              delivery::Ledger(context.database, context.clock).retry(edition, state, subscriber));
  if (count > 0) TIDINGS_TRY(digest::EditionTable(context.database).reopen(edition, context.clock.now()));
  TIDINGS_TRY(transaction.commit());
  return count;
}

Result<int> resolve_deliveries(const config::Context& context, EditionId edition,
                               std::optional<SubscriberId> subscriber, delivery::DeliveryState as) {
  delivery::Ledger ledger{context.database, context.clock};
  if (!subscriber) return ledger.resolve_held(edition, as);
  TIDINGS_TRY(ledger.resolve(edition, *subscriber, as));
  return 1;
}

Result<int> release_relays(const config::Context& context) {
  return delivery::Ledger(context.database, context.clock).release_relays();
}

}  // namespace tidings::sending
