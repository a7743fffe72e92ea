#include "members/roster.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "digest/edition_table.hpp"

namespace tidings::members {

using subscriber::Subscriber;
using subscriber::SubscriberFilter;
using subscriber::SubscriberTable;
using subscriber::Suppressions;
using subscriber::SuppressionTarget;

Result<Subscriber> find_subscriber(store::Database& database, const Clock& clock, std::string_view address) {
  SubscriberTable table{database, clock};
  // Looked for before it is judged: whoever is on the list can be found, whatever is refused today.
  TIDINGS_LET(auto found, table.find(stored_address(trim(address))));
  if (found) return *std::move(found);
  TIDINGS_LET(const auto parsed, parse_mail_address(trim(address)));
  TIDINGS_LET(found, table.find(parsed));
  if (!found) return fail(Errc::no_input, fmt::format("there is no subscriber {}", parsed.text()));
  return *std::move(found);
}

Result<void> check_filter(const config::Context& context, const SubscriberFilter& filter) {
  const auto& digest = filter.digest;
  if (digest.empty() || context.config.find_digest(digest) != nullptr) return {};
  TIDINGS_LET(const auto readers, count_subscribers(context, {.digest = digest}));
  if (readers == 0) TIDINGS_TRY(context.config.digest(digest));
  return {};
}

Result<std::int64_t> count_subscribers(const config::Context& context, const SubscriberFilter& filter) {
  return SubscriberTable(context.database, context.clock).count(filter);
}

Result<std::vector<Subscriber>> list_subscribers(const config::Context& context,
                                                 const SubscriberFilter& filter, subscriber::Page page) {
  return SubscriberTable(context.database, context.clock).list(filter, page);
}

Result<std::optional<subscriber::Suppression>> suppression_of(const config::Context& context,
                                                              const Subscriber& subscriber) {
  // What is not an address today has no key, and cannot be suppressed.
  const auto address = parse_mail_address(subscriber.address);
  if (!address) return std::nullopt;
  return Suppressions(context.database, context.clock).lookup(*address);
}

Result<Story> story_of(const config::Context& context, const MailAddress& address) {
  constexpr int all = 100'000;
  auto& database = context.database;
  Story story;
  TIDINGS_LET(story.subscriber, SubscriberTable(database, context.clock).find(address));
  TIDINGS_LET(story.suppression, Suppressions(database, context.clock).lookup(address));
  if (!story.subscriber && !story.suppression)
    return fail(Errc::no_input, fmt::format("there is no subscriber {}", address.text()));
  if (!story.subscriber) return story;
  const auto id = story.subscriber->id;
  TIDINGS_LET(story.consents, subscriber::ConsentLog(database).history(id));
  digest::EditionTable editions{database};
  TIDINGS_LET(auto rows,
              delivery::Ledger(database, context.clock).list({.subscriber = id, .state = {}, .limit = all}));
  for (auto& row : rows) {
    TIDINGS_LET(const auto edition, editions.get(row.edition));
    story.deliveries.push_back({.edition = digest::name_of(edition), .row = std::move(row)});
  }
  TIDINGS_LET(story.bounces, bounce::BounceTable(database).history(id, all));
  return story;
}

Result<std::vector<subscriber::Suppression>> list_suppressions(const config::Context& context,
                                                               std::string_view after, int limit) {
  return Suppressions(context.database, context.clock).list({}, after, limit);
}

Result<bool> suppress(const config::Context& context, const SuppressionTarget& target,
                      const std::string& detail) {
  return Suppressions(context.database, context.clock)
      .add(target, subscriber::SuppressionCause::manual, detail);
}

Result<bool> lift(const config::Context& context, const SuppressionTarget& target) {
  Suppressions suppressions{context.database, context.clock};
  TIDINGS_LET(const bool removed, suppressions.remove(target));
  TIDINGS_LET(const auto still, suppressions.lookup_key(target.key));
  if (!still || still->address_key == target.key) return removed;
  return fail(
      Errc::not_permitted, fmt::format("{} stays suppressed: all of {} is", target.text, still->address_key),
      fmt::format("\"tidings suppression remove {}\" lifts it for everybody there", still->address_key));
}

}  // namespace tidings::members
