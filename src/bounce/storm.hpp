// Storms: a provider that refuses many subscribers within an hour is in trouble, not its subscribers.
//
// | reports about one wave within `storm_window` | effect |
// |---|---|
// | about fewer than `storm_readers` subscribers | none: they count |
// | about less than a tenth of those who were sent it | none: large providers always have full mailboxes |
// | about more | a storm: soft reports of the window do not count, their suppressions are taken back |
// | hard ones about more than half of those who were sent it | these too: so many mailboxes do not vanish |
//
// A wave is everything sent to one domain within the same `storm_window`, counted from the edition's
// scheduled time. So like is compared with like: an edition that takes ten hours to send can have a storm
// after nine calm hours, and a mailbox that is read once a day has none although a day's reports come within
// a minute.
//
// If the reports name no edition, soft ones are a storm by number alone, hard ones never. Anything older than
// the window stays. Runs within the caller's transaction; not thread-safe; fails only with the store's
// errors.
#pragma once

#include <map>
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
    bool storm = false;                  ///< the event does not count
    int hit = 0;                         ///< subscribers of the wave hit within the window, approximately
    std::vector<SubscriberId> lifted{};  ///< suppressed by reports of the storm: to be taken back
  };

  /// Call after the event was recorded. In a storm, takes back what the window's events counted.
  [[nodiscard]] Result<Verdict> look(const BounceEvent& event);

  /// How often all events of a wave were counted; must grow far slower than the events.
  [[nodiscard]] int looks() const { return looks_; }

 private:
  /// The last count of a wave. With many subscribers hit it is counted again only after a twentieth more
  /// reports or a twentieth of the window, so that n reports cost O(n).
  struct State {
    UtcTime at{};
    int hit = 0;
    int unseen = 0;  ///< reports since then
    bool storm = false;
    bool hard_too = false;
  };

  [[nodiscard]] Result<void> look_afresh(const Wave& wave, UtcTime at, State& state);
  [[nodiscard]] Result<int> readers_sent(const Wave& wave);

  BounceTable& table_;
  PolicyOptions policy_;
  int looks_ = 0;
  std::map<Wave, State> states_;
  std::map<Wave, int> sent_;  ///< readers who were sent it
};

}  // namespace tidings::bounce
