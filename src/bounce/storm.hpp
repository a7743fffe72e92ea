// Storms: a provider that refuses many readers within the hour is in trouble, not its readers.
//
// | what came of one wave within `storm_window` | what it does |
// |---|---|
// | reports about fewer than `storm_readers` different readers | nothing: they count |
// | about less than a tenth of those who were sent it | nothing: a large provider always has some full
// mailboxes | | about more | a storm: soft reports of the window count nothing, what they suppressed is taken
// back | | hard ones about more than half of those who were sent it | these too: nobody loses half of all
// mailboxes in an hour |
//
// A wave is what left to one domain within the same `storm_window`, counted from the edition's scheduled
// time. So like is compared with like: an edition that takes ten hours to send has a storm though the nine
// hours before it were calm, and a mailbox that is read once a day has none though a day's worth of reports
// comes within a minute.
//
// Where the reports name no edition, soft ones are a storm by number alone, hard ones never. What is older
// than the window stays as it was. Runs within the caller's transaction; not thread-safe; fails only with the
// store's errors.
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
    bool storm = false;                  ///< the event counts nothing
    int hit = 0;                         ///< readers of the wave within the window, about
    std::vector<SubscriberId> lifted{};  ///< whom reports of the storm have suppressed: to be taken back
  };

  /// After the event was recorded. In a storm it takes back what the window's events have counted.
  [[nodiscard]] Result<Verdict> look(const BounceEvent& event);

  /// How often all events of a wave were counted: it must grow far slower than the events.
  [[nodiscard]] int looks() const { return looks_; }

 private:
  /// What the last look at a wave has found. With many readers hit it is looked at afresh when a twentieth
  /// has come anew or a twentieth of the window is over, so that the cost of n reports grows as n.
  struct State {
    UtcTime at{};
    int hit = 0;
    int unseen = 0;  ///< reports since
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
