// Deliveries added up: what is told of an edition for ever, once who got it is no longer kept.
//
// Rows are added up and deleted some at a time, each time in one transaction: sums and rows together are the
// edition at any moment, so its counts balance however often the work is interrupted. A sum names no person:
// a domain is kept if many addresses of the list share it, a reply by its codes alone. Attempts go with their
// deliveries. Only an edition without open deliveries may be added up, and the caller holds the sender's
// lock. Any call may fail as store/database.hpp says.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "delivery/ledger.hpp"
#include "store/database.hpp"

namespace tidings::delivery {

struct SummedReason {
  DeliveryState state{};
  std::string reason;  ///< "550 5.1.1", or a cause of the ledger
  std::int64_t count = 0;
};

struct Sums {
  std::optional<UtcTime> since;  ///< when adding up began; none: every delivery is still there
  std::optional<UtcTime> last_answer;
  std::int64_t retried = 0;  ///< sent at a later attempt than the first
  std::map<std::string, Counts> domains;
  std::map<std::string, Counts> relays;
  std::vector<SummedReason> reasons;
  std::map<UtcTime, std::int64_t> minutes;  ///< accepted in each
  std::vector<std::pair<std::string, std::int64_t>> left;
};

class DeliverySums {
 public:
  DeliverySums(store::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  [[nodiscard]] Result<Sums> of(EditionId edition);

  /// Whether nothing of it is open or in doubt.
  [[nodiscard]] Result<bool> is_final(EditionId edition);
  [[nodiscard]] Result<bool> has_rows(EditionId edition);

  /// Once, before add_up(). `left`: who unsubscribed because of it, which the rows tell no longer.
  [[nodiscard]] Result<void> begin(EditionId edition,
                                   const std::vector<std::pair<std::string, std::int64_t>>& left);
  /// At most `limit` rows; returns how many. Domains that are not in `domains` are counted as "".
  [[nodiscard]] Result<int> add_up(EditionId edition, const std::set<std::string>& domains, int limit);

  /// Attempts from before that time whose deliveries are settled: at most `limit`; returns how many.
  [[nodiscard]] Result<int> drop_attempts(UtcTime before, int limit);

 private:
  store::Database& database_;
  const Clock& clock_;
};

}  // namespace tidings::delivery
