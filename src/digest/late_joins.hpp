// Newcomers who may get the edition that had just gone out: sole writer of late_joins.
//
// A row is written with the confirmation and goes once somebody has decided (edition/late_joiners). Any call
// may fail as store/database.hpp says.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "digest/digest.hpp"
#include "store/database.hpp"

namespace tidings::digest {

struct LateJoin {
  std::string digest;
  SubscriberId subscriber{};
  UtcTime joined{};

  bool operator==(const LateJoin&) const = default;
};

/// Within the caller's transaction. The last time counts.
[[nodiscard]] Result<void> note_join(store::Database& database, const LateJoin& join);
/// By digest, then in order of subscriber.
[[nodiscard]] Result<std::vector<LateJoin>> late_joins(store::Database& database);
[[nodiscard]] Result<void> forget_join(store::Database& database, const LateJoin& join);
[[nodiscard]] Result<void> forget_joins(store::Database& database, SubscriberId subscriber);

/// The newest edition of the digest that was sealed and not cancelled; its deliveries may be open.
[[nodiscard]] Result<std::optional<EditionId>> newest_sealed(store::Database& database,
                                                             std::string_view digest);

/// The posts of all mails to the subscriber that were sent or are still to be sent, whatever the digest.
[[nodiscard]] Result<std::vector<PostId>> brought_to(store::Database& database, SubscriberId subscriber);

}  // namespace tidings::digest
