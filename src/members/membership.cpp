#include "members/membership.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "bounce/bounce_table.hpp"
#include "delivery/ledger.hpp"
#include "digest/carry_over.hpp"
#include "digest/late_joins.hpp"
#include "edition/late_joiners.hpp"
#include "edition/reader_hours.hpp"
#include "members/topics.hpp"
#include "subscriber/confirmation.hpp"
#include "subscriber/consent.hpp"
#include "subscriber/field.hpp"
#include "subscriber/sync_table.hpp"

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

/// Pending ones too.
std::vector<std::string> digests_on_list(const Subscriber& known) {
  std::vector<std::string> digests;
  for (const auto& each : known.subscriptions) {
    if (each.state != SubscriptionState::withdrawn) digests.push_back(each.digest);
  }
  return digests;
}

std::vector<std::string> pending_digests(const std::optional<Subscriber>& known,
                                         std::span<const std::string> among) {
  std::vector<std::string> digests;
  if (!known) return digests;
  for (const auto& each : known->subscriptions) {
    if (each.state == SubscriptionState::pending && has(among, each.digest)) digests.push_back(each.digest);
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
  TIDINGS_LET(wanted.fields, subscriber::check_fields(wanted.fields, context_.config.fields));
  const auto digests = wanted.digests;
  const auto origin = wanted.origin;
  const bool names_zone = !wanted.timezone.empty();
  TIDINGS_LET(auto result, table_.add(open, std::move(wanted)));
  if (result.outcome == subscriber::AddOutcome::suppressed) return result;
  if (!result.created && names_zone) TIDINGS_TRY(edition::follow_zones(context_, result.id));
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
  TIDINGS_LET(const auto peeked, confirmations.peek(token));
  if (peeked && !peeked->address.empty()) {
    TIDINGS_LET(auto moved, move(transaction, *peeked, way));
    if (!moved) return std::nullopt;
    TIDINGS_TRY(confirmations.use_up(token));
    TIDINGS_TRY(transaction.commit());
    return moved;
  }
  std::vector<std::string> fresh;
  if (peeked) {
    TIDINGS_LET(const auto known, table_.find(peeked->subscriber));
    fresh = pending_digests(known, peeked->digests);
  }
  TIDINGS_LET(auto redeemed, confirmations.redeem(transaction, token, way.origin, way.detail));
  if (redeemed) {
    TIDINGS_TRY(welcome(redeemed->subscriber, fresh));
    TIDINGS_TRY(transaction.commit());
    return Confirmed{.subscriber = redeemed->subscriber, .digests = std::move(redeemed->digests)};
  }
  TIDINGS_LET(auto used, confirmations.used(token));
  if (!used) return std::nullopt;
  return Confirmed{.subscriber = used->subscriber,
                   .digests = std::move(used->digests),
                   .has_moved = !used->address.empty(),
                   .before = true};
}

// ---- moving
// ----------------------------------------------------------------------------------------------------------

Result<MoveAnswer> Membership::ask_to_move(SubscriberId id, const MailAddress& to, const Way& way) {
  TIDINGS_LET(auto transaction, context_.database.begin());
  TIDINGS_LET(const auto known, table_.find(id));
  if (!known) return fail(Errc::no_input, "there is no such subscriber");
  if (stored_address(known->address).key() == to.key()) return MoveAnswer::same;
  const auto digests = digests_on_list(*known);
  subscriber::Suppressions suppressions{context_.database, context_.clock};
  TIDINGS_LET(const auto own, suppressions.lookup(stored_address(known->address)));
  const bool by_hand = own && own->cause == subscriber::SuppressionCause::manual;
  if (digests.empty() || by_hand) return MoveAnswer::refused;
  TIDINGS_LET(const auto there, suppressions.lookup(to));
  if (there && there->cause != subscriber::SuppressionCause::erased) return MoveAnswer::suppressed;
  TIDINGS_LET(const bool queued, subscriber::NoticeTable(context_.database, context_.clock)
                                     .add(id, NoticeKind::move, digests, to.text()));
  if (!queued) return MoveAnswer::too_often;
  TIDINGS_TRY(subscriber::ConsentLog(context_.database)
                  .record(id, {.digest = {},
                               .event = subscriber::ConsentEvent::changed,
                               .at = context_.clock.now(),
                               .origin = way.origin,
                               .detail = fmt::format("asked to move to {} ({})", to.text(), way.detail)}));
  TIDINGS_TRY(transaction.commit());
  queued_ = true;
  return MoveAnswer::asked;
}

Result<std::optional<Confirmed>> Membership::move(const store::Transaction& open,
                                                  const subscriber::Confirmation& confirmation,
                                                  const Way& way) {
  TIDINGS_LET(const auto known, table_.find(confirmation.subscriber));
  const auto to = parse_mail_address(confirmation.address);
  if (!known || !to) return std::nullopt;
  subscriber::Suppressions suppressions{context_.database, context_.clock};
  TIDINGS_LET(const auto there, suppressions.lookup(*to));
  if (there && there->cause != subscriber::SuppressionCause::erased) return std::nullopt;
  if (there) TIDINGS_TRY(suppressions.remove(*to));
  const auto digests = digests_on_list(*known);
  Confirmed confirmed{.subscriber = known->id, .digests = digests, .has_moved = true};
  TIDINGS_LET(const bool moved,
              table_.move(open, known->id, {.to = *to, .origin = way.origin, .detail = way.detail}));
  if (!moved) {
    TIDINGS_LET(confirmed.subscriber, merge(open, *known, *to, way));
    return confirmed;
  }
  const auto fresh = pending_digests(known, confirmation.digests);
  for (const auto& digest : fresh)
    TIDINGS_TRY(table_.confirm(open, known->id, digest, way.origin, way.detail));
  TIDINGS_TRY(table_.answer(known->id, way.origin, way.detail));
  TIDINGS_TRY(welcome(known->id, fresh));
  const auto kept = confirmed_digests(known);
  if (kept.empty()) return confirmed;
  TIDINGS_TRY(subscriber::NoticeTable(context_.database, context_.clock)
                  .add(known->id, NoticeKind::moved, kept, known->address));
  queued_ = true;
  return confirmed;
}

/// Somebody on the list has the address: they get what the other one got, who leaves.
Result<SubscriberId> Membership::merge(const store::Transaction& open, const Subscriber& from,
                                       const MailAddress& to, const Way& way) {
  const auto digests = digests_on_list(from);
  SubscriberId id{};
  if (!digests.empty()) {
    TIDINGS_LET(const auto joined,
                table_.add(open, {.address = to,
                                  .digests = digests,
                                  .origin = way.origin,
                                  .detail = "moved here from another address; " + way.detail}));
    id = joined.id;
    for (const auto& digest : digests) TIDINGS_TRY(table_.confirm(open, id, digest, way.origin, way.detail));
  } else {
    TIDINGS_LET(const auto other, table_.find(to));
    id = other ? other->id : id;
  }
  TIDINGS_TRY(
      table_.unsubscribe(open, from.id, {}, way.origin, "moved to another address that was on the list"));
  return id;
}

// ---- asking once more
// ------------------------------------------------------------------------------------------------

Result<std::int64_t> Membership::ask_again(UtcTime confirmed_before, std::span<const std::string> digests,
                                           DryRun dry_run) {
  TIDINGS_LET(auto transaction, context_.database.begin());
  TIDINGS_LET(
      const auto asked,
      subscriber::NoticeTable(context_.database, context_.clock).ask_again(confirmed_before, digests));
  if (dry_run == DryRun::yes) return asked;
  TIDINGS_TRY(transaction.commit());
  queued_ = queued_ || asked > 0;
  return asked;
}

Result<std::int64_t> Membership::end_unanswered() {
  TIDINGS_LET(auto transaction, context_.database.begin());
  TIDINGS_LET(const auto ended, table_.end_unanswered());
  if (context_.config.web.goodbye) {
    std::map<SubscriberId, std::vector<std::string>> by_person;
    for (const auto& one : ended) by_person[one.subscriber].push_back(one.digest);
    for (const auto& [id, digests] : by_person) TIDINGS_TRY(notify(id, NoticeKind::goodbye, digests));
  }
  TIDINGS_TRY(transaction.commit());
  return static_cast<std::int64_t>(ended.size());
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
                                       .timezone = preferences.timezone,
                                       .topics = {},
                                       .fields = {},
                                       .origin = way.origin,
                                       .detail = way.detail};
  if (preferences.topics) {
    TIDINGS_LET(details.topics, checked_topics(*preferences.topics, known->topics));
  }
  TIDINGS_LET(details.fields, subscriber::check_fields(preferences.fields, context_.config.fields));
  TIDINGS_LET(const bool has_changed, table_.set(transaction, id, details));
  if (has_changed && preferences.timezone) TIDINGS_TRY(edition::follow_zones(context_, id));
  Changed changed;
  if (preferences.digests) {
    TIDINGS_LET(changed, change_digests(transaction, *known, *preferences.digests, way));
  }
  changed.details = has_changed;
  // Whoever says what they want has answered whether they still want it.
  if (way.origin == Origin::web) TIDINGS_TRY(table_.answer(id, way.origin, way.detail));
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

Result<std::vector<std::string>> Membership::undo_leave(SubscriberId id, std::span<const std::string> digests,
                                                        UtcTime since, const Way& way) {
  TIDINGS_LET(auto transaction, context_.database.begin());
  TIDINGS_LET(const auto known, table_.find(id));
  std::vector<std::string> back;
  if (!known) return back;
  TIDINGS_LET(const bool stopped, is_stopped(*known));
  if (stopped) return back;
  for (const auto& each : known->subscriptions) {
    const bool was_left = each.state == SubscriptionState::withdrawn && each.confirmed && each.since >= since;
    if (was_left && (digests.empty() || has(digests, each.digest))) back.push_back(each.digest);
  }
  TIDINGS_TRY(table_.restore(id, back, way.origin, way.detail));
  TIDINGS_TRY(transaction.commit());
  return back;
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
  TIDINGS_TRY(subscriber::forget_synced(context_.database, id));
  return table_.erase(open, id);
}

}  // namespace tidings::members
