// Storms: a provider that refuses many readers within the hour is in trouble, not its readers.
//
// | what came of one domain within `storm_window` | what it does |
// |---|---|
// | reports about fewer than `storm_readers` different readers | nothing: they count |
// | about less than a tenth of those who were sent the edition | nothing: a large provider always has some full mailboxes |
// | about more | a storm: soft reports of the window count nothing, what they suppressed is taken back |
// | hard ones about more than half of those who were sent the edition | these too: nobody loses half of all mailboxes in an hour |
//
// Where the reports name no edition, soft ones are a storm by number alone, hard ones never. What is older than the
// window stays as it was. Runs within the caller's transaction; not thread-safe; fails only with the store's errors.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "bounce/bounce_table.hpp"
#include "bounce/policy.hpp"

namespace tidings::bounce {

class StormWatch {
 public:
  StormWatch(BounceTable& table, const PolicyOptions& policy) : table_(table), policy_(policy) {}

  struct Verdict {
    bool storm = false;  ///< the event counts nothing
    int hit = 0;         ///< readers of the domain within the window, about
    std::vector<SubscriberId> lifted{};  ///< whom reports of the storm have suppressed: to be taken back
  };

  /// After the event was recorded. In a storm it takes back what the window's events have counted.
  [[nodiscard]] Result<Verdict> look(const BounceEvent& event);

  /// How often all events of a domain were counted: it must grow far slower than the events.
  [[nodiscard]] int looks() const { return looks_; }

 private:
  /// What the last look at a domain has found. With many readers hit it is looked at afresh when a twentieth has come
  /// anew or a twentieth of the window is over, so that the cost of n reports grows as n.
  struct Domain {
    UtcTime at{};
    int hit = 0;
    int unseen = 0;  ///< reports since
    bool storm = false;
    bool hard_too = false;
  };

  [[nodiscard]] Result<void> look_afresh(const BounceEvent& event, Domain& domain);
  [[nodiscard]] Result<int> readers_sent(const BounceEvent& event);

  BounceTable& table_;
  PolicyOptions policy_;
  int looks_ = 0;
  std::map<std::string, Domain, std::less<>> domains_;
  std::map<std::pair<EditionId, std::string>, int> sent_;  ///< readers of a domain who were sent the edition
};

}  // namespace tidings::bounce
