// The bulk mode of subscriber_table.hpp: rows gathered, addresses looked up in memory, indexes away.
#include "store/bulk.hpp"
#include "subscriber/address_set.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::subscriber {

struct SubscriberTable::Bulk {
  store::IndexesAway indexes;
  AddressSet known;
  SubscriberId next{};
  SubscriberId not_flushed{};  ///< all rows of subscribers before this one are in their tables
  store::RowBatch subscribers;
  store::RowBatch subscriptions;
  store::RowBatch topics;
  store::RowBatch fields;
  store::RowBatch& consents;
};

SubscriberTable::SubscriberTable(store::Database& database, const Clock& clock)
    : database_(database), clock_(clock), consents_(database), suppressions_(database, clock) {}

SubscriberTable::~SubscriberTable() = default;

Result<void> SubscriberTable::begin_bulk(const store::Transaction& open) {
  TIDINGS_TRY(suppressions_.remember_hashes());
  AddressSet known;
  {
    auto query = database_.prepare("SELECT id, address_key FROM subscribers");
    query.in_portions();
    TIDINGS_TRY(
        query.each([&](const store::Statement& row) { known.add(row.view(1), row.id<SubscriberId>(0)); }));
  }
  TIDINGS_LET(const auto next, store::next_id(database_, open, "subscribers"));
  TIDINGS_LET(auto indexes, store::IndexesAway::take(database_, open, "subscribers"));
  using store::RowBatch;
  bulk_ = std::make_unique<Bulk>(Bulk{
      .indexes = std::move(indexes),
      .known = std::move(known),
      .next = SubscriberId{next},
      .not_flushed = SubscriberId{next},
      .subscribers =
          RowBatch{database_,
                   "INSERT INTO subscribers (id, address, address_key, name, language, created_ms, timezone)",
                   7},
      .subscriptions =
          RowBatch{database_,
                   "INSERT INTO subscriptions (subscriber_id, digest, state, since_ms, confirmed_ms, "
                   "paused_until_ms)",
                   6},
      .topics = RowBatch{database_, "INSERT INTO subscriber_topics (subscriber_id, topic)", 2},
      .fields = RowBatch{database_, "INSERT INTO subscriber_fields (subscriber_id, field, value)", 3},
      .consents = consents_.begin_bulk()});
  return {};
}

Result<void> SubscriberTable::flush_bulk() {
  if (!bulk_) return {};
  for (auto* const batch :
       {&bulk_->subscribers, &bulk_->subscriptions, &bulk_->topics, &bulk_->fields, &bulk_->consents}) {
    TIDINGS_TRY(batch->flush());
  }
  bulk_->not_flushed = bulk_->next;
  return {};
}

/// Subscribers first, whenever there are a hundred: rows that refer to them may follow at any time.
Result<void> SubscriberTable::flush_hundreds() {
  constexpr auto enough = store::RowBatch::rows_at_once;
  if (bulk_->subscribers.rows() < enough && bulk_->consents.rows() < 10 * enough) return {};
  TIDINGS_TRY(bulk_->subscribers.flush());
  for (auto* const batch : {&bulk_->subscriptions, &bulk_->topics, &bulk_->fields, &bulk_->consents})
    TIDINGS_TRY(batch->flush_hundreds());
  return {};
}

Result<void> SubscriberTable::end_bulk() {
  if (!bulk_) return {};
  TIDINGS_TRY(flush_bulk());
  consents_.end_bulk();
  suppressions_.forget_hashes();
  bulk_->known = {};  // its memory is needed for sorting
  TIDINGS_TRY(bulk_->indexes.rebuild());
  bulk_.reset();
  return {};
}

Result<std::optional<SubscriberId>> SubscriberTable::find_in_bulk(std::string_view key) {
  for (const auto id : bulk_->known.candidates(key)) {
    if (id >= bulk_->not_flushed) TIDINGS_TRY(flush_bulk());
    auto query = database_.prepare("SELECT 1 FROM subscribers WHERE id = :id AND address_key = :key");
    query.bind(":id", id).bind(":key", key);
    TIDINGS_LET(const bool same, query.step());
    if (same) return id;
  }
  return std::nullopt;
}

Result<void> SubscriberTable::load_if_new(const NewSubscriber& wanted, const std::string& key,
                                          AddResult& result) {
  TIDINGS_LET(const auto known, find_in_bulk(key));
  result.created = !known;
  result.id = known.value_or(bulk_->next);
  if (known) return {};
  ++bulk_->next.value;
  bulk_->known.add(key, result.id);
  auto& row = bulk_->subscribers.add(result.id)
                  .add(wanted.address.text())
                  .add(key)
                  .add(wanted.name)
                  .add(wanted.language)
                  .add(clock_.now());
  if (wanted.timezone.empty()) {
    row.add_null();
  } else {
    row.add(wanted.timezone);
  }
  for (const auto& topic : wanted.topics) bulk_->topics.add(result.id).add(topic);
  for (const auto& [name, value] : wanted.fields) {
    if (!value.empty()) bulk_->fields.add(result.id).add(name).add(value);
  }
  return {};
}

void SubscriberTable::load_subscription(SubscriberId id, const Subscription& subscription) {
  auto& row = bulk_->subscriptions.add(id)
                  .add(subscription.digest)
                  .add(name_of(subscription.state))
                  .add(subscription.since);
  for (const auto& time : {subscription.confirmed, subscription.paused_until}) {
    if (time) {
      row.add(*time);
    } else {
      row.add_null();
    }
  }
}

}  // namespace tidings::subscriber
