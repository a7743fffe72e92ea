#include "app/cadence.hpp"

#include "digest/carry_over.hpp"

namespace tidings::app {

Result<subscriber::DigestChange> change_cadence(store::Database& database, const Clock& clock, SubscriberId reader,
                                                std::span<const std::string> digests, subscriber::Origin origin,
                                                std::string_view detail) {
  TIDINGS_LET(auto transaction, database.begin());
  TIDINGS_LET(auto change, subscriber::SubscriberTable(database, clock).change_digests(transaction, reader, digests, origin, detail));
  for (const auto& from : change.left) {
    // Whether there is something to carry is the digest room's to know; a pending subscription that ends carries nothing.
    for (const auto& to : change.joined) TIDINGS_TRY(digest::record_change(database, reader, from, to));
  }
  TIDINGS_TRY(transaction.commit());
  return change;
}

}  // namespace tidings::app
