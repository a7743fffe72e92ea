#include "bounce/storm.hpp"

namespace tidings::bounce {

Result<int> StormWatch::readers_sent(const Wave& wave) {
  if (const auto known = sent_.find(wave); known != sent_.end()) return known->second;
  TIDINGS_LET(const int readers, table_.readers_sent(wave));
  sent_.emplace(wave, readers);
  return readers;
}

Result<void> StormWatch::look_afresh(const Wave& wave, UtcTime at, State& state) {
  ++looks_;
  const auto since = at - policy_.storm_window;
  state = {.at = at};
  TIDINGS_LET(state.hit, table_.readers_hit(wave, since, false));
  if (state.hit < policy_.storm_readers) return {};
  TIDINGS_LET(const int sent, readers_sent(wave));
  state.storm = state.hit >= sent / 10;
  if (!state.storm || sent == 0) return {};
  TIDINGS_LET(const int hard, table_.readers_hit(wave, since, true));
  state.hard_too = hard >= policy_.storm_readers && hard > sent / 2;
  return {};
}

Result<StormWatch::Verdict> StormWatch::look(const BounceEvent& event) {
  const auto since = event.at - policy_.storm_window;
  TIDINGS_LET(const auto wave, table_.wave_of(event, policy_.storm_window));
  auto& state = states_[wave];
  Verdict verdict;
  const bool old = event.at - state.at > policy_.storm_window / 20;
  const bool afresh = old || state.hit < policy_.storm_readers || ++state.unseen > state.hit / 20;
  if (afresh) TIDINGS_TRY(look_afresh(wave, event.at, state));
  verdict.hit = state.hit + state.unseen;
  verdict.storm = state.storm && (event.kind == "soft" || state.hard_too);
  if (afresh && state.storm) {
    TIDINGS_LET(verdict.lifted, table_.discount(wave, since, state.hard_too));
  } else if (verdict.storm) {
    TIDINGS_TRY(table_.discount_one(event.subscriber, event.domain, since));
    if (event.suppressed) verdict.lifted = {event.subscriber};
  }
  return verdict;
}

}  // namespace tidings::bounce
