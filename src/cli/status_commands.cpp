// status: show the state of everything on one screen
#include <algorithm>

#include <fmt/format.h>

#include "app/doctor.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/command.hpp"
#include "cli/job_words.hpp"
#include "cli/output.hpp"
#include "delivery/ledger.hpp"
#include "digest/edition_table.hpp"
#include "edition/compose.hpp"
#include "post/post_table.hpp"
#include "sending/clock_guard.hpp"
#include "sending/deliver.hpp"
#include "source/source_table.hpp"
#include "store/instance.hpp"
#include "subscriber/notice_table.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::cli {
namespace {

/// One digest's line: its next run, the result of the newest edition, and what waits for a person.
struct DigestStatus {
  std::string name;
  UtcTime next_run{};
  std::optional<digest::Edition> newest;
  delivery::Counts counts;
  std::optional<UtcTime> next_due;
  std::vector<std::pair<std::string, std::int64_t>> deferred;
  std::vector<std::string> held;
  std::string would;  ///< what "send --due" would now do with it; empty: nothing
  delivery::Ledger::Pace pace;
  std::optional<UtcTime> due;  ///< a run that the next send composes
  std::int64_t subscribers = 0;
  std::int64_t pending = 0;  ///< not yet confirmed
};

Result<DigestStatus> status_of(const config::Config& config, const config::DigestConfig& digest,
                               store::Database& database, const Clock& clock) {
  DigestStatus status;
  status.name = digest.name;
  const auto now = clock.now();
  const auto& zone = config.newsletter.zone;
  digest::EditionTable editions{database};
  delivery::Ledger ledger{database, clock};
  TIDINGS_LET(const auto list, editions.list(digest.name, 1));
  if (!list.empty()) {
    status.newest = list.front().edition;
    TIDINGS_LET(status.counts, ledger.counts(status.newest->id));
    TIDINGS_LET(status.next_due, ledger.next_due(status.newest->id));
    TIDINGS_LET(status.deferred, ledger.deferred_by_reason(status.newest->id));
    if (status.counts.open() > 0) {
      TIDINGS_LET(status.pace, ledger.pace(status.newest->id));
    }
  }
  TIDINGS_LET(const auto outlook, edition::outlook(config, digest, database, now));
  status.next_run = outlook.next_run;
  if (outlook.due && !outlook.held) {
    status.due = outlook.due->scheduled;
    status.would = fmt::format("compose {}", digest.name);
  }
  if (outlook.due && outlook.held) {
    status.held.push_back(
        fmt::format("the edition of {} is more than {} late; \"tidings send {} --late\" sends it",
                    local_time(zone, outlook.due->scheduled), format_duration(config.delivery.max_lateness),
                    digest.name));
  }
  // Not only the newest: later editions must not hide a waiting one.
  TIDINGS_LET(const auto unfinished, editions.unfinished());
  for (const auto& each : unfinished) {
    if (each.digest != digest.name || !sending::is_held(config, each, now)) continue;
    TIDINGS_LET(const auto open, ledger.next_due(each.id));
    if (open) status.held.push_back(late_in_words(each, zone));
  }
  TIDINGS_LET(const auto drafts, editions.drafts(digest.name));
  for (const auto& each : drafts) {
    const auto name = digest::name_of(each);
    status.held.push_back(fmt::format("{} {}; \"tidings edition approve {}\" approves it", name,
                                      each.reason.empty() ? "waits for approval" : each.reason, name));
  }
  TIDINGS_LET(const auto counts, subscriber::SubscriberTable(database, clock).counts());
  for (const auto& each : counts.digests) {
    if (each.digest != digest.name) continue;
    status.subscribers = each.confirmed;
    status.pending = each.pending;
  }
  return status;
}

Json json_of(const DigestStatus& status) {
  Json deferred = Json::array();
  for (const auto& [reply, count] : status.deferred) deferred.push_back({{"reply", reply}, {"count", count}});
  Json json{{"digest", status.name},        {"next_run", json_time(status.next_run)},
            {"due", json_time(status.due)}, {"subscribers", status.subscribers},
            {"pending", status.pending},    {"held", join(status.held, "; ")}};
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

/// Messages per second in the last minute, and when it will finish at that rate; nothing unless that was just
/// now.
std::string pace(const DigestStatus& status, UtcTime now) {
  const auto& pace = status.pace;
  if (!pace.last || now - *pace.last > std::chrono::minutes{2}) return {};
  const auto began =
      std::max(status.newest->started.value_or(*pace.last), *pace.last - std::chrono::minutes{1});
  const auto seconds = std::max(1.0, static_cast<double>((*pace.last - began).count()) / 1000.0);
  const auto rate = static_cast<double>(pace.in_minute) / seconds;
  const auto left =
      std::chrono::seconds{static_cast<std::int64_t>(static_cast<double>(status.counts.open()) / rate)};
  return fmt::format(", {:.1f}/s, about {} left", rate, format_duration(left));
}

std::string text_of(const DigestStatus& status, const Zone& zone, UtcTime now, std::string_view holder) {
  const auto due = status.due ? fmt::format("due since {}, ", local_time(zone, status.due)) : std::string{};
  const auto pending = status.pending > 0 ? fmt::format("{} pending, ", status.pending) : std::string{};
  std::string out =
      fmt::format("{}: {}, {}{}next run {}\n", status.name, plural(status.subscribers, "subscriber"), pending,
                  due, local_time(zone, status.next_run));
  if (status.newest) {
    const auto& edition = *status.newest;
    const auto& counts = status.counts;
    const auto name =
        edition.number ? fmt::format("#{}", *edition.number) : local_time(zone, edition.scheduled);
    // A started edition counts as being sent only while a process works on it.
    const bool idle = edition.state == digest::EditionState::sending && holder.empty();
    out += fmt::format("  {} {}", name, idle ? "not finished" : digest::name_of(edition.state));
    if (!edition.reason.empty()) out += ": " + printable(edition.reason);
    if (counts.recipients > 0)
      out += fmt::format(", {} of {} sent, {} open{}", counts.sent, counts.recipients, counts.open(),
                         pace(status, now));
    if (counts.failed > 0) out += fmt::format(", {} failed", counts.failed);
    if (counts.in_doubt > 0) out += fmt::format(", {} in doubt", counts.in_doubt);
    if (status.next_due && *status.next_due > now)
      out += fmt::format(", next try {}", local_time(zone, status.next_due));
    out += '\n';
    for (const auto& [reply, count] : status.deferred)
      out += fmt::format("    {} deferred: {}\n", count, printable(reply));
  }
  for (const auto& each : status.held) out += "  held: " + each + "\n";
  return out;
}

/// The configured relays that are paused, refuse or do not answer, as the last run left them.
struct RelayStatus {
  delivery::RelayMemory memory;
  std::string words;
};

std::vector<std::string> relay_names(const config::Config& config) {
  const auto name_of = [](const config::SmtpConfig& smtp) {
    return smtp.local_way == config::LocalWay::none ? smtp.name : smtp.local_path.filename().string();
  };
  std::vector<std::string> names{name_of(config.smtp)};
  for (const auto& each : config.more_relays) names.push_back(name_of(each));
  return names;
}

Result<std::vector<RelayStatus>> relays_of(const config::Config& config, delivery::Ledger& ledger,
                                           UtcTime now) {
  std::vector<RelayStatus> found;
  TIDINGS_LET(const auto known, ledger.relays());
  for (const auto& name : relay_names(config)) {
    RelayStatus status{.memory = {.name = name}, .words = {}};
    for (const auto& each : known) {
      if (each.name == name) status = {.memory = each, .words = in_words(each, config.newsletter.zone, now)};
    }
    found.push_back(std::move(status));
  }
  return found;
}

Json json_of(const RelayStatus& relay, UtcTime now) {
  const auto& memory = relay.memory;
  const bool rests = memory.paused_until && *memory.paused_until > now;
  const auto* const state = relay.words.empty() ? "ready"
                            : memory.refuses()  ? "refuses"
                            : rests             ? "rests"
                                                : "unreachable";
  return {{"name", memory.name},
          {"state", state},
          {"until", rests ? json_time(memory.paused_until) : Json(nullptr)},
          {"error", relay.words.empty() ? "" : memory.last_error}};
}

/// What "send --due" would do now.
Result<std::string> next_job(const config::Config& config, store::Database& database, const Clock& clock,
                             const std::vector<DigestStatus>& digests,
                             const std::vector<RelayStatus>& relays) {
  std::vector<std::string> parts;
  for (const auto& each : digests) {
    if (!each.would.empty()) parts.push_back(each.would);
  }
  delivery::Ledger ledger{database, clock};
  digest::EditionTable editions{database};
  TIDINGS_LET(const auto unfinished, editions.unfinished());
  bool sends = false;
  for (const auto& edition : unfinished) {
    if (sending::is_held(config, edition, clock.now())) continue;
    TIDINGS_LET(const auto due, ledger.due_now(edition.id));
    if (due == 0) continue;
    parts.push_back(fmt::format("send {} to {}", digest::name_of(edition), plural(due, "reader")));
    sends = true;
  }
  if (parts.empty()) return std::string{"nothing"};
  const auto rests = [&](const RelayStatus& each) {
    return each.memory.paused_until && *each.memory.paused_until > clock.now();
  };
  if (sends && std::ranges::all_of(relays, rests)) {
    const auto until = std::ranges::min(relays, {}, [](const RelayStatus& each) {
                         return *each.memory.paused_until;
                       }).memory.paused_until;
    parts.push_back(fmt::format("but only from {}: until then the relay is paused",
                                local_time(config.newsletter.zone, until)));
  }
  return join(parts, ", ");
}

/// The process at work, with what it has sent in the last minute.
std::string at_work(const config::Config& config, const std::vector<DigestStatus>& digests) {
  const auto holder = store::SenderLock::holder(config.store_path);
  if (holder.empty()) return {};
  std::int64_t in_minute = 0;
  for (const auto& each : digests) in_minute += each.pace.in_minute;
  return in_minute > 0 ? fmt::format("{}, {} sent in the last minute", holder, in_minute) : holder;
}

Result<Exit> status(Session& session, const JsonOption& options) {
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  const auto* const config = &context.config;
  auto* const database = &context.database;
  const auto now = session.clock().now();
  delivery::Ledger ledger{*database, session.clock()};
  TIDINGS_LET(const auto relays, relays_of(*config, ledger, now));
  std::vector<DigestStatus> digests;
  for (const auto& digest : config->digests) {
    TIDINGS_LET(auto each, status_of(*config, digest, *database, session.clock()));
    digests.push_back(std::move(each));
  }
  TIDINGS_LET(const auto job, next_job(*config, *database, session.clock(), digests, relays));
  const auto holder = at_work(*config, digests);
  std::string out;
  for (const auto& each : digests)
    out += options.json ? json_line(json_of(each)) : text_of(each, config->newsletter.zone, now, holder);
  TIDINGS_LET(const auto held, ledger.held_in_doubt());
  TIDINGS_LET(const auto sources, source::SourceTable(*database).list());
  TIDINGS_LET(const auto counts, subscriber::SubscriberTable(*database, session.clock()).counts());
  int failing = 0;
  std::string details;
  for (const auto& source : sources) {
    const auto* const configured = config->find_source(source.name);
    if (configured == nullptr) continue;
    if (source.error_streak == 0 && !source.gone) {
      TIDINGS_LET(const auto health, app::source_health(*database, *configured, now));
      if (health.find("silent") != std::string::npos)
        details += fmt::format("  {}: {}\n", source.name, health);
      continue;
    }
    ++failing;
    details += fmt::format("  {}: {}\n", source.name, printable(source.last_error));
  }
  TIDINGS_LET(const auto clock, sending::clock_troubles(context));
  for (const auto& line : clock) details += fmt::format("clock: {} ({})\n", line, sending::clock_hint);
  TIDINGS_LET(const auto floods, post::PostTable(*database).set_aside());
  std::int64_t set_aside = 0;
  for (const auto& flood : floods) {
    const auto source = std::ranges::find(sources, flood.source, &source::Source::id);
    if (source == sources.end()) continue;
    set_aside += flood.posts;
    details += fmt::format(
        "  {0}: {1} set aside on {2}; \"tidings post release --source {0}\" releases them\n", source->name,
        plural(flood.posts, "old post"), local_time(config->newsletter.zone, flood.at));
  }
  subscriber::NoticeTable notices{*database, session.clock()};
  TIDINGS_LET(const auto waiting, notices.open());
  TIDINGS_LET(const auto trouble, notices.trouble());
  if (options.json) {
    Json all = Json::array();
    for (const auto& each : relays) all.push_back(json_of(each, now));
    out += json_line({{"sources", config->sources.size()},
                      {"failing_sources", failing},
                      {"set_aside", set_aside},
                      {"subscribers", counts.staying},
                      {"relays", std::move(all)},
                      {"at_work", holder},
                      {"send_due", job},
                      {"clock", clock},
                      {"notices_open", waiting},
                      {"notices_failing", trouble.failing},
                      {"notices_error", trouble.last_error},
                      {"notices_next_try", json_time(trouble.next_try)}});
  } else {
    out += fmt::format("sources: {}, {} failing\n{}subscribers: {}\n", config->sources.size(), failing,
                       details, counts.staying);
    for (const auto& each : relays) {
      if (!each.words.empty()) out += fmt::format("relay {} {}\n", each.memory.name, each.words);
    }
    digest::EditionTable editions{*database};
    for (const auto& [edition, count] : held) {
      TIDINGS_LET(const auto found, editions.get(edition));
      out += fmt::format(
          "{0}: {1} in doubt; \"tidings delivery resolve {0} [ADDRESS] --sent\" or \"--failed\" decides\n",
          digest::name_of(found), plural(count, "delivery"));
    }
    out +=
        fmt::format("sending: {}\n\"send --due\" now would: {}\n", holder.empty() ? "nobody" : holder, job);
  }
  if (!options.json && waiting > 0) {
    out += fmt::format("confirmation and other mails: {} wait\n", waiting);
    if (trouble.failing > 0) {
      out +=
          fmt::format("  {} failed, next try {}: {}\n", trouble.failing,
                      local_time(config->newsletter.zone, trouble.next_try), printable(trouble.last_error));
    }
  }
  print(out);
  return Exit::done;
}

}  // namespace

void add_status_commands(Command app, Session& session) {
  add_command<JsonOption>(
      app, session, "status", "show the state of everything on one screen",
      [](Command command, JsonOption& options) { add_json(command, options.json); }, status);
}

}  // namespace tidings::cli
