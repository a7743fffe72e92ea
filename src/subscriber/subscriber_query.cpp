// The reading half of subscriber_table.hpp: find, list, count, recipients.
#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::subscriber {
namespace {

// The one condition that list() and count() share; every parameter that is not asked for is NULL.
#define TIDINGS_SUBSCRIBER_CONDITION                                                                    \
  " s.erased_ms IS NULL "                                                                               \
  " AND ((:state IS NULL AND :digest IS NULL) "                                                         \
  " OR EXISTS (SELECT 1 FROM subscriptions p WHERE p.subscriber_id = s.id "                             \
  " AND (:digest IS NULL OR p.digest = :digest) AND (:state IS NULL OR :state = CASE "                  \
  " WHEN p.state = 'paused' AND p.paused_until_ms <= :now THEN 'confirmed' ELSE p.state END))) "        \
  " AND (:topic IS NULL OR EXISTS (SELECT 1 FROM subscriber_topics t WHERE t.subscriber_id = s.id AND " \
  "t.topic = :topic)) "                                                                                 \
  " AND (:domain IS NULL OR s.address_key LIKE '%@' || :domain) "                                       \
  " AND (:since IS NULL OR s.created_ms >= :since) "                                                    \
  " AND (:text IS NULL OR lower(s.address) LIKE :text ESCAPE '\\' "                                     \
  " OR instr(:shown, ' ' || s.id || ' ') > 0 "                                                          \
  " OR lower(s.name) LIKE :text ESCAPE '\\') "                                                          \
  " AND (:suppressed = 0 OR EXISTS (SELECT 1 FROM suppressions x WHERE x.address_key IN "               \
  " (s.address_key, '@' || substr(s.address_key, instr(s.address_key, '@') + 1)))) "

std::optional<std::string> if_any(std::string text) {
  return text.empty() ? std::nullopt : std::optional{std::move(text)};
}

/// `%text%` with LIKE's special characters escaped.
std::string like_pattern(std::string_view text) {
  std::string pattern = "%";
  for (const char c : ascii_lower(text)) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

/// The ids, each between blanks, of those whose address holds the text as people write it: "bücher" goes on
/// the wire as "xn--bcher-kva".
Result<std::string> shown_with(store::Database& database, std::string_view text) {
  const auto wanted = fold_case(text);
  auto query = database.prepare(
      "SELECT id, address FROM subscribers WHERE erased_ms IS NULL AND lower(address) LIKE '%@%xn--%'");
  std::string ids = " ";
  for (;;) {
    TIDINGS_LET(const bool row, query.step());
    if (!row) return ids;
    const auto address = query.text(1);
    const auto domain = address.rfind('@') + 1;
    const auto shown =
        address.substr(0, domain) + domain_to_unicode(std::string_view{address}.substr(domain));
    if (fold_case(shown).find(wanted) == std::string::npos) continue;
    ids += fmt::format("{} ", query.integer(0));
  }
}

Result<void> bind_filter(store::Database& database, store::Statement& query, const SubscriberFilter& filter,
                         UtcTime now) {
  std::optional<std::string> domain;
  if (!filter.domain.empty()) {
    TIDINGS_LET(domain, domain_to_ascii(filter.domain));
  }
  std::string shown;
  if (!filter.text.empty()) {
    TIDINGS_LET(shown, shown_with(database, filter.text));
  }
  std::optional<std::string> state;
  if (filter.state) state = name_of(*filter.state);
  query.bind(":state", state)
      .bind(":now", now)
      .bind(":digest", if_any(filter.digest))
      .bind(":topic", if_any(filter.topic))
      .bind(":domain", domain)
      .bind(":since", filter.since)
      .bind(":text", filter.text.empty() ? std::nullopt : std::optional{like_pattern(filter.text)})
      .bind(":shown", shown)
      .bind(":suppressed", filter.suppressed_only ? 1 : 0);
  return {};
}

/// From the columns id, address, name, language, created_ms, moved_ms, timezone.
Subscriber read_subscriber(const store::Statement& query) {
  return {.id = query.id<SubscriberId>(0),
          .address = query.text(1),
          .name = query.text(2),
          .language = query.text(3),
          .timezone = query.is_null(6) ? std::string{} : query.text(6),
          .topics = {},
          .fields = {},
          .created = query.time(4),
          .moved = query.optional_time(5),
          .subscriptions = {}};
}

}  // namespace

Result<void> SubscriberTable::load_details(Subscriber& subscriber) {
  auto topics =
      database_.prepare("SELECT topic FROM subscriber_topics WHERE subscriber_id = :id ORDER BY topic");
  topics.bind(":id", subscriber.id);
  TIDINGS_TRY(topics.each([&](const store::Statement& row) { subscriber.topics.push_back(row.text(0)); }));
  TIDINGS_LET(subscriber.fields, fields_of(database_, subscriber.id));
  TIDINGS_LET(subscriber.subscriptions, subscription_rows(subscriber.id, {}));
  return {};
}

Result<std::optional<Subscriber>> SubscriberTable::read_one(store::Statement& query) {
  TIDINGS_LET(const bool row, query.step());
  if (!row) return std::nullopt;
  auto subscriber = read_subscriber(query);
  TIDINGS_TRY(load_details(subscriber));
  return subscriber;
}

Result<std::optional<Subscriber>> SubscriberTable::find(const MailAddress& address) {
  auto query = database_.prepare(R"(
      SELECT id, address, name, language, created_ms, moved_ms, timezone FROM subscribers WHERE address_key = :key AND erased_ms IS NULL)");
  query.bind(":key", address.key());
  return read_one(query);
}

Result<std::optional<Subscriber>> SubscriberTable::find(SubscriberId id) {
  auto query = database_.prepare(R"(
      SELECT id, address, name, language, created_ms, moved_ms, timezone FROM subscribers WHERE id = :id AND erased_ms IS NULL)");
  query.bind(":id", id);
  return read_one(query);
}

Result<bool> SubscriberTable::has_name(std::string_view name) {
  auto query = database_.prepare("SELECT 1 FROM subscribers WHERE name = :name LIMIT 1");
  return query.bind(":name", name).step();
}

Result<std::optional<Contact>> SubscriberTable::contact(SubscriberId id) {
  auto query = database_.prepare(R"(
      SELECT s.address, s.name, s.language FROM subscribers s
      WHERE s.id = :id AND s.erased_ms IS NULL
      AND NOT EXISTS (SELECT 1 FROM suppressions x WHERE x.address_key IN
                      (s.address_key, '@' || substr(s.address_key, instr(s.address_key, '@') + 1))))");
  query.bind(":id", id);
  TIDINGS_LET(const bool row, query.step());
  if (!row) return std::nullopt;
  return Contact{.id = id, .address = query.text(0), .name = query.text(1), .language = query.text(2)};
}

Result<std::vector<Subscriber>> SubscriberTable::list(const SubscriberFilter& filter, const Page& page) {
  auto query = database_.prepare(
      "SELECT s.id, s.address, s.name, s.language, s.created_ms, s.moved_ms, s.timezone FROM subscribers s "
      "WHERE s.id > :after AND" TIDINGS_SUBSCRIBER_CONDITION " ORDER BY s.id LIMIT :limit");
  TIDINGS_TRY(bind_filter(database_, query, filter, clock_.now()));
  query.bind(":after", page.after).bind(":limit", page.limit);
  TIDINGS_LET(auto found, query.list(read_subscriber));
  for (auto& subscriber : found) TIDINGS_TRY(load_details(subscriber));
  return found;
}

Result<std::int64_t> SubscriberTable::count(const SubscriberFilter& filter) {
  auto query = database_.prepare("SELECT count(*) FROM subscribers s WHERE" TIDINGS_SUBSCRIBER_CONDITION);
  TIDINGS_TRY(bind_filter(database_, query, filter, clock_.now()));
  TIDINGS_TRY(query.step());
  return query.integer(0);
}

#undef TIDINGS_SUBSCRIBER_CONDITION

Result<SubscriberCounts> SubscriberTable::counts() {
  SubscriberCounts counts;
  auto people = database_.prepare("SELECT count(*), count(erased_ms) FROM subscribers");
  TIDINGS_TRY(people.step());
  counts.erased = people.integer(1);
  counts.subscribers = people.integer(0) - counts.erased;
  auto staying =
      database_.prepare("SELECT count(DISTINCT subscriber_id) FROM subscriptions WHERE state <> 'withdrawn'");
  TIDINGS_TRY(staying.step());
  counts.staying = staying.integer(0);
  // Subscriptions by their index alone, and suppressions from the shorter side: a join of a million takes 20
  // times as long.
  auto states = database_.prepare("SELECT digest, state, count(*) FROM subscriptions GROUP BY digest, state");
  TIDINGS_TRY(states.each([&](const store::Statement& row) {
    if (counts.digests.empty() || counts.digests.back().digest != row.view(0)) {
      counts.digests.push_back({.digest = row.text(0)});
    }
    auto& digest = counts.digests.back();
    const auto state = row.view(1);
    (state == "pending"     ? digest.pending
     : state == "withdrawn" ? digest.withdrawn
     : state == "paused"    ? digest.paused
                            : digest.confirmed) = row.integer(2);
  }));
  auto over = database_.prepare(
      "SELECT digest, count(*) FROM subscriptions WHERE paused_until_ms <= :now GROUP BY digest");
  over.bind(":now", clock_.now());
  TIDINGS_TRY(over.each([&](const store::Statement& row) {
    const auto digest = std::ranges::find(counts.digests, row.view(0), &SubscriptionCounts::digest);
    digest->paused -= row.integer(1);
    digest->confirmed += row.integer(1);
  }));
  auto suppressed = database_.prepare(R"(
      SELECT p.digest, count(*)
      FROM suppressions x CROSS JOIN subscribers s CROSS JOIN subscriptions p
      WHERE s.address_key = x.address_key AND p.subscriber_id = s.id AND p.state = 'confirmed'
      GROUP BY p.digest)");
  auto domains = database_.prepare(R"(
      SELECT p.digest, count(*)
      FROM suppressions x CROSS JOIN subscribers s CROSS JOIN subscriptions p
      WHERE substr(s.address_key, instr(s.address_key, '@') + 1) = substr(x.address_key, 2)
      AND p.subscriber_id = s.id AND p.state = 'confirmed'
      AND x.address_key >= '@' AND x.address_key < 'A'
      AND NOT EXISTS (SELECT 1 FROM suppressions y WHERE y.address_key = s.address_key)
      GROUP BY p.digest)");
  for (auto* const query : {&suppressed, &domains}) {
    TIDINGS_TRY(query->each([&](const store::Statement& row) {
      const auto digest = std::ranges::find(counts.digests, row.view(0), &SubscriptionCounts::digest);
      digest->suppressed += row.integer(1);
      digest->confirmed -= row.integer(1);
    }));
  }
  return counts;
}

namespace {

/// The topics of one subscriber after the other, in ascending order: a walk along the table in step with the
/// caller's. A join would sort the topics of each subscriber again, which takes three times as long for a
/// large list.
class TopicWalk {
 public:
  explicit TopicWalk(store::Database& database)
      : rows_(database.prepare(R"(
      SELECT subscriber_id, topic FROM subscriber_topics
      WHERE subscriber_id >= :first
      ORDER BY subscriber_id, topic)")) {
    rows_.in_portions().bind(":first", 0);
  }

