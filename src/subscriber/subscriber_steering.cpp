// The part of subscriber_table.hpp by which people steer: pauses, another address, being asked
// once more.
#include <algorithm>

#include <fmt/format.h>

#include "subscriber/subscriber_table.hpp"

namespace tidings::subscriber {
namespace {

std::string in_brackets(std::string_view detail) {
  return detail.empty() ? std::string{} : fmt::format(" ({})", detail);
}

/// Runs `end`, which returns the subscriptions that it has changed; each gets `consent` as its proof.
Result<std::vector<SubscriptionKey>> run_and_record(store::Statement& end, Consent consent,
                                                    ConsentLog& consents) {
  std::vector<SubscriptionKey> ended;
  TIDINGS_TRY(end.each([&](const store::Statement& row) {
    ended.push_back({.subscriber = row.id<SubscriberId>(0), .digest = row.text(1)});
  }));
  for (const auto& one : ended) {
    consent.digest = one.digest;
    TIDINGS_TRY(consents.record(one.subscriber, consent));
  }
  return ended;
}

}  // namespace

Result<std::vector<std::string>> SubscriberTable::pause(const store::Transaction& /*open*/, SubscriberId id,
                                                        const Pause& pause) {
  TIDINGS_LET(const auto known, find(id));
  if (!known) return fail(Errc::no_input, "there is no such subscriber");
  std::vector<std::string> changed;
  for (auto one : known->subscriptions) {
    if (!is_kept(one.state) || one.paused_until == pause.until) continue;
    one.state = SubscriptionState::paused;
    one.paused_until = pause.until;
    TIDINGS_TRY(put_subscription(id, one));
    TIDINGS_TRY(consents_.record(id, {.digest = one.digest,
                                      .event = ConsentEvent::changed,
                                      .at = clock_.now(),
                                      .origin = pause.origin,
                                      .detail = fmt::format("paused until {}{}", format_rfc3339(pause.until),
                                                            in_brackets(pause.detail))}));
    changed.push_back(one.digest);
  }
  return changed;
}

Result<std::vector<std::string>> SubscriberTable::resume(const store::Transaction& /*open*/, SubscriberId id,
                                                         Origin origin, std::string_view detail) {
  TIDINGS_LET(const auto known, find(id));
  if (!known) return fail(Errc::no_input, "there is no such subscriber");
  std::vector<std::string> changed;
  for (auto one : known->subscriptions) {
    if (one.state != SubscriptionState::paused) continue;
    one.state = SubscriptionState::confirmed;
    one.paused_until = std::nullopt;
    TIDINGS_TRY(put_subscription(id, one));
    TIDINGS_TRY(consents_.record(id, {.digest = one.digest,
                                      .event = ConsentEvent::changed,
                                      .at = clock_.now(),
                                      .origin = origin,
                                      .detail = "no longer paused" + in_brackets(detail)}));
    changed.push_back(one.digest);
  }
  return changed;
}

Result<std::vector<SubscriptionKey>> SubscriberTable::end_pauses() {
  const auto now = clock_.now();
  auto end = database_.prepare(R"(
      UPDATE subscriptions SET state = 'confirmed', paused_until_ms = NULL WHERE paused_until_ms <= :now
      RETURNING subscriber_id, digest)");
  end.bind(":now", now);
  return run_and_record(
      end,
      {.event = ConsentEvent::changed, .at = now, .origin = Origin::system, .detail = "the pause is over"},
      consents_);
}

Result<void> SubscriberTable::restore(SubscriberId id, std::span<const std::string> digests, Origin origin,
                                      std::string_view detail) {
  TIDINGS_LET(const auto known, find(id));
  if (!known) return {};
  const auto now = clock_.now();
  for (auto one : known->subscriptions) {
    if (one.state != SubscriptionState::withdrawn || std::ranges::find(digests, one.digest) == digests.end())
      continue;
    one.state = SubscriptionState::confirmed;
    one.since = now;
    TIDINGS_TRY(put_subscription(id, one));
    TIDINGS_TRY(consents_.record(id, {.digest = one.digest,
                                      .event = ConsentEvent::confirmed,
                                      .at = now,
                                      .origin = origin,
                                      .detail = std::string{detail}}));
  }
  return {};
}

Result<bool> SubscriberTable::move(const store::Transaction& /*open*/, SubscriberId id, const Move& move) {
  TIDINGS_LET(const auto known, find(id));
  if (!known) return fail(Errc::no_input, "there is no such subscriber");
  TIDINGS_LET(const auto other, find(move.to));
  if (other && other->id != id) return false;
  // An import of an older list must not bring the old address back beside the new one.
  if (const auto old = parse_mail_address(known->address)) {
    TIDINGS_LET(const auto suppressed, suppressions_.lookup(*old));
    if (!suppressed) TIDINGS_TRY(suppressions_.add_erased(old->key()));
  }
  const auto now = clock_.now();
  auto update = database_.prepare(
      "UPDATE subscribers SET address = :address, address_key = :key, moved_ms = :now WHERE id = :id");
  TIDINGS_TRY(update.bind(":address", move.to.text())
                  .bind(":key", move.to.key())
                  .bind(":now", now)
                  .bind(":id", id)
                  .run());
  TIDINGS_TRY(consents_.record(id, {.digest = {},
                                    .event = ConsentEvent::changed,
                                    .at = now,
                                    .origin = move.origin,
                                    .detail = fmt::format("address {} -> {}{}", known->address,
                                                          move.to.text(), in_brackets(move.detail))}));
  return true;
}

Result<void> SubscriberTable::await_answer(SubscriberId id, std::span<const std::string> digests,
                                           UtcTime answer_by) {
  TIDINGS_LET(const auto known, find(id));
  if (!known) return {};
  for (auto one : known->subscriptions) {
    if (!is_kept(one.state) || std::ranges::find(digests, one.digest) == digests.end()) continue;
    one.answer_by = answer_by;
    TIDINGS_TRY(put_subscription(id, one));
  }
  return {};
}

Result<std::vector<std::string>> SubscriberTable::answer(SubscriberId id, Origin origin,
                                                         std::string_view detail) {
  TIDINGS_LET(const auto known, find(id));
  std::vector<std::string> answered;
  if (!known) return answered;
  const auto now = clock_.now();
  for (auto one : known->subscriptions) {
    if (!one.answer_by) continue;
    one.answer_by = std::nullopt;
    one.confirmed = now;
    TIDINGS_TRY(put_subscription(id, one));
    TIDINGS_TRY(consents_.record(id, {.digest = one.digest,
                                      .event = ConsentEvent::confirmed,
                                      .at = now,
                                      .origin = origin,
                                      .detail = std::string{detail}}));
    answered.push_back(one.digest);
  }
  return answered;
}

Result<std::vector<SubscriptionKey>> SubscriberTable::end_unanswered() {
  const auto now = clock_.now();
  auto end = database_.prepare(R"(
      UPDATE subscriptions
      SET state = 'withdrawn', since_ms = :now, paused_until_ms = NULL, answer_by_ms = NULL
      WHERE answer_by_ms <= :now RETURNING subscriber_id, digest)");
  end.bind(":now", now);
  return run_and_record(end,
                        {.event = ConsentEvent::expired,
                         .at = now,
                         .origin = Origin::system,
                         .detail = "asked once more, no answer came"},
                        consents_);
}

}  // namespace tidings::subscriber
