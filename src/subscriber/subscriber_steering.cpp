// The part of subscriber_table.hpp by which people steer: pauses.
#include <algorithm>

#include <fmt/format.h>

#include "subscriber/subscriber_table.hpp"

namespace tidings::subscriber {
namespace {

std::string in_brackets(std::string_view detail) {
  return detail.empty() ? std::string{} : fmt::format(" ({})", detail);
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
  std::vector<SubscriptionKey> ended;
  TIDINGS_TRY(end.each([&](const store::Statement& row) {
    ended.push_back({.subscriber = row.id<SubscriberId>(0), .digest = row.text(1)});
  }));
  for (const auto& one : ended) {
    TIDINGS_TRY(consents_.record(one.subscriber, {.digest = one.digest,
                                                  .event = ConsentEvent::changed,
                                                  .at = now,
                                                  .origin = Origin::system,
                                                  .detail = "the pause is over"}));
  }
  return ended;
}

}  // namespace tidings::subscriber
