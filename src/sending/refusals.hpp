// What refusals inside the dialogue mean for addresses: who is suppressed after a run, by the storm rule of
// bounce/.
//
// A refusal suppresses only if it plainly says that there is no such mailbox (delivery::Verdict::hard), and
// only if it is not one of many: if more than half of an edition's recipients at one domain are refused like
// this, and at least `storm_readers` of them, the provider is in trouble, not its subscribers. Those
// deliveries become deferred again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "bounce/policy.hpp"
#include "store/database.hpp"

namespace tidings::sending {

struct JudgedRefusals {
  std::int64_t suppressed = 0;
  struct Storm {
    std::string domain;
    std::int64_t readers = 0;  ///< taken back
    std::string reply;         ///< one of their answers
  };
  std::vector<Storm> storms;
};

/// Judges all refusals since the last call, in one transaction. Not while a relay refuses nearly everybody
/// alike (RunReport::braked()).
[[nodiscard]] Result<JudgedRefusals> judge_refusals(const bounce::PolicyOptions& policy,
                                                    store::Database& database, const Clock& clock);

}  // namespace tidings::sending
