// status: how everything stands, on one screen
#include <fmt/format.h>

#include "app/doctor.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "delivery/ledger.hpp"
#include "digest/edition_table.hpp"
#include "source/source_table.hpp"
#include "subscriber/notice_table.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::cli {
namespace {

/// One digest's line: when it runs next, what the newest edition came to, and what waits for a person.
struct DigestStatus {
  std::string name;
  UtcTime next_run{};
  std::optional<digest::Edition> newest;
  delivery::Counts counts;
  std::optional<UtcTime> next_due;
  std::vector<std::pair<std::string, std::int64_t>> deferred;
  std::string held;
  std::int64_t subscribers = 0;
};

Result<DigestStatus> status_of(const app::Config& config, const app::DigestConfig& digest, store::Database& database, const Clock& clock) {
  DigestStatus status;
  status.name = digest.name;
  const auto now = clock.now();
  const auto& zone = config.newsletter.zone;
  status.next_run = digest.schedule.next_run(now, zone);
  digest::EditionTable editions{database};
  delivery::Ledger ledger{database, clock};
  TIDINGS_LET(const auto list, editions.list(digest.name, 1));
  if (!list.empty()) {
    status.newest = list.front().edition;
    TIDINGS_LET(status.counts, ledger.counts(status.newest->id));
    TIDINGS_LET(status.next_due, ledger.next_due(status.newest->id));
    TIDINGS_LET(status.deferred, ledger.deferred_by_reason(status.newest->id));
    const bool unstarted = status.newest->state == digest::EditionState::sealed;
    if (unstarted && digest::too_late(status.newest->promised(), now, config.delivery.max_lateness)) {
      status.held = fmt::format("sealed but not sent in time; \"tidings deliver {}#{} --late\" sends it", digest.name,
                                status.newest->number.value_or(0));
    }
  }
  TIDINGS_LET(const auto history, editions.history(digest.name));
  if (const auto plan = digest::due_plan(digest.schedule, zone, history, now)) {
    if (digest::lateness(*plan, now, config.delivery.max_lateness) == digest::Lateness::held) {
      status.held = fmt::format("the edition of {} is more than {} late; \"tidings send {} --now\" sends it",
                                local_time(zone, plan->scheduled), format_duration(config.delivery.max_lateness), digest.name);
    }
  }
  TIDINGS_LET(const auto drafts, editions.drafts(digest.name));
  for (const auto& each : drafts) {
    if (!status.held.empty()) status.held += "; ";
    const auto name = digest::name_of(each);
    status.held += fmt::format("{} {}; \"tidings edition approve {}\" lets it go", name, each.reason.empty() ? "waits for approval" : each.reason, name);
  }
  TIDINGS_LET(const auto counts, subscriber::SubscriberTable(database, clock).counts());
  for (const auto& each : counts.digests) {
    if (each.digest == digest.name) status.subscribers = each.confirmed;
  }
  return status;
}

Json json_of(const DigestStatus& status) {
  Json deferred = Json::array();
  for (const auto& [reply, count] : status.deferred) deferred.push_back({{"reply", reply}, {"count", count}});
  Json json{{"digest", status.name}, {"next_run", json_time(status.next_run)}, {"subscribers", status.subscribers}, {"held", status.held}};
  if (!status.newest) {
    json["edition"] = nullptr;
    return json;
  }
  const auto& counts = status.counts;
  json["edition"] = {{"number", status.newest->number ? Json(*status.newest->number) : Json(nullptr)},
                     {"state", digest::name_of(status.newest->state)},
                     {"scheduled", json_time(status.newest->scheduled)},
                     {"reason", status.newest->reason},
                     {"recipients", counts.recipients},
                     {"sent", counts.sent},
                     {"open", counts.open()},
                     {"failed", counts.failed},
                     {"in_doubt", counts.in_doubt},
                     {"suppressed", counts.suppressed},
                     {"next_due", json_time(status.next_due)},
                     {"deferred", std::move(deferred)}};
  return json;
}

/// Messages a second since the edition began, and when it will be through at that rate.
std::string pace(const DigestStatus& status, UtcTime now) {
  if (!status.newest->started || status.counts.sent == 0 || status.counts.open() == 0) return {};
  const auto seconds = std::max(1.0, static_cast<double>((now - *status.newest->started).count()) / 1000.0);
  const auto rate = static_cast<double>(status.counts.sent) / seconds;
  const auto left = std::chrono::seconds{static_cast<std::int64_t>(static_cast<double>(status.counts.open()) / rate)};
  return fmt::format(", {:.1f}/s, about {} left", rate, format_duration(left));
}

std::string text_of(const DigestStatus& status, const Zone& zone, UtcTime now) {
  std::string out = fmt::format("{}: {}, next run {}\n", status.name, plural(status.subscribers, "subscriber"), local_time(zone, status.next_run));
  if (status.newest) {
    const auto& edition = *status.newest;
    const auto& counts = status.counts;
    const auto name = edition.number ? fmt::format("#{}", *edition.number) : local_time(zone, edition.scheduled);
    out += fmt::format("  {} {}", name, digest::name_of(edition.state));
    if (!edition.reason.empty()) out += ": " + printable(edition.reason);
    if (counts.recipients > 0) out += fmt::format(", {} of {} sent, {} open{}", counts.sent, counts.recipients, counts.open(), pace(status, now));
    if (counts.failed > 0) out += fmt::format(", {} failed", counts.failed);
    if (counts.in_doubt > 0) out += fmt::format(", {} in doubt", counts.in_doubt);
    if (status.next_due && *status.next_due > now) out += fmt::format(", next try {}", local_time(zone, status.next_due));
    out += '\n';
    for (const auto& [reply, count] : status.deferred) out += fmt::format("    {} deferred: {}\n", count, printable(reply));
  }
  if (!status.held.empty()) out += "  held: " + status.held + "\n";
  return out;
}

Result<Exit> status(Session& session, const JsonOption& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(auto* const database, session.database_read_only());
  const auto now = session.clock().now();
  std::string out;
  for (const auto& digest : config->digests) {
    TIDINGS_LET(const auto each, status_of(*config, digest, *database, session.clock()));
    out += options.json ? json_line(json_of(each)) : text_of(each, config->newsletter.zone, now);
  }
  TIDINGS_LET(const auto sources, source::SourceTable(*database).list());
  TIDINGS_LET(const auto counts, subscriber::SubscriberTable(*database, session.clock()).counts());
  int failing = 0;
  std::string details;
  for (const auto& source : sources) {
    const auto* const configured = config->find_source(source.name);
    if (configured == nullptr) continue;
    if (source.error_streak == 0 && !source.gone) {
      TIDINGS_LET(const auto health, app::source_health(*database, *configured, now));
      if (health.find("silent") != std::string::npos) details += fmt::format("  {}: {}\n", source.name, health);
      continue;
    }
    ++failing;
    details += fmt::format("  {}: {}\n", source.name, printable(source.last_error));
  }
  subscriber::NoticeTable notices{*database, session.clock()};
  TIDINGS_LET(const auto waiting, notices.open());
  TIDINGS_LET(const auto trouble, notices.trouble());
  if (options.json) {
    out += json_line({{"sources", config->sources.size()}, {"failing_sources", failing}, {"subscribers", counts.subscribers},
                      {"notices_open", waiting}, {"notices_failing", trouble.failing}, {"notices_error", trouble.last_error},
                      {"notices_next_try", json_time(trouble.next_try)}});
  } else {
    out += fmt::format("sources: {}, {} failing\n{}subscribers: {}\n", config->sources.size(), failing, details, counts.subscribers);
  }
  if (!options.json && waiting > 0) {
    out += fmt::format("confirmation and other mails: {} wait\n", waiting);
    if (trouble.failing > 0) {
      out += fmt::format("  {} failed, next try {}: {}\n", trouble.failing, local_time(config->newsletter.zone, trouble.next_try),
                         printable(trouble.last_error));
    }
  }
  print(out);
  return Exit::done;
}

}  // namespace

void add_status_commands(Command app, Session& session) {
  add_command<JsonOption>(app, session, "status", "how everything stands",
                          [](Command command, JsonOption& options) { add_json(command, options.json); }, status);
}

}  // namespace tidings::cli
