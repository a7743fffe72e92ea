#include "app/source_list.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/units.hpp"
#include "post/post_table.hpp"
#include "post/rhythm.hpp"
#include "source/source_table.hpp"

namespace tidings::app {

Result<std::vector<ListedSource>> list_sources(const config::Config& config, store::Database* database,
                                               UtcTime now) {
  std::vector<source::Source> known;
  if (database != nullptr) {
    TIDINGS_LET(known, source::SourceTable(*database).list());
  }
  std::vector<ListedSource> listed;
  for (const auto& configured : config.sources) {
    auto& one = listed.emplace_back();
    one.source = &configured;
    one.health = "never fetched";
    for (const auto& each : known) {
      if (each.name == configured.spec.name && each.url == configured.spec.url) one.state = each;
    }
    if (database != nullptr) {
      TIDINGS_LET(one.health, source_health(*database, configured, now));
    }
  }
  return listed;
}

Result<std::string> source_health(store::Database& database, const config::SourceConfig& source,
                                  UtcTime now) {
  TIDINGS_LET(const auto state, source::SourceTable(database).find(source.spec.name));
  const bool by_hand = source.spec.kind == source::Kind::manual;
  if (!state || state->url != source.spec.url) return std::string{by_hand ? "by hand" : "never fetched"};
  if (state->gone) return std::string{"gone"};
  if (state->error_streak > 0) return fmt::format("failing ({} in a row)", state->error_streak);
  if (by_hand) return std::string{"by hand"};
  if (!state->last_good) return std::string{"never fetched"};
  TIDINGS_LET(auto dates, post::PostTable(database).newest_dates(state->id));
  const auto quiet = post::silence(std::move(dates), now);
  if (!quiet) return std::string{"good"};
  return fmt::format("good, but silent for {}, {:.0f} times its usual gap",
                     format_duration(std::chrono::floor<std::chrono::days>(quiet->since)), quiet->times);
}

}  // namespace tidings::app
