#include "sending/clock_guard.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "delivery/ledger.hpp"
#include "digest/edition_table.hpp"
#include "post/post_table.hpp"
#include "source/source_table.hpp"
#include "store/instance.hpp"

namespace tidings::sending {
namespace {

constexpr const char* sending_fact = "first_real_sending";
constexpr UtcTime earliest = std::chrono::sys_days{std::chrono::year{2020} / 1 / 1};

/// --at, or a rehearsal's.
bool is_made_up(const Clock& clock) { return dynamic_cast<const SystemClock*>(&clock) == nullptr; }

}  // namespace

Result<std::vector<std::string>> clock_troubles(const config::Context& context) {
  auto& database = context.database;
  const auto now = context.clock.now();
  const auto in_words = [&](UtcTime t) { return time_in_words(context.config.newsletter.zone, t); };
  std::vector<std::string> lines;
  TIDINGS_LET(const auto editions, digest::EditionTable(database).from_future(now));
  for (const auto& edition : editions) {
    lines.push_back(fmt::format("edition {} is from the future: it covers until {}", digest::name_of(edition),
                                in_words(edition.period.until)));
  }
  TIDINGS_LET(const auto sources, source::SourceTable(database).list());
  for (const auto& source : sources) {
    if (context.config.find_source(source.name) == nullptr || !source::is_from_future(source, now)) continue;
    lines.push_back(fmt::format("source {} was fetched in the future: at {}", source.name,
                                in_words(source.last_attempt.value_or(now))));
  }
  TIDINGS_LET(const auto posts, post::PostTable(database).count_seen_after(now + clock_slack));
  if (posts > 0) lines.push_back(fmt::format("{} first seen in the future", plural(posts, "post")));
  TIDINGS_LET(const auto deliveries, delivery::Ledger(database, context.clock).count_from_future());
  if (deliveries > 0)
    lines.push_back(fmt::format("{} postponed too far into the future", plural(deliveries, "delivery")));
  return lines;
}

Result<std::vector<std::string>> mend_clock(const config::Context& context) {
  auto& database = context.database;
  const auto now = context.clock.now();
  TIDINGS_LET(const auto lines, clock_troubles(context));
  if (lines.empty()) return lines;
  TIDINGS_LET(auto transaction, database.begin());
  digest::EditionTable editions{database};
  TIDINGS_LET(const auto ahead, editions.from_future(now));
  for (const auto& edition : ahead) TIDINGS_TRY(editions.date_back(edition, now));
  TIDINGS_TRY(source::SourceTable(database).forget_future(now));
  TIDINGS_TRY(post::PostTable(database).seen_at_latest(now));
  TIDINGS_TRY(delivery::Ledger(database, context.clock).forget_future());
  TIDINGS_TRY(transaction.commit());
  return lines;
}

Result<void> allow_work(const config::Context& context) {
  auto& database = context.database;
  const auto& clock = context.clock;
  const auto& zone = context.config.newsletter.zone;
  const auto now = clock.now();
  if (now < earliest) {
    return fail(Errc::try_again,
                fmt::format("the clock says {}; nothing is composed or sent until it is right",
                            time_in_words(zone, now)),
                "set this host's clock; the next run continues");
  }
  if (!is_made_up(clock) || std::chrono::abs(SystemClock{}.now() - now) <= clock_slack) return {};
  TIDINGS_LET(const auto since, store::fact(database, sending_fact));
  if (since.empty()) return {};
  const auto first = parse_rfc3339(since);
  return fail(
      Errc::not_permitted,
      fmt::format("{} has sent real mail since {}: --at would leave editions with wrong times in it",
                  database.place().name(), first ? time_in_words(zone, *first) : since),
      "\"tidings rehearse --from TIME\" works on a copy; status, preview and send --dry-run accept --at");
}

Result<void> note_real_sending(store::Database& database, const Clock& clock) {
  if (is_made_up(clock)) return {};
  TIDINGS_LET(const auto since, store::fact(database, sending_fact));
  return since.empty() ? store::set_fact(database, sending_fact, format_rfc3339(clock.now()))
                       : Result<void>{};
}

Result<void> forget_real_sending(store::Database& database) {
  return store::set_fact(database, sending_fact, "");
}

}  // namespace tidings::sending
