#include "subscriber/export.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "subscriber/import_columns.hpp"

namespace tidings::subscriber {
namespace {

using Json = nlohmann::ordered_json;

constexpr int page_size = 1000;

Json json_of_time(std::optional<UtcTime> time) { return time ? Json(format_rfc3339(*time)) : Json(nullptr); }

Json json_of_text(std::string_view text) { return text.empty() ? Json(nullptr) : Json(text); }

Json json_of(const Suppression& suppression) {
  return {{"cause", name_of(suppression.cause)},
          {"at", format_rfc3339(suppression.at)},
          {"detail", json_of_text(suppression.detail)}};
}

Json json_of(const Subscriber& subscriber, const std::optional<Suppression>& suppression) {
  Json subscriptions = Json::array();
  for (const auto& one : subscriber.subscriptions) {
    subscriptions.push_back({{"digest", one.digest},
                             {"status", name_of(one.state)},
                             {"since", format_rfc3339(one.since)},
                             {"confirmed_at", json_of_time(one.confirmed)},
                             {"paused_until", json_of_time(one.paused_until)},
                             {"answer_by", json_of_time(one.answer_by)}});
  }
  return {{"address", subscriber.address},
          {"name", json_of_text(subscriber.name)},
          {"language", json_of_text(subscriber.language)},
          {"timezone", json_of_text(subscriber.timezone)},
          {"topics", subscriber.topics},
          {"fields", subscriber.fields},
          {"created_at", format_rfc3339(subscriber.created)},
          {"subscriptions", std::move(subscriptions)},
          {"suppressed", suppression ? json_of(*suppression) : Json(nullptr)}};
}

/// A subscription's valid confirmation; not the earlier one of a subscription that is pending again.
std::optional<UtcTime> confirmation_of(const Subscription& one) {
  return one.state == SubscriptionState::pending ? std::nullopt : one.confirmed;
}

std::optional<UtcTime> leaving_of(const Subscription& one) {
  return one.state == SubscriptionState::withdrawn ? std::optional{one.since} : std::nullopt;
}

std::string text_of(std::optional<UtcTime> time) { return time ? format_rfc3339(*time) : std::string{}; }

/// What of a list is wanted.
struct Shape {
  const SubscriberFilter& filter;
  const std::vector<std::string>& fields;
};

/// One line for each different (status, confirmed_at, left_at, paused_until), in the order in which they
/// appear.
void append_lines(std::string& out, const Subscriber& subscriber,
                  const std::optional<Suppression>& suppression, const Shape& shape) {
  const auto& filter = shape.filter;
  const auto append = [&](std::vector<std::string_view> columns) {
    for (const auto& name : shape.fields) {
      const auto field = subscriber.fields.find(name);
      columns.push_back(field == subscriber.fields.end() ? std::string_view{} : field->second);
    }
    append_csv(out, columns);
  };
  const auto topics = join(subscriber.topics, ";");
  std::vector<const Subscription*> open;
  for (const auto& one : subscriber.subscriptions) {
    const bool wanted = (!filter.state || one.state == *filter.state) &&
                        (filter.digest.empty() || one.digest == filter.digest);
    if (wanted) open.push_back(&one);
  }
  while (!open.empty()) {
    const auto& first = *open.front();
    std::vector<std::string> digests;
    std::erase_if(open, [&](const Subscription* one) {
      const bool same = one->state == first.state && confirmation_of(*one) == confirmation_of(first) &&
                        leaving_of(*one) == leaving_of(first) && one->paused_until == first.paused_until;
      if (same) digests.push_back(one->digest);
      return same;
    });
    const auto digest_list = join(digests, ";");
    const auto confirmed = text_of(confirmation_of(first));
    const auto left = text_of(leaving_of(first));
    const auto paused = text_of(first.paused_until);
    append({subscriber.address, subscriber.name, subscriber.language, digest_list, topics,
            name_of(first.state), confirmed, left, paused, subscriber.timezone});
  }
  // A domain has its own line.
  if (suppression && !suppression->address_key.starts_with('@') && !filter.state) {
    append({subscriber.address, subscriber.name, subscriber.language, "", topics,
            status_word(suppression->cause), "", "", "", subscriber.timezone});
  }
}

bool is_everybody(const SubscriberFilter& filter) {
  return !filter.state && !filter.since && !filter.suppressed_only && filter.digest.empty() &&
         filter.topic.empty() && filter.domain.empty() && filter.text.empty();
}

/// Addresses that must not be mailed although no subscriber has them: whoever moves the list elsewhere needs
/// them too. The erased are known only by a hash of this database and are not exported.
Result<void> export_strangers(SubscriberTable& table, Suppressions& suppressions,
                              const ExportOptions& options, const ExportSink& sink) {
  std::string after;
  for (;;) {
    TIDINGS_LET(const auto page, suppressions.list(std::nullopt, after, page_size));
    std::string out;
    for (const auto& one : page) {
      const bool is_domain = one.address_key.starts_with('@');
      if (!is_domain && one.address_key.find('@') == std::string::npos) continue;
      if (!is_domain) {
        TIDINGS_LET(const auto subscriber, table.find(stored_address(one.address_key)));
        if (subscriber) continue;
      }
      if (options.format == ExportFormat::csv) {
        std::vector<std::string_view> columns{one.address_key,        "", "", "", "",
                                              status_word(one.cause), "", "", "", ""};
        columns.resize(columns.size() + options.fields.size());
        append_csv(out, columns);
      } else {
        out += Json{{"address", one.address_key}, {"name", nullptr},
                    {"language", nullptr},        {"timezone", nullptr},
                    {"topics", Json::array()},    {"fields", Json::object()},
                    {"created_at", nullptr},      {"subscriptions", Json::array()},
                    {"suppressed", json_of(one)}}
                   .dump() +
               "\n";
      }
    }
    if (!out.empty()) TIDINGS_TRY(sink(out));
    if (page.size() < page_size) return {};
    after = page.back().address_key;
  }
}

}  // namespace

Result<std::int64_t> export_subscribers(store::Database& database, const Clock& clock,
                                        const SubscriberFilter& filter, const ExportOptions& options,
                                        const ExportSink& sink) {
  SubscriberTable table{database, clock};
  Suppressions suppressions{database, clock};
  if (options.format == ExportFormat::csv) {
    std::string header =
        "email,name,language,digests,topics,status,confirmed_at,left_at,paused_until,timezone";
    for (const auto& name : options.fields) header += "," + name;
    TIDINGS_TRY(sink(header + "\n"));
  }
  std::int64_t written = 0;
  for (Page page{.limit = page_size};;) {
    TIDINGS_LET(const auto subscribers, table.list(filter, page));
    std::string out;
    for (const auto& subscriber : subscribers) {
      const auto address = stored_address(subscriber.address);
      TIDINGS_LET(const auto suppression, suppressions.lookup(address));
      if (options.format == ExportFormat::csv) {
        append_lines(out, subscriber, suppression, {.filter = filter, .fields = options.fields});
      } else {
        out += json_of(subscriber, suppression).dump() + "\n";
      }
    }
    written += static_cast<std::int64_t>(subscribers.size());
    if (!out.empty()) TIDINGS_TRY(sink(out));
    if (subscribers.size() < page_size) break;
    page.after = subscribers.back().id;
  }
  if (is_everybody(filter)) TIDINGS_TRY(export_strangers(table, suppressions, options, sink));
  return written;
}

Result<std::string> export_one(store::Database& database, const Clock& clock, const MailAddress& address) {
  SubscriberTable table{database, clock};
  Suppressions suppressions{database, clock};
  TIDINGS_LET(const auto subscriber, table.find(address));
  TIDINGS_LET(const auto suppression, suppressions.lookup(address));
  if (!subscriber && !suppression) return fail(Errc::no_input, "no data about " + address.text());
  Json person;
  if (subscriber) {
    person = json_of(*subscriber, suppression);
    Json consents = Json::array();
    TIDINGS_LET(const auto history, ConsentLog{database}.history(subscriber->id));
    for (const auto& one : history) {
      consents.push_back({{"digest", one.digest},
                          {"event", name_of(one.event)},
                          {"at", format_rfc3339(one.at)},
                          {"origin", name_of(one.origin)},
                          {"detail", json_of_text(one.detail)}});
    }
    person["consents"] = std::move(consents);
  } else {
    person = {{"address", address.text()}, {"suppressed", json_of(*suppression)}};
  }
  return person.dump(2) + "\n";
}

}  // namespace tidings::subscriber
