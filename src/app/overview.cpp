#include "app/overview.hpp"

#include <algorithm>

#include "delivery/delivery_sums.hpp"
#include "digest/edition_table.hpp"
#include "subscriber/consent.hpp"
#include "subscriber/subscriber_table.hpp"
#include "subscriber/suppression.hpp"

namespace tidings::app {
namespace {

constexpr int weeks_shown = 26;
constexpr std::size_t editions_shown = 12;
constexpr int far_enough = 10'000;

using std::chrono::days;

/// The start of the week that holds `now`.
UtcTime monday_before(const Zone& zone, UtcTime now) {
  const auto today = std::chrono::floor<days>(zone.to_local(now));
  const auto since = std::chrono::weekday{today} - std::chrono::Monday;
  return zone.to_utc(LocalTime{today - since});
}

bool was_sent(const digest::Edition& edition) {
  return edition.number.has_value() && edition.state != digest::EditionState::draft &&
         edition.state != digest::EditionState::skipped && edition.state != digest::EditionState::cancelled;
}

}  // namespace

Result<EditionLine> edition_line(store::Database& database, const Clock& clock,
                                 const digest::Edition& edition, int posts) {
  EditionLine line{.edition = edition, .posts = posts, .counts = {}, .left = 0, .history = {}};
  TIDINGS_LET(line.counts, delivery::Ledger(database, clock).counts(edition.id));
  digest::HistoryTable history{database};
  TIDINGS_LET(line.history, history.of(edition.id));
  TIDINGS_LET(const auto sums, delivery::DeliverySums(database, clock).of(edition.id));
  auto left = sums.left;
  if (!sums.since && edition.started) {
    TIDINGS_LET(const auto until, history.next_start(edition));
    TIDINGS_LET(
        left,
        subscriber::ConsentLog(database).left(
            {.edition = edition.id, .digest = edition.digest, .from = *edition.started, .until = until}));
  }
  for (const auto& [how, number] : left) line.left += number;
  return line;
}

Result<std::optional<EditionLine>> line_before(store::Database& database, const Clock& clock,
                                               const digest::Edition& edition) {
  TIDINGS_LET(const auto all, digest::EditionTable(database).list(edition.digest, far_enough));
  for (const auto& each : all) {
    if (!was_sent(each.edition) || !edition.number || *each.edition.number >= *edition.number) continue;
    TIDINGS_LET(auto line, edition_line(database, clock, each.edition, each.posts));
    return std::optional{std::move(line)};
  }
  return std::nullopt;
}

Result<Overview> overview(const config::Context& context) {
  auto& database = context.database;
  const auto& zone = context.config.newsletter.zone;
  Overview out;
  TIDINGS_LET(const auto counts, subscriber::SubscriberTable(database, context.clock).counts());
  out.subscribers = counts.staying;
  const auto first = monday_before(zone, context.clock.now()) - days{7 * (weeks_shown - 1)};
  TIDINGS_LET(const auto acts, subscriber::ConsentLog(database).people_by_week(first));
  TIDINGS_LET(auto bounced, subscriber::Suppressions(database, context.clock).bounced_by_week(first));
  for (int week = 0; week < weeks_shown; ++week) {
    const auto of = [&](subscriber::ConsentEvent event) {
      const auto found = acts.find({week, event});
      return found == acts.end() ? 0 : found->second;
    };
    using Event = subscriber::ConsentEvent;
    out.weeks.push_back({.monday = first + days{7 * week},
                         .joined = of(Event::requested),
                         .confirmed = of(Event::confirmed),
                         .left = of(Event::withdrawn),
                         .bounced = bounced[week]});
  }
  TIDINGS_LET(const auto editions, digest::EditionTable(database).list({}, far_enough));
  for (const auto& each : editions) {
    if (out.editions.size() == editions_shown) break;
    if (!was_sent(each.edition)) continue;
    TIDINGS_LET(auto line, edition_line(database, context.clock, each.edition, each.posts));
    out.editions.push_back(std::move(line));
  }
  return out;
}

}  // namespace tidings::app
