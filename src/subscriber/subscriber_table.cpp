#include "subscriber/subscriber_table.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "subscriber/confirmation.hpp"
#include "subscriber/leave_reasons.hpp"
#include "subscriber/notice_table.hpp"
#include "subscriber/time_zone.hpp"

namespace tidings::subscriber {
namespace {

constexpr std::size_t max_name_bytes = 200;

bool has_control(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto c = next_code_point(text, at);
    if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return true;
  }
  return false;
}

Result<std::string> check_line(std::string_view text, std::string_view what) {
  if (!is_valid_utf8(text)) return fail(Errc::bad_data, fmt::format("a {} is not UTF-8", what));
  if (has_control(text))
    return fail(Errc::bad_data, fmt::format("a {} has control characters or line breaks", what));
  auto clean = collapse_blanks(clean_utf8(text));
  if (clean.size() > max_name_bytes) {
    return fail(Errc::bad_data, fmt::format("a {} is longer than {} bytes", what, max_name_bytes));
  }
  return clean;
}

Result<std::vector<std::string>> check_topics(const std::vector<std::string>& topics) {
  std::vector<std::string> checked;
  for (const auto& topic : topics) {
    TIDINGS_LET(auto clean, check_topic(topic));
    checked.push_back(std::move(clean));
  }
  std::ranges::sort(checked);
  checked.erase(std::ranges::unique(checked).begin(), checked.end());
  return checked;
}

Result<NewSubscriber> check_new(NewSubscriber checked, UtcTime now) {
  if (checked.digests.empty()) return fail(Errc::usage, "a subscriber needs at least one digest");
  TIDINGS_LET(checked.name, check_name(checked.name));
  TIDINGS_LET(checked.language, check_language(checked.language));
  TIDINGS_LET(checked.timezone, check_timezone(checked.timezone));
  TIDINGS_LET(checked.topics, check_topics(checked.topics));
  std::ranges::sort(checked.digests);
  checked.digests.erase(std::ranges::unique(checked.digests).begin(), checked.digests.end());
  for (const auto& digest : checked.digests) {
    if (digest.empty()) return fail(Errc::usage, "a digest's name is empty");
  }
  const bool is_paused = checked.state == SubscriptionState::confirmed && checked.paused_until > now;
  if (is_paused) checked.state = SubscriptionState::paused;
  if (!is_paused) checked.paused_until = std::nullopt;
  return checked;
}

ConsentEvent event_of(SubscriptionState state) {
  switch (state) {
    case SubscriptionState::pending: return ConsentEvent::requested;
    case SubscriptionState::confirmed:
    case SubscriptionState::paused: return ConsentEvent::confirmed;
    case SubscriptionState::withdrawn: return ConsentEvent::withdrawn;
  }
  return ConsentEvent::requested;
}

std::optional<std::string> or_null(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional{text};
}

/// An erased person may come back by themselves, but nobody else may bring them back.
bool may_come_back(SuppressionCause cause, const NewSubscriber& wanted) {
  return cause == SuppressionCause::erased && wanted.state == SubscriptionState::pending &&
         (wanted.origin == Origin::web || wanted.origin == Origin::mailto);
}

Result<std::optional<SubscriberId>> id_of_key(store::Database& database, std::string_view key) {
  auto query = database.prepare("SELECT id FROM subscribers WHERE address_key = :key");
  query.bind(":key", key);
  TIDINGS_LET(const bool row, query.step());
  if (!row) return std::nullopt;
  return query.id<SubscriberId>(0);
}

}  // namespace

Result<std::vector<Subscription>> SubscriberTable::subscription_rows(SubscriberId id,
                                                                     std::string_view digest) {
  auto query = database_.prepare(R"(
      SELECT digest, state, since_ms, confirmed_ms, paused_until_ms, answer_by_ms FROM subscriptions
      WHERE subscriber_id = :id AND (:digest = '' OR digest = :digest) ORDER BY digest)");
  query.bind(":id", id).bind(":digest", digest);
  return query.list([now = clock_.now()](const store::Statement& row) -> Result<Subscription> {
    const auto state = subscription_state_of(row.view(1));
    if (!state)
      return fail(Errc::bad_data, "a subscription in the database has an unknown state: " + row.text(1));
    Subscription one{.digest = row.text(0),
                     .state = *state,
                     .since = row.time(2),
                     .confirmed = row.optional_time(3),
                     .paused_until = row.optional_time(4),
                     .answer_by = row.optional_time(5)};
    if (one.paused_until && *one.paused_until <= now) {  // end_pauses() will write it
      one.state = SubscriptionState::confirmed;
      one.paused_until = std::nullopt;
    }
    return one;
  });
}