  Result<void> read(SubscriberId reader, std::vector<std::string>& topics) {
    topics.clear();
    for (int passed = 0; at_ && *at_ < reader; ++passed) {
      if (passed == patience) {
        // The digest has few subscribers of this list: look up the next one instead of walking to it.
        rows_.reset();
        rows_.bind(":first", reader);
      }
      TIDINGS_TRY(advance());
    }
    while (at_ == reader) {
      topics.push_back(rows_.text(1));
      TIDINGS_TRY(advance());
    }
    return {};
  }

 private:
  static constexpr int patience = 16;

  Result<void> advance() {
    TIDINGS_LET(const bool row, rows_.step());
    at_ = row ? std::optional{rows_.id<SubscriberId>(0)} : std::nullopt;
    return {};
  }

  store::Statement rows_;
  std::optional<SubscriberId> at_ = SubscriberId{0};  ///< the subscriber of its current row; none at the end
};

}  // namespace

Result<void> SubscriberTable::for_each_recipient(std::string_view digest,
                                                 const std::function<Result<void>(const Recipient&)>& visit) {
  // The index on (digest, state, subscriber_id) gives the order, without sorting.
  auto query = database_.prepare(R"(
      SELECT p.subscriber_id, s.language, s.timezone
      FROM subscriptions p JOIN subscribers s ON s.id = p.subscriber_id
      WHERE p.digest = :digest AND p.state = 'confirmed' AND s.erased_ms IS NULL
      AND NOT EXISTS (SELECT 1 FROM suppressions x WHERE x.address_key IN
                      (s.address_key, '@' || substr(s.address_key, instr(s.address_key, '@') + 1)))
      ORDER BY p.subscriber_id)");
  query.in_portions().bind(":digest", digest);
  TopicWalk topics{database_};
  Recipient recipient;
  return query.each([&](const store::Statement& row) -> Result<void> {
    recipient.id = row.id<SubscriberId>(0);
    recipient.language = row.view(1);
    recipient.timezone = row.is_null(2) ? std::string_view{} : row.view(2);
    TIDINGS_TRY(topics.read(recipient.id, recipient.topics));
    TIDINGS_TRY(visit(recipient));
    return {};
  });
}

Result<Fields> fields_of(store::Database& database, SubscriberId id) {
  auto rows = database.prepare("SELECT field, value FROM subscriber_fields WHERE subscriber_id = :id");
  rows.bind(":id", id);
  Fields fields;
  TIDINGS_TRY(rows.each([&](const store::Statement& row) { fields.emplace(row.text(0), row.text(1)); }));
  return fields;
}

Result<std::vector<FieldValue>> values_of_fields(store::Database& database,
                                                 std::span<const std::string> fields) {
  std::vector<FieldValue> values;
  for (const auto& field : fields) {
    auto rows = database.prepare("SELECT subscriber_id, value FROM subscriber_fields WHERE field = :field");
    rows.bind(":field", field);
    TIDINGS_TRY(rows.each([&](const store::Statement& row) {
      values.push_back({.subscriber = row.id<SubscriberId>(0), .field = field, .value = row.text(1)});
    }));
  }
  std::ranges::sort(values, {}, &FieldValue::subscriber);
  return values;
}

Result<std::vector<std::string>> zones_of(store::Database& database, std::string_view digest) {
  auto rows = database.prepare("SELECT DISTINCT timezone FROM subscribers WHERE timezone IS NOT NULL");
  TIDINGS_LET(auto zones, rows.list([](const store::Statement& row) { return row.text(0); }));
  auto anybody = database.prepare(R"sql(
    SELECT 1 FROM subscribers s JOIN subscriptions p ON p.subscriber_id = s.id
    WHERE s.timezone = :zone AND p.digest = :digest AND p.state = 'confirmed' LIMIT 1)sql");
  std::vector<std::string> used;
  for (auto& zone : zones) {
    TIDINGS_LET(const bool found, anybody.bind(":zone", zone).bind(":digest", digest).step());
    anybody.reset();
    if (found) used.push_back(std::move(zone));
  }
  return used;
}

Result<std::set<std::string>> shared_domains(store::Database& database, int least) {
  auto rows = database.prepare(R"(
    SELECT substr(address_key, instr(address_key, '@') + 1) FROM subscribers
    GROUP BY substr(address_key, instr(address_key, '@') + 1) HAVING count(*) >= :least)");
  rows.bind(":least", least);
  std::set<std::string> domains;
  TIDINGS_TRY(rows.each([&](const store::Statement& row) {
    if (auto domain = row.text(0); domain.find(':') == std::string::npos) domains.insert(std::move(domain));
  }));
  return domains;
}

}  // namespace tidings::subscriber
