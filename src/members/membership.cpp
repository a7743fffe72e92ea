#include "members/membership.hpp"

#include <algorithm>
#include <array>

#include "bounce/bounce_table.hpp"
#include "delivery/ledger.hpp"
#include "digest/carry_over.hpp"
#include "digest/late_joins.hpp"
#include "edition/late_joiners.hpp"
#include "members/topics.hpp"
#include "subscriber/confirmation.hpp"
#include "subscriber/consent.hpp"

namespace tidings::members {
namespace {

using subscriber::AddResult;
using subscriber::NewSubscriber;
using subscriber::NoticeKind;
using subscriber::Origin;
using subscriber::Subscriber;
using subscriber::SubscriptionState;

bool has(std::span<const std::string> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::vector<std::string> confirmed_digests(const std::optional<Subscriber>& known) {
  std::vector<std::string> digests;
  if (!known) return digests;
  for (const auto& each : known->subscriptions) {
    if (subscriber::is_kept(each.state)) digests.push_back(each.digest);
  }
  return digests;
}

}  // namespace

Membership::Membership(const config::Context& context)
    : context_(context), table_(context.database, context.clock) {}

Result<void> Membership::notify(SubscriberId id, NoticeKind kind, const std::vector<std::string>& digests) {
  if (digests.empty()) return {};
  TIDINGS_LET(const bool queued,
              subscriber::NoticeTable(context_.database, context_.clock).add(id, kind, digests));
  queued_ = queued_ || queued;
  return {};
}

Result<void> Membership::welcome(SubscriberId id, const std::vector<std::string>& digests) {
  for (const auto& digest : digests) {
    if (!edition::admits_late_joiners(context_.config, digest)) continue;
    TIDINGS_TRY(digest::note_join(context_.database,
                                  {.digest = digest, .subscriber = id, .joined = context_.clock.now()}));
  }
  if (context_.config.web.welcome == config::Welcome::none) return {};
  return notify(id, NoticeKind::welcome, digests);
}

Result<bool> Membership::is_stopped(const Subscriber& known) {
  TIDINGS_LET(const auto address, parse_mail_address(known.address));
  TIDINGS_LET(const auto suppression,
              subscriber::Suppressions(context_.database, context_.clock).lookup(address));
  return suppression && suppression->cause != subscriber::SuppressionCause::erased;
}

Result<std::vector<std::string>> Membership::checked_topics(std::span<const std::string> wanted,
                                                            std::span<const std::string> own) {
  TIDINGS_LET(const auto known, known_topics(context_.config, context_.database));
  std::vector<std::string> topics;
  for (const auto& topic : wanted) {
    if (has(own, topic)) {
      topics.push_back(topic);
      continue;
    }
    TIDINGS_LET(auto checked, subscriber::check_known_topic(topic, known));
    topics.push_back(std::move(checked));
  }
  return topics;
}

// ---- joining
// ---------------------------------------------------------------------------------------------------------

Result<AddResult> Membership::join(NewSubscriber wanted) {
  TIDINGS_LET(auto transaction, context_.database.begin());
  TIDINGS_LET(auto result, join(transaction, std::move(wanted)));
  TIDINGS_TRY(transaction.commit());
  return result;
}

Result<AddResult> Membership::join(const store::Transaction& open, NewSubscriber wanted) {
  TIDINGS_LET(const auto before, table_.find(wanted.address));
  TIDINGS_LET(wanted.topics,
              checked_topics(wanted.topics, before ? before->topics : std::vector<std::string>{}));
  const auto digests = wanted.digests;
  const auto origin = wanted.origin;
  TIDINGS_LET(auto result, table_.add(open, std::move(wanted)));
  if (result.outcome == subscriber::AddOutcome::suppressed) return result;
  if (!result.pending.empty()) {
    TIDINGS_TRY(notify(result.id, NoticeKind::confirm, result.pending));
    return result;
  }
  if (origin == Origin::web) {
    TIDINGS_TRY(notify(result.id, NoticeKind::already, digests));
    return result;
  }
  TIDINGS_LET(const auto after, table_.find(result.id));
  auto fresh = confirmed_digests(after);
  const auto old = confirmed_digests(before);
  std::erase_if(fresh, [&](const auto& digest) { return has(old, digest); });
  TIDINGS_TRY(welcome(result.id, fresh));
  return result;
}

Result<std::optional<Confirmed>> Membership::confirm(std::string_view token, const Way& way) {
  subscriber::Confirmations confirmations{context_.database, context_.clock, context_.random};
  TIDINGS_LET(auto transaction, context_.database.begin());
  TIDINGS_LET(auto redeemed, confirmations.redeem(transaction, token, way.origin, way.detail));
  if (redeemed) {
    TIDINGS_TRY(welcome(redeemed->subscriber, redeemed->digests));
    TIDINGS_TRY(transaction.commit());
    return Confirmed{.subscriber = redeemed->subscriber, .digests = std::move(redeemed->digests)};
  }
  TIDINGS_LET(auto used, confirmations.used(token));
  if (!used) return std::nullopt;
  return Confirmed{.subscriber = used->subscriber, .digests = std::move(used->digests), .before = true};
}

Result<std::vector<std::string>> Membership::confirm(SubscriberId id, std::span<const std::string> digests,
                                                     const Way& way) {
  TIDINGS_LET(auto transaction, context_.database.begin());
  const std::vector<std::string> all{""};
  std::vector<std::string> changed;
  for (const auto& digest : digests.empty() ? std::span<const std::string>{all} : digests) {
    TIDINGS_LET(const auto some, table_.confirm(transaction, id, digest, way.origin, way.detail));
    changed.insert(changed.end(), some.begin(), some.end());
  }
  TIDINGS_TRY(welcome(id, changed));
  TIDINGS_TRY(transaction.commit());
  return changed;
}

// ---- changing
// --------------------------------------------------------------------------------------------------------

Result<Changed> Membership::change(SubscriberId id, const Preferences& preferences, const Way& way) {
  TIDINGS_LET(auto transaction, context_.database.begin());
  TIDINGS_LET(const auto known, table_.find(id));
  if (!known) return fail(Errc::no_input, "there is no such subscriber");
  subscriber::SubscriberChange details{.name = preferences.name,
                                       .language = preferences.language,
                                       .topics = {},
                                       .origin = way.origin,
                                       .detail = way.detail};
  if (preferences.topics) {
    TIDINGS_LET(details.topics, checked_topics(*preferences.topics, known->topics));
  }
  TIDINGS_LET(const bool has_changed, table_.set(transaction, id, details));
  Changed changed;
  if (preferences.digests) {
    TIDINGS_LET(changed, change_digests(transaction, *known, *preferences.digests, way));
  }
  changed.details = has_changed;
  if (preferences.pause && preferences.pause->until) {
    TIDINGS_LET(
        changed.paused,
        table_.pause(transaction, id,
                     {.until = *preferences.pause->until, .origin = way.origin, .detail = way.detail}));
  } else if (preferences.pause) {
    TIDINGS_LET(changed.resumed, resume(transaction, id, way));
  }
  TIDINGS_TRY(transaction.commit());
  return changed;
}

Result<Changed> Membership::change_digests(const store::Transaction& open, const Subscriber& known,
                                           std::span<const std::string> wanted, const Way& way) {
  Changed changed;
  const auto state_of = [&](std::string_view digest) {
    const auto found = std::ranges::find(known.subscriptions, digest, &subscriber::Subscription::digest);
    return found == known.subscriptions.end() ? SubscriptionState::withdrawn : found->state;
  };
  TIDINGS_LET(const bool stopped, is_stopped(known));
  std::vector<std::string> exactly;
  for (const auto& digest : wanted) {
    // Nothing lifts a suppression here; what the person leaves at the same time is left anyway.
    const bool refused = stopped && state_of(digest) == SubscriptionState::withdrawn;
    (refused ? changed.refused : exactly).push_back(digest);
  }
  // A digest missing from the configuration is on no page and cannot be chosen. Off is off.
  for (const auto& each : known.subscriptions) {
    const bool is_away =
        context_.config.find_digest(each.digest) == nullptr && subscriber::is_kept(each.state);
    if (!wanted.empty() && is_away && !has(exactly, each.digest)) exactly.push_back(each.digest);
  }
  TIDINGS_LET(changed.digests, table_.change_digests(open, known.id, exactly, way.origin, way.detail));
  for (const auto& from : changed.digests.left) {
    // The digest room decides whether there is anything to carry over; a pending subscription that ends
    // carries nothing.
    for (const auto& to : changed.digests.joined)
      TIDINGS_TRY(digest::record_change(context_.database, known.id, from, to));
  }
  if (!stopped) TIDINGS_TRY(notify(known.id, NoticeKind::confirm, changed.digests.pending));
  if (context_.config.web.goodbye && exactly.empty())
    TIDINGS_TRY(notify(known.id, NoticeKind::goodbye, changed.digests.left));
  return changed;
}

// ---- pausing
// ---------------------------------------------------------------------------------------------------------

Result<std::vector<std::string>> Membership::pause(SubscriberId id, UtcTime until, const Way& way) {
  TIDINGS_LET(auto transaction, context_.database.begin());
  TIDINGS_LET(auto paused,
              table_.pause(transaction, id, {.until = until, .origin = way.origin, .detail = way.detail}));
  TIDINGS_TRY(transaction.commit());
  return paused;
}

Result<std::vector<std::string>> Membership::resume(SubscriberId id, const Way& way) {
  TIDINGS_LET(auto transaction, context_.database.begin());
  TIDINGS_LET(auto resumed, resume(transaction, id, way));
  TIDINGS_TRY(transaction.commit());
  return resumed;
}

Result<std::vector<std::string>> Membership::resume(const store::Transaction& open, SubscriberId id,
                                                    const Way& way) {
  TIDINGS_LET(auto resumed, table_.resume(open, id, way.origin, way.detail));
  for (const auto& digest : resumed) TIDINGS_TRY(digest::record_resumption(context_.database, id, digest));
  return resumed;
}

// ---- leaving
// ---------------------------------------------------------------------------------------------------------

Result<std::vector<std::string>> Membership::leave(SubscriberId id, std::span<const std::string> digests,
                                                   const Way& way) {
  TIDINGS_LET(auto transaction, context_.database.begin());
  TIDINGS_LET(auto left, leave(transaction, id, digests, way));
  TIDINGS_TRY(transaction.commit());
  return left;
}

Result<std::vector<std::string>> Membership::leave(const store::Transaction& open, SubscriberId id,
                                                   std::span<const std::string> digests, const Way& way) {
  const std::vector<std::string> all{""};
  std::vector<std::string> left;
  for (const auto& digest : digests.empty() ? std::span<const std::string>{all} : digests) {
    TIDINGS_LET(const auto some, table_.unsubscribe(open, id, digest, way.origin, way.detail));
    left.insert(left.end(), some.begin(), some.end());
  }
  if (context_.config.web.goodbye) TIDINGS_TRY(notify(id, NoticeKind::goodbye, left));
  return left;
}

Result<std::vector<std::string>> Membership::leave_by_mail(const store::Transaction& open, SubscriberId id,
                                                           const std::string& digest, const Way& way) {
  if (digest.empty()) return leave(open, id, {}, way);
  TIDINGS_LET(auto left, leave(open, id, std::array{digest}, way));
  if (!left.empty()) return left;
  TIDINGS_LET(const auto history, subscriber::ConsentLog(context_.database).history(id));
  const auto heirs = subscriber::in_place_of(digest, history);
  return heirs.empty() ? std::move(left) : leave(open, id, heirs, way);
}

Result<bool> Membership::erase(SubscriberId id) {
  TIDINGS_LET(auto transaction, context_.database.begin());
  TIDINGS_LET(const bool there, erase(transaction, id));
  TIDINGS_TRY(transaction.commit());
  return there;
}

Result<bool> Membership::erase(const store::Transaction& open, SubscriberId id) {
  TIDINGS_TRY(delivery::Ledger(context_.database, context_.clock).forget_replies(open, id));
  TIDINGS_TRY(bounce::BounceTable(context_.database).forget(id));
  TIDINGS_TRY(digest::forget_changes(context_.database, id));
  TIDINGS_TRY(digest::forget_joins(context_.database, id));
  return table_.erase(open, id);
}

}  // namespace tidings::members