std::string_view name_of(AddOutcome outcome) {
  switch (outcome) {
    case AddOutcome::added: return "added";
    case AddOutcome::already_there: return "already there";
    case AddOutcome::resubscribed_pending: return "resubscribed, pending";
    case AddOutcome::left: return "left";
    case AddOutcome::suppressed: return "suppressed";
  }
  return "";
}

Result<std::string> check_name(std::string_view text) { return check_line(text, "name"); }

Result<std::string> check_topic(std::string_view text) {
  TIDINGS_LET(auto clean, check_line(text, "topic"));
  if (clean.empty()) return fail(Errc::bad_data, "a topic is empty");
  if (clean.find_first_of(";,") != std::string::npos) {
    return fail(Errc::bad_data, fmt::format("the topic \"{}\" has a semicolon or comma", clean),
                "they separate topics");
  }
  return clean;
}

std::optional<std::string> known_name(std::string_view text, std::span<const std::string> known) {
  const auto exact = std::ranges::find(known, text);
  if (exact != known.end()) return *exact;
  const auto folded = fold_case(collapse_blanks(text));
  const auto alike = std::ranges::find_if(known, [&](const auto& each) { return fold_case(each) == folded; });
  return alike == known.end() ? std::nullopt : std::optional{*alike};
}

Result<std::string> check_known_topic(std::string_view text, std::span<const std::string> known) {
  TIDINGS_LET(auto topic, check_topic(text));
  if (known.empty()) return topic;
  if (auto name = known_name(topic, known)) return *std::move(name);
  auto hint = did_you_mean(topic, known);
  if (hint.empty())
    hint = known.size() <= 12 ? "there is: " + join(known, ", ") : "\"tidings source list\" shows the topics";
  return fail(Errc::bad_data, fmt::format("there is no topic \"{}\"", truncate_utf8(topic, 60)),
              std::move(hint));
}

Result<AddResult> SubscriberTable::add(const NewSubscriber& wanted) {
  TIDINGS_LET(auto transaction, database_.begin());
  TIDINGS_LET(auto result, add(transaction, wanted));
  TIDINGS_TRY(transaction.commit());
  return result;
}

Result<AddResult> SubscriberTable::add(const store::Transaction& /*open*/, NewSubscriber wanted) {
  TIDINGS_LET(const auto checked, check_new(std::move(wanted), clock_.now()));
  const auto key = checked.address.key();
  TIDINGS_LET(const auto suppression, suppressions_.lookup_key(key));
  // A withdrawal is recorded anyway: lifting the suppression later must not bring the subscription back.
  if (suppression && checked.state != SubscriptionState::withdrawn &&
      !may_come_back(suppression->cause, checked)) {
    TIDINGS_LET(const auto known, bulk_ ? find_in_bulk(key) : id_of_key(database_, key));
    return AddResult{
        .outcome = AddOutcome::suppressed, .id = known.value_or(SubscriberId{}), .cause = suppression->cause};
  }
  if (suppression && suppression->cause == SuppressionCause::erased &&
      checked.state == SubscriptionState::withdrawn) {
    return AddResult{.outcome = AddOutcome::suppressed, .cause = suppression->cause};
  }
  return insert_or_join(checked, key);
}

Result<AddResult> SubscriberTable::insert_or_join(const NewSubscriber& wanted, const std::string& key) {
  AddResult result{.outcome = AddOutcome::already_there};
  if (bulk_) {
    TIDINGS_TRY(load_if_new(wanted, key, result));
  } else {
    TIDINGS_TRY(insert_if_new(wanted, key, result));
  }
  if (!result.created) TIDINGS_TRY(fill_in(wanted, result.id));
  for (const auto& digest : wanted.digests) TIDINGS_TRY(join(wanted, digest, result));
  if (bulk_) TIDINGS_TRY(flush_hundreds());
  return result;
}

