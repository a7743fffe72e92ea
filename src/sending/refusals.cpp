#include "sending/refusals.hpp"

#include <map>
#include <utility>

#include "base/log.hpp"
#include "base/mail_address.hpp"
#include "bounce/bounce_table.hpp"
#include "delivery/journal.hpp"
#include "delivery/ledger.hpp"
#include "delivery/retry.hpp"
#include "subscriber/suppression.hpp"

namespace tidings::sending {
namespace {

using delivery::Refusal;
using ByDomain = std::map<std::pair<EditionId, std::string>, std::vector<const Refusal*>>;

/// Readers of a provider in trouble are tried again by the schedule of retry_delay(), for some 16 hours; then
/// the delivery has failed, and the address is still not suppressed.
constexpr int most_attempts = 8;

std::string domain_of(const std::string& address) { return address.substr(address.rfind('@') + 1); }

/// More than half of a domain at once: nobody loses half of all mailboxes within the hour.
Result<bool> is_storm(const bounce::PolicyOptions& policy, store::Database& database,
                      const ByDomain::value_type& one_domain) {
  const auto& [where, refusals] = one_domain;
  const auto refused = static_cast<int>(refusals.size());
  if (refused < policy.storm_readers) return false;
  bounce::Wave wave{.domain = where.second, .edition = where.first};
  wave.from = refusals.front()->at - policy.storm_window;
  wave.until = refusals.back()->at + policy.storm_window;
  TIDINGS_LET(const int taken, bounce::BounceTable(database).readers_sent(wave));
  return refused > taken;
}

Result<void> suppress(subscriber::Suppressions& suppressions, const Refusal& refusal,
                      JudgedRefusals& judged) {
  if (refusal.claim.address.empty()) return {};  // erased since: suppressed by a hash that knows no bounces
  TIDINGS_LET(const bool added,
              suppressions.add(stored_address(refusal.claim.address),
                               subscriber::SuppressionCause::hard_bounce, refusal.outcome.line()));
  judged.suppressed += static_cast<int>(added);
  return {};
}

}  // namespace

Result<JudgedRefusals> judge_refusals(const bounce::PolicyOptions& policy, store::Database& database,
                                      const Clock& clock) {
  JudgedRefusals judged;
  delivery::Ledger ledger{database, clock};
  TIDINGS_LET(auto transaction, database.begin());
  TIDINGS_LET(const auto refusals, ledger.unjudged());
  ByDomain hard;
  for (const auto& each : refusals) {
    if (each.outcome.verdict != delivery::Verdict::hard || each.claim.address.empty()) continue;
    hard[{each.claim.edition, domain_of(each.claim.address)}].push_back(&each);
  }
  subscriber::Suppressions suppressions{database, clock};
  for (const auto& one_domain : hard) {
    const auto& [where, group] = one_domain;
    TIDINGS_LET(const bool storm, is_storm(policy, database, one_domain));
    if (!storm) {
      for (const auto* const each : group) TIDINGS_TRY(suppress(suppressions, *each, judged));
      continue;
    }
    JudgedRefusals::Storm told{.domain = where.second, .reply = group.front()->outcome.line()};
    for (const auto* const each : group) {
      if (each->claim.attempt >= most_attempts) continue;
      const auto key = delivery::key_of(each->claim);
      TIDINGS_LET(const int count, ledger.take_back_within(
                                       {&key, 1}, clock.now() + delivery::retry_delay(each->claim.attempt)));
      told.readers += count;
    }
    judged.storms.push_back(std::move(told));
  }
  TIDINGS_TRY(ledger.set_judged());
  TIDINGS_TRY(transaction.commit());
  return judged;
}

}  // namespace tidings::sending
