#include "app/failing_sources.hpp"

#include <fmt/format.h>

#include "base/zone.hpp"
#include "source/source_table.hpp"
#include "store/instance.hpp"

namespace tidings::app {
namespace {

using namespace std::chrono_literals;

constexpr auto long_time = 48h;
constexpr int tries_of_a_new_source = 3;
constexpr auto told_again_after = 23h;
/// The fact that says when they were told last.
constexpr std::string_view told_fact = "failing_sources_told";

bool fails_for_long(const source::Source& source, UtcTime now) {
  if (source.gone) return true;
  if (source.error_streak == 0) return false;
  return source.last_good ? now - *source.last_good >= long_time
                          : source.error_streak >= tries_of_a_new_source;
}

Error error_of(const source::Source& source, const Zone& zone) {
  const auto since =
      source.last_good ? "since " + time_in_words(zone, *source.last_good) : "from the beginning";
  return {.code = Errc::unavailable,
          .what = fmt::format("source {} {} {}: {}", source.name, source.gone ? "is gone" : "fails", since,
                              source.last_error),
          .hint = fmt::format("\"tidings source check {}\" reads it now", source.name)};
}

Result<bool> was_told(store::Database& database, UtcTime now) {
  TIDINGS_LET(const auto text, store::fact(database, told_fact));
  const auto told = parse_rfc3339(text);
  return told && *told <= now && now - *told < told_again_after;
}

}  // namespace

Result<std::vector<Error>> failing_sources(const config::Context& context) {
  const auto& config = context.config;
  auto& database = context.database;
  const auto now = context.clock.now();
  std::vector<Error> failing;
  TIDINGS_LET(const auto sources, source::SourceTable(database).list());
  for (const auto& source : sources) {
    const auto* const configured = config.find_source(source.name);
    if (configured == nullptr || configured->spec.kind == source::Kind::manual) continue;
    if (fails_for_long(source, now)) failing.push_back(error_of(source, config.newsletter.zone));
  }
  if (failing.empty()) return failing;
  TIDINGS_LET(const bool told, was_told(database, now));
  if (told) return std::vector<Error>{};
  TIDINGS_TRY(store::set_fact(database, told_fact, format_rfc3339(now)));
  return failing;
}

}  // namespace tidings::app