Result<void> SubscriberTable::insert_if_new(const NewSubscriber& wanted, const std::string& key,
                                            AddResult& result) {
  if (!insert_subscriber_) {
    insert_subscriber_.emplace(database_.prepare(R"(
        INSERT INTO subscribers (address, address_key, name, language, timezone, created_ms)
        VALUES (:address, :key, :name, :language, :timezone, :now)
        ON CONFLICT (address_key) DO NOTHING)"));
  }
  TIDINGS_TRY(insert_subscriber_->bind(":address", wanted.address.text())
                  .bind(":key", key)
                  .bind(":name", wanted.name)
                  .bind(":language", wanted.language)
                  .bind(":timezone", or_null(wanted.timezone))
                  .bind(":now", clock_.now())
                  .run());
  // Without RETURNING, which builds a table for each row, a tenth of an import's time.
  result.created = database_.changes() > 0;
  if (result.created) {
    result.id = SubscriberId{database_.last_insert_id()};
    TIDINGS_TRY(put_topics(result.id, wanted.topics));
    return fill_in_fields(result.id, wanted.fields);
  }
  TIDINGS_LET(const auto known, id_of_key(database_, key));
  if (!known) return fail(Errc::io, "a subscriber vanished within a transaction");
  result.id = *known;
  return {};
}

Result<void> SubscriberTable::fill_in(const NewSubscriber& wanted, SubscriberId id) {
  TIDINGS_TRY(fill_in_fields(id, wanted.fields));
  if (!wanted.timezone.empty()) {
    auto fill =
        database_.prepare("UPDATE subscribers SET timezone = :timezone WHERE id = :id AND timezone IS NULL");
    TIDINGS_TRY(fill.bind(":timezone", wanted.timezone).bind(":id", id).run());
  }
  if (wanted.name.empty() && wanted.language.empty()) return {};
  auto fill = database_.prepare(R"(
      UPDATE subscribers SET name = CASE name WHEN '' THEN :name ELSE name END,
                             language = CASE language WHEN '' THEN :language ELSE language END
      WHERE id = :id AND ((name = '' AND :name <> '') OR (language = '' AND :language <> '')))");
  return fill.bind(":name", wanted.name).bind(":language", wanted.language).bind(":id", id).run();
}

Result<void> SubscriberTable::join(const NewSubscriber& wanted, const std::string& digest,
                                   AddResult& result) {
  std::optional<Subscription> known;
  if (!result.created) {
    TIDINGS_LET(auto rows, subscription_rows(result.id, digest));
    if (!rows.empty()) known = std::move(rows.front());
  }
  if (!known && !result.created && wanted.origin == Origin::import &&
      wanted.state != SubscriptionState::withdrawn) {
    TIDINGS_LET(const bool left, left_before_import(result.id));
    if (left) {
      if (result.outcome == AddOutcome::already_there) result.outcome = AddOutcome::left;
      return {};
    }
  }
  const auto now = clock_.now();
  auto state = wanted.state;
  auto outcome = wanted.state == SubscriptionState::withdrawn ? AddOutcome::left : AddOutcome::added;
  auto confirmed = wanted.state == SubscriptionState::pending ? std::nullopt : wanted.confirmed;
  if (is_kept(state) && !confirmed) confirmed = now;
  if (known) {
    const bool by_themselves = wanted.origin != Origin::import;
    if (known->state == SubscriptionState::withdrawn) {
      if (outcome == AddOutcome::left || !by_themselves) {
        if (result.outcome == AddOutcome::already_there) result.outcome = AddOutcome::left;
        return {};
      }
      state = SubscriptionState::pending;  // whatever the caller claims
      outcome = AddOutcome::resubscribed_pending;
      confirmed = known->confirmed;
    } else if (known->state == state || is_kept(known->state)) {
      if (state == SubscriptionState::withdrawn) {
        confirmed = known->confirmed ? known->confirmed : confirmed;
      } else if (known->state == SubscriptionState::pending && by_themselves) {
        outcome = AddOutcome::already_there;  // asked again: the time to confirm starts anew
      } else {
        if (known->state == SubscriptionState::pending) result.pending.push_back(digest);
        return {};
      }
    }
  }
  if (state == SubscriptionState::pending) result.pending.push_back(digest);
  if (outcome != AddOutcome::already_there && result.outcome != AddOutcome::resubscribed_pending)
    result.outcome = outcome;
  const auto at = is_kept(state)                          ? *confirmed
                  : state == SubscriptionState::withdrawn ? wanted.left.value_or(now)
                                                          : now;
  const Subscription subscription{
      .digest = digest,
      .state = state,
      .since = at,
      .confirmed = confirmed,
      .paused_until = state == SubscriptionState::paused ? wanted.paused_until : std::nullopt};
  if (bulk_ && result.created) {
    load_subscription(result.id, subscription);
  } else {
    TIDINGS_TRY(put_subscription(result.id, subscription));
  }
  return consents_.record(result.id, {.digest = digest,
                                      .event = event_of(state),
                                      .at = at,
                                      .origin = wanted.origin,
                                      .detail = wanted.detail});
}

Result<void> SubscriberTable::begin_import() {
  auto query = database_.prepare("SELECT COALESCE(max(id), 0) FROM subscribers");
  TIDINGS_LET([[maybe_unused]] const bool row, query.step());
  first_of_import_ = SubscriberId{query.integer(0) + 1};
  return {};
}

Result<bool> SubscriberTable::left_before_import(SubscriberId id) {
  if (id >= first_of_import_) return false;
  TIDINGS_LET(const auto rows, subscription_rows(id, {}));
  return !rows.empty() &&
         std::ranges::all_of(rows, [](const auto& row) { return row.state == SubscriptionState::withdrawn; });
}

Result<void> SubscriberTable::put_subscription(SubscriberId id, const Subscription& subscription) {
  if (!put_subscription_) {
    put_subscription_.emplace(database_.prepare(R"(
        INSERT INTO subscriptions (subscriber_id, digest, state, since_ms, confirmed_ms, paused_until_ms, answer_by_ms)
        VALUES (:id, :digest, :state, :since, :confirmed, :paused_until, :answer_by)
        ON CONFLICT (subscriber_id, digest) DO UPDATE
        SET state = excluded.state, since_ms = excluded.since_ms, confirmed_ms = excluded.confirmed_ms,
            paused_until_ms = excluded.paused_until_ms, answer_by_ms = excluded.answer_by_ms)"));
  }
  return put_subscription_->bind(":id", id)
      .bind(":digest", subscription.digest)
      .bind(":state", name_of(subscription.state))
      .bind(":since", subscription.since)
      .bind(":confirmed", subscription.confirmed)
      .bind(":paused_until", subscription.paused_until)
      .bind(":answer_by", subscription.answer_by)
      .run();
}

Result<void> SubscriberTable::put_topics(SubscriberId id, const std::vector<std::string>& topics) {
  for (const auto& topic : topics) {
    auto put = database_.prepare(R"(
        INSERT INTO subscriber_topics (subscriber_id, topic) VALUES (:id, :topic)
        ON CONFLICT (subscriber_id, topic) DO NOTHING)");
    TIDINGS_TRY(put.bind(":id", id).bind(":topic", topic).run());
  }
  return {};
}

Result<void> SubscriberTable::fill_in_fields(SubscriberId id, const Fields& fields) {
  for (const auto& [name, value] : fields) {
    if (value.empty()) continue;
    auto put = database_.prepare(R"(
        INSERT INTO subscriber_fields (subscriber_id, field, value) VALUES (:id, :field, :value)
        ON CONFLICT (subscriber_id, field) DO NOTHING)");
    TIDINGS_TRY(put.bind(":id", id).bind(":field", name).bind(":value", value).run());
  }
  return {};
}

Result<void> SubscriberTable::set_fields(SubscriberId id, const Fields& fields) {
  for (const auto& [name, value] : fields) {
    auto clear =
        database_.prepare("DELETE FROM subscriber_fields WHERE subscriber_id = :id AND field = :field");
    TIDINGS_TRY(clear.bind(":id", id).bind(":field", name).run());
  }
  return fill_in_fields(id, fields);
}

Result<bool> SubscriberTable::set(SubscriberId id, const SubscriberChange& change) {
  TIDINGS_LET(auto transaction, database_.begin());
  TIDINGS_LET(const bool changed, set(transaction, id, change));
  if (changed) TIDINGS_TRY(transaction.commit());
  return changed;
}

Result<bool> SubscriberTable::set(const store::Transaction& /*open*/, SubscriberId id,
                                  const SubscriberChange& change) {
  TIDINGS_LET(const auto known, find(id));
  if (!known) return fail(Errc::no_input, "there is no such subscriber");
  std::vector<std::string> changed;
  auto name = known->name;
  auto language = known->language;
  if (change.name) {
    TIDINGS_LET(name, check_name(*change.name));
  }
  if (change.language) {
    TIDINGS_LET(language, check_language(*change.language));
  }
  auto timezone = known->timezone;
  if (change.timezone) {
    TIDINGS_LET(timezone, check_timezone(*change.timezone));
  }
  if (name != known->name) changed.emplace_back("name");
  if (timezone != known->timezone)
    changed.push_back(fmt::format("time zone {} -> {}", known->timezone, timezone));
  if (language != known->language)
    changed.push_back(fmt::format("language {} -> {}", known->language, language));
  if (!changed.empty()) {
    auto update = database_.prepare(
        "UPDATE subscribers SET name = :name, language = :language, timezone = :timezone WHERE id = :id");
    update.bind(":name", name).bind(":language", language).bind(":timezone", or_null(timezone));
    TIDINGS_TRY(update.bind(":id", id).run());
  }
  if (change.topics) {
    TIDINGS_LET(const auto topics, check_topics(*change.topics));
    if (topics != known->topics) {
      auto clear = database_.prepare("DELETE FROM subscriber_topics WHERE subscriber_id = :id");
      TIDINGS_TRY(clear.bind(":id", id).run());
      TIDINGS_TRY(put_topics(id, topics));
      changed.push_back("topics " + (topics.empty() ? std::string{"all"} : tidings::join(topics, "; ")));
    }
  }
  Fields fields;
  for (const auto& [field, value] : change.fields) {
    const auto old = known->fields.find(field);
    if (value == (old == known->fields.end() ? std::string{} : old->second)) continue;
    fields.emplace(field, value);
    changed.push_back("field " + field);
  }
  TIDINGS_TRY(set_fields(id, fields));
  if (changed.empty()) return false;
  const auto detail =
      tidings::join(changed, ", ") + (change.detail.empty() ? "" : " (" + change.detail + ")");
  TIDINGS_TRY(consents_.record(id, {.digest = {},
                                    .event = ConsentEvent::changed,
                                    .at = clock_.now(),
                                    .origin = change.origin,
                                    .detail = detail}));
  return true;
}

Result<std::vector<std::string>> SubscriberTable::confirm(SubscriberId id, std::string_view digest,
                                                          Origin origin, std::string_view detail) {
  TIDINGS_LET(auto transaction, database_.begin());
  TIDINGS_LET(auto changed, confirm(transaction, id, digest, origin, detail));
  TIDINGS_TRY(transaction.commit());
  return changed;
}

Result<std::vector<std::string>> SubscriberTable::confirm(const store::Transaction& /*open*/, SubscriberId id,
                                                          std::string_view digest, Origin origin,
                                                          std::string_view detail) {
  TIDINGS_LET(const auto known, find(id));
  if (!known) return fail(Errc::no_input, "there is no such subscriber");
  const auto address = stored_address(known->address);
  TIDINGS_LET(const auto suppression, suppressions_.lookup(address));
  if (suppression) {
    return fail(Errc::not_permitted,
                fmt::format("{} is suppressed ({})", known->address, name_of(suppression->cause)),
                "\"tidings suppression remove\" lifts it");
  }
  TIDINGS_LET(const auto rows, subscription_rows(id, digest));
  const auto now = clock_.now();
  std::vector<std::string> changed;
  for (const auto& row : rows) {
    const bool is_new = row.state == SubscriptionState::pending;
    if (!is_new && !row.answer_by) continue;
    TIDINGS_TRY(put_subscription(id, {.digest = row.digest,
                                      .state = is_new ? SubscriptionState::confirmed : row.state,
                                      .since = is_new ? now : row.since,
                                      .confirmed = now,
                                      .paused_until = row.paused_until}));
    TIDINGS_TRY(consents_.record(id, {.digest = row.digest,
                                      .event = ConsentEvent::confirmed,
                                      .at = now,
                                      .origin = origin,
                                      .detail = std::string{detail}}));
    changed.push_back(row.digest);
  }
  return changed;
}

Result<std::vector<std::string>> SubscriberTable::unsubscribe(SubscriberId id, std::string_view digest,
                                                              Origin origin, std::string_view detail) {
  TIDINGS_LET(auto transaction, database_.begin());
  TIDINGS_LET(auto changed, unsubscribe(transaction, id, digest, origin, detail));
  TIDINGS_TRY(transaction.commit());
  return changed;
}

Result<std::vector<std::string>> SubscriberTable::unsubscribe(const store::Transaction& /*open*/,
                                                              SubscriberId id, std::string_view digest,
                                                              Origin origin, std::string_view detail) {
  TIDINGS_LET(const auto rows, subscription_rows(id, digest));
  const auto now = clock_.now();
  std::vector<std::string> changed;
  for (const auto& row : rows) {
    if (row.state == SubscriptionState::withdrawn) continue;
    TIDINGS_TRY(put_subscription(id, {.digest = row.digest,
                                      .state = SubscriptionState::withdrawn,
                                      .since = now,
                                      .confirmed = row.confirmed}));
    TIDINGS_TRY(consents_.record(id, {.digest = row.digest,
                                      .event = ConsentEvent::withdrawn,
                                      .at = now,
                                      .origin = origin,
                                      .detail = std::string{detail}}));
    changed.push_back(row.digest);
  }
  return changed;
}

Result<DigestChange> SubscriberTable::change_digests(const store::Transaction& /*open*/, SubscriberId id,
                                                     std::span<const std::string> digests, Origin origin,
                                                     std::string_view detail) {
  TIDINGS_LET(const auto known, find(id));
  if (!known) return fail(Errc::no_input, "there is no such subscriber");
  TIDINGS_LET(const auto rows, subscription_rows(id, {}));
  const auto now = clock_.now();
  const bool has_consent =
      std::ranges::any_of(rows, [](const Subscription& row) { return is_kept(row.state); });
  std::optional<UtcTime> paused_until;  // a pause is of all that somebody gets
  for (const auto& row : rows) paused_until = std::max(paused_until, row.paused_until);
  const auto with = [detail](const std::string& text) {
    return detail.empty() ? text : text + " (" + std::string{detail} + ")";
  };
  const std::vector<std::string> wanted{digests.begin(), digests.end()};
  DigestChange change;
  for (const auto& row : rows) {
    if (row.state == SubscriptionState::withdrawn || std::ranges::find(wanted, row.digest) != wanted.end())
      continue;
    TIDINGS_TRY(put_subscription(id, {.digest = row.digest,
                                      .state = SubscriptionState::withdrawn,
                                      .since = now,
                                      .confirmed = row.confirmed}));
    const auto to = wanted.empty() ? std::string{"off"} : tidings::join(wanted, "; ");
    TIDINGS_TRY(consents_.record(id, {.digest = row.digest,
                                      .event = ConsentEvent::withdrawn,
                                      .at = now,
                                      .origin = origin,
                                      .detail = with("changed to " + to)}));
    change.left.push_back(row.digest);
  }
  for (const auto& digest : wanted) {
    const auto row = std::ranges::find(rows, digest, &Subscription::digest);
    if (row != rows.end() && is_kept(row->state)) continue;
    const bool waits = row != rows.end() && row->state == SubscriptionState::pending;
    const bool is_in = has_consent && !waits;
    const auto state = !is_in         ? SubscriptionState::pending
                       : paused_until ? SubscriptionState::paused
                                      : SubscriptionState::confirmed;
    const auto confirmed = is_in ? std::optional{now} : row == rows.end() ? std::nullopt : row->confirmed;
    TIDINGS_TRY(put_subscription(id, {.digest = digest,
                                      .state = state,
                                      .since = now,
                                      .confirmed = confirmed,
                                      .paused_until = is_in ? paused_until : std::nullopt}));
    const auto from = waits                 ? std::string{"asked again"}
                      : change.left.empty() ? std::string{"added"}
                                            : "changed from " + tidings::join(change.left, "; ");
    TIDINGS_TRY(consents_.record(
        id, {.digest = digest, .event = event_of(state), .at = now, .origin = origin, .detail = with(from)}));
    (is_in ? change.joined : change.pending).push_back(digest);
  }
  return change;
}

Result<bool> SubscriberTable::erase(SubscriberId id) {
  TIDINGS_LET(auto transaction, database_.begin());
  TIDINGS_LET(const bool there, erase(transaction, id));
  if (there) TIDINGS_TRY(transaction.commit());
  return there;
}

Result<bool> SubscriberTable::erase(const store::Transaction& /*open*/, SubscriberId id) {
  TIDINGS_LET(const auto known, find(id));
  if (!known) return false;
  const auto address = stored_address(known->address);
  TIDINGS_TRY(suppressions_.add_erased(address.key()));
  TIDINGS_TRY(consents_.forget(id));
  TIDINGS_TRY(forget_confirmations(database_, id));
  TIDINGS_TRY(forget_notices(database_, id));
  TIDINGS_TRY(LeaveReasons(database_).forget(id));
  for (const char* const sql : {"DELETE FROM subscriber_topics WHERE subscriber_id = :id",
                                "DELETE FROM subscriber_fields WHERE subscriber_id = :id",
                                "DELETE FROM subscriptions WHERE subscriber_id = :id"}) {
    auto statement = database_.prepare(sql);
    TIDINGS_TRY(statement.bind(":id", id).run());
  }
  auto blank = database_.prepare(R"(
      UPDATE subscribers SET address = '', address_key = :key, name = '', language = '', timezone = NULL, erased_ms = :now WHERE id = :id)");
  TIDINGS_TRY(blank.bind(":key", fmt::format("erased:{}", id.value))
                  .bind(":now", clock_.now())
                  .bind(":id", id)
                  .run());
  return true;
}

Result<std::int64_t> SubscriberTable::expire_pending(UtcTime before) {
  TIDINGS_LET(auto transaction, database_.begin());
  struct Old {
    SubscriberId id;
    std::string digest;
    bool had_left = false;
  };
  std::vector<Old> old;
  {
    auto query = database_.prepare(R"(
        SELECT p.subscriber_id, p.digest,
               EXISTS (SELECT 1 FROM consents c WHERE c.subscriber_id = p.subscriber_id AND c.digest = p.digest
                       AND c.event = 'withdrawn')
        FROM subscriptions p WHERE p.state = 'pending' AND p.since_ms < :before)");
    query.bind(":before", before);
    TIDINGS_TRY(query.each([&](const store::Statement& row) {
      old.push_back({.id = row.id<SubscriberId>(0), .digest = row.text(1), .had_left = row.integer(2) != 0});
    }));
  }
  const auto now = clock_.now();
  for (const auto& one : old) {
    TIDINGS_TRY(consents_.record(one.id, {.digest = one.digest,
                                          .event = ConsentEvent::expired,
                                          .at = now,
                                          .origin = Origin::system,
                                          .detail = {}}));
    auto end = database_.prepare(R"(
        UPDATE subscriptions SET state = 'withdrawn', since_ms = :now WHERE subscriber_id = :id AND digest = :digest)");
    auto remove = database_.prepare(R"(
        DELETE FROM subscriptions WHERE subscriber_id = :id AND digest = :digest)");
    if (one.had_left) {
      TIDINGS_TRY(end.bind(":now", now).bind(":id", one.id).bind(":digest", one.digest).run());
      continue;
    }
    TIDINGS_TRY(remove.bind(":id", one.id).bind(":digest", one.digest).run());
    // We may not keep an address that nobody ever confirmed. Its consents go with it.
    auto forget = database_.prepare(R"(
        DELETE FROM subscribers WHERE id = :id
        AND NOT EXISTS (SELECT 1 FROM subscriptions p WHERE p.subscriber_id = :id))");
    TIDINGS_TRY(forget.bind(":id", one.id).run());
  }
  TIDINGS_TRY(transaction.commit());
  return static_cast<std::int64_t>(old.size());
}

}  // namespace tidings::subscriber
