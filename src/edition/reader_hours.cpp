#include "edition/reader_hours.hpp"

#include "delivery/ledger.hpp"
#include "digest/edition_table.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::edition {
namespace {

Result<std::vector<Zone>> zones_in_use(const config::Config& config, const config::DigestConfig& digest,
                                       store::Database& database) {
  TIDINGS_LET(const auto names, subscriber::zones_of(database, digest.name));
  std::vector<Zone> zones{config.newsletter.zone};
  for (const auto& name : names) {
    if (const auto zone = Zone::find_ignoring_case(name)) zones.push_back(*zone);
  }
  return zones;
}

}  // namespace

Result<std::optional<digest::Plan>> due_plan(const config::Config& config, const config::DigestConfig& digest,
                                             store::Database& database, UtcTime now) {
  const auto& own = config.newsletter.zone;
  TIDINGS_LET(const auto history, digest::EditionTable(database).history(digest.name, now));
  if (!digest.local_time) return digest::due_plan(digest.schedule, own, history, now);
  TIDINGS_LET(const auto zones, zones_in_use(config, digest, database));
  return digest::due_local_plan(digest.schedule, {.own = own, .zones = zones}, history, now);
}

Result<UtcTime> next_run(const config::Config& config, const config::DigestConfig& digest,
                         store::Database& database, UtcTime after) {
  const auto& own = config.newsletter.zone;
  if (!digest.local_time) return digest.schedule.next_run(after, own);
  TIDINGS_LET(const auto zones, zones_in_use(config, digest, database));
  return digest::next_opening(digest.schedule, {.own = own, .zones = zones}, after);
}

Zone zone_of(const config::Config& config, const std::string& timezone) {
  const auto zone = timezone.empty() ? std::nullopt : Zone::find_ignoring_case(timezone);
  return zone.value_or(config.newsletter.zone);
}

UtcTime ReaderHours::in(const std::string& timezone) {
  auto known = known_.find(timezone);
  if (known == known_.end())
    known = known_.emplace(timezone, digest::hour_in(zone_of(config_, timezone), wall_)).first;
  return known->second;
}

Result<void> follow_zones(const config::Context& context, std::optional<SubscriberId> subscriber) {
  TIDINGS_LET(const auto editions, digest::EditionTable(context.database).unfinished());
  delivery::Ledger ledger{context.database, context.clock};
  for (const auto& edition : editions) {
    if (!edition.wall) continue;
    ReaderHours hours{context.config, *edition.wall};
    TIDINGS_LET(const auto waiters, ledger.waiters(edition.id, subscriber));
    for (const auto& each : waiters) {
      const auto due = hours.in(each.timezone);
      if (due != each.due) TIDINGS_TRY(ledger.move_hour(edition.id, each.subscriber, due));
    }
  }
  return {};
}

}  // namespace tidings::edition
