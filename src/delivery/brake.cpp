#include "delivery/brake.hpp"

#include <algorithm>

#include "delivery/refusal_watch.hpp"

namespace tidings::delivery {
namespace {

bool is_refusal(const Outcome& outcome) {
  return outcome.kind == OutcomeKind::permanent && outcome.blame == Blame::address;
}

/// Neither its status nor its words are about a mailbox.
bool names_no_mailbox(const Outcome& refusal) {
  const auto& status = refusal.enhanced;
  return refusal.code >= 500 && refusal.verdict != Verdict::hard && !status.starts_with("5.1.") &&
         !status.starts_with("5.2.") && !status.starts_with("5.4.");
}

}  // namespace

void Brake::Alike::add(const Claim& claim, const Outcome& refusal) {
  keys.push_back(key_of(claim));
  domains.insert(claim.address.substr(claim.address.rfind('@') + 1));
  outcome = refusal;
}

Brake::Brake(std::span<const RelayMemory> relays) {
  for (const auto& relay : relays) {
    auto& known = relays_[relay.name];
    known.works = relay.works;
    known.braked_before = !relay.refused_alike.empty();
  }
}

void Brake::recall(std::span<const Refusal> refusals) {
  for (const auto& each : refusals) {
    if (!is_refusal(each.outcome)) continue;
    auto& relay = relays_[each.relay];
    ++relay.answers;
    relay.refused[words_of_refusal(each.outcome)].add(each.claim, each.outcome);
  }
}

void Brake::soften(std::vector<Settled>& answers) const {
  for (auto& answer : answers) {
    auto& outcome = answer.outcome;
    if (is_refusal(outcome) && !pulled_.empty() &&
        pulled_.contains({answer.relay, words_of_refusal(outcome)})) {
      outcome.kind = OutcomeKind::temporary;
      outcome.blame = Blame::relay;
      outcome.verdict = Verdict::none;
    } else if (is_relay_trouble(outcome) && !concerns_everybody(outcome)) {
      const auto relay = relays_.find(answer.relay);
      if (relay != relays_.end() && (relay->second.works || relay->second.taken > 0))
        outcome.blame = Blame::nobody;
    }
  }
}

void Brake::recorded(std::span<const Settled> answers) {
  for (const auto& answer : answers) {
    auto& relay = relays_[answer.relay];
    ++relay.answers;
    const auto& outcome = answer.outcome;
    if (outcome.kind == OutcomeKind::accepted) {
      ++relay.taken;
    } else if (is_relay_trouble(outcome) && outcome.code / 100 == 5) {
      ++relay.about_us;
      relay.last_about_us = outcome;
    } else if (is_refusal(outcome)) {
      relay.refused[words_of_refusal(outcome)].add(answer.claim, outcome);
    }
  }
}

std::vector<AttemptKey> Brake::pull(const std::string& relay, const std::string& words) {
  pulled_.emplace(relay, words);
  const auto known = relays_.find(relay);
  if (known == relays_.end()) return {};
  const auto alike = known->second.refused.find(words);
  if (alike == known->second.refused.end()) return {};
  return std::exchange(alike->second.keys, {});
}

std::vector<Brake::Found> Brake::at_end() const {
  std::vector<Found> found;
  for (const auto& [name, relay] : relays_) {
    if (relay.taken > 0 || relay.answers == 0 || is_pulled(name)) continue;
    if (relay.about_us == relay.answers && !relay.works) {
      found.push_back({.relay = name, .outcome = relay.last_about_us});
      continue;
    }
    for (const auto& [words, alike] : relay.refused) {
      const auto count = alike.keys.size();
      // Once it has served some, a few refusals are believed, or those of one domain; but not while an
      // earlier run's brake stands.
      const bool few = count < RefusalWatch::nearly_all || alike.domains.size() < 2;
      if (relay.works && !relay.braked_before && few) continue;
      // A relay that has never taken anything is more likely set up wrongly than right about the first
      // reader.
      const bool is_first_word = !relay.works && names_no_mailbox(alike.outcome);
      const auto enough = relay.braked_before || is_first_word ? 1 : fewest;
      if (count < enough || count * 10 < relay.answers * 9) continue;
      found.push_back({.relay = name, .words = words, .outcome = alike.outcome});
    }
  }
  return found;
}

bool Brake::was_asked(const std::string& relay) const {
  const auto known = relays_.find(relay);
  return known != relays_.end() && known->second.answers > 0;
}

bool Brake::is_pulled(const std::string& relay) const {
  return std::any_of(pulled_.begin(), pulled_.end(), [&](const auto& each) { return each.first == relay; });
}

}  // namespace tidings::delivery
