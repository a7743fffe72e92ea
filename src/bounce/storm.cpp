#include "bounce/storm.hpp"

namespace tidings::bounce {

Result<int> StormWatch::readers_sent(const BounceEvent& event) {
  if (!event.edition) return 0;
  const std::pair key{event.edition, event.domain};
  if (const auto known = sent_.find(key); known != sent_.end()) return known->second;
  TIDINGS_LET(const int readers, table_.readers_sent(event.domain, event.edition));
  sent_.emplace(key, readers);
  return readers;
}

Result<void> StormWatch::look_afresh(const BounceEvent& event, Domain& domain) {
  ++looks_;
  const auto since = event.at - policy_.storm_window;
  domain = {.at = event.at};
  TIDINGS_LET(domain.hit, table_.readers_hit(event.domain, since, false));
  if (domain.hit < policy_.storm_readers) return {};
  TIDINGS_LET(const int sent, readers_sent(event));
  domain.storm = domain.hit >= sent / 10;
  if (!domain.storm || sent == 0) return {};
  TIDINGS_LET(const int hard, table_.readers_hit(event.domain, since, true));
  domain.hard_too = hard >= policy_.storm_readers && hard > sent / 2;
  return {};
}

Result<StormWatch::Verdict> StormWatch::look(const BounceEvent& event) {
  const auto since = event.at - policy_.storm_window;
  auto& domain = domains_[event.domain];
  Verdict verdict;
  const bool old = event.at - domain.at > policy_.storm_window / 20;
  const bool afresh = old || domain.hit < policy_.storm_readers || ++domain.unseen > domain.hit / 20;
  if (afresh) TIDINGS_TRY(look_afresh(event, domain));
  verdict.hit = domain.hit + domain.unseen;
  verdict.storm = domain.storm && (event.kind == "soft" || domain.hard_too);
  if (afresh && domain.storm) {
    TIDINGS_LET(verdict.lifted, table_.discount(event.domain, since, domain.hard_too));
  } else if (verdict.storm) {
    TIDINGS_TRY(table_.discount_one(event.subscriber, event.domain, since));
    if (event.suppressed) verdict.lifted = {event.subscriber};
  }
  return verdict;
}

}  // namespace tidings::bounce
