// status: show the state of everything on one screen
#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "app/status.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/command.hpp"
#include "cli/job_words.hpp"
#include "cli/objects.hpp"
#include "cli/output.hpp"
#include "sending/clock_guard.hpp"

namespace tidings::cli {
namespace {

using app::DigestStatus;
using app::Status;

enum class Review { open, over };

/// A draft whose time for review is over has a reason: it is held.
std::vector<std::string> draft_lines(const DigestStatus& status, Review review) {
  std::vector<std::string> lines;
  for (const auto& each : status.drafts) {
    if (each.reason.empty() != (review == Review::open)) continue;
    const auto name = digest::name_of(each);
    lines.push_back(fmt::format("{} {}; \"tidings edition approve {}\" approves it", name,
                                each.reason.empty() ? "waits for approval" : each.reason, name));
  }
  return lines;
}

/// What waits for a person, a line each.
std::vector<std::string> held_lines(const DigestStatus& status, const config::Config& config) {
  const auto& zone = config.newsletter.zone;
  std::vector<std::string> lines;
  if (status.late) {
    lines.push_back(fmt::format("the edition of {} is more than {} late; \"tidings send {} --late\" sends it",
                                local_time(zone, status.late), format_duration(config.delivery.max_lateness),
                                status.name));
  }
  for (const auto& each : status.held) lines.push_back(late_in_words(each, zone));
  for (auto& each : draft_lines(status, Review::over)) lines.push_back(std::move(each));
  return lines;
}

Json json_of(const DigestStatus& status, const config::Config& config) {
  Json deferred = Json::array();
  for (const auto& [reply, count] : status.deferred)
    deferred.push_back({{"reply", reply}, {"delivery_count", count}});
  Json json{{"digest", status.name},
            {"next_run", json_time(status.next_run)},
            {"due", json_time(status.due)},
            {"subscriber_count", status.subscribers},
            {"pending_count", status.pending},
            {"paused_count", status.paused},
            {"held", held_lines(status, config)},
            {"drafts", draft_lines(status, Review::open)},
            {"unfinished", Json::array()},
            {"newest", nullptr}};
  for (const auto& each : status.unfinished) json["unfinished"].push_back(digest::name_of(each.edition));
  if (!status.newest) return json;
  auto newest = edition_object(*status.newest);
  add_counts(newest, status.counts);
  newest["open_count"] = status.counts.open();
  newest["next_due"] = json_time(status.next_due);
  add_waiting(newest, status.waiting);
  newest["deferred"] = std::move(deferred);
  json["newest"] = std::move(newest);
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

/// Whether that is when the next reader's hour comes, and no retry.
bool is_hour(const std::optional<delivery::Ledger::Waiting>& waiting, UtcTime due) {
  return waiting && waiting->next == due;
}

/// A digest, its newest edition, and what waits for a person.
std::vector<Cell> lines_of(const DigestStatus& status, const config::Config& config, UtcTime now,
                           std::string_view sender) {
  std::vector<Cell> lines;
  const auto& zone = config.newsletter.zone;
  const auto due = status.due ? fmt::format("due since {}, ", local_time(zone, status.due)) : std::string{};
  auto others = status.pending > 0 ? fmt::format("{} pending, ", status.pending) : std::string{};
  if (status.paused > 0) others += fmt::format("{} paused, ", status.paused);
  lines.emplace_back(fmt::format("{}: {}, {}{}next run {}", status.name,
                                 plural(status.subscribers, "subscriber"), others, due,
                                 local_time(zone, status.next_run)));
  if (status.newest) {
    const auto& edition = *status.newest;
    const auto& counts = status.counts;
    const auto name =
        edition.number ? fmt::format("#{}", *edition.number) : local_time(zone, edition.scheduled);
    // One that has begun is only being sent while somebody does it.
    const bool idle = edition.state == digest::EditionState::sending && sender.empty();
    auto line = fmt::format("  {} {}", name, idle ? "not finished" : digest::name_of(edition.state));
    if (!edition.reason.empty()) line += ": " + edition.reason;
    if (counts.recipients > 0)
      line += fmt::format(", {} of {} sent, {} open{}", counts.sent, counts.recipients, counts.open(),
                          pace(status, now));
    if (counts.bounced > 0) line += fmt::format(", {} bounced", counts.bounced);
    if (counts.failed > 0) line += fmt::format(", {} failed", counts.failed);
    if (counts.in_doubt > 0) line += fmt::format(", {} in doubt", counts.in_doubt);
    if (status.waiting) line += ", " + in_words(*status.waiting);
    if (status.next_due && *status.next_due > now && !is_hour(status.waiting, *status.next_due))
      line += fmt::format(", next try {}", local_time(zone, status.next_due));
    lines.emplace_back(std::move(line), counts.failed + counts.in_doubt > 0 ? Look::trouble : Look::plain);
    for (const auto& [reply, count] : status.deferred)
      lines.emplace_back(fmt::format("    {} deferred: {}", count, reply));
  }
  for (const auto& [edition, counts, next_due, waiting] : status.unfinished) {
    auto line = fmt::format("  {} not finished, {} of {} sent, {} open", digest::name_of(edition),
                            counts.sent, counts.recipients, counts.open());
    if (waiting) line += ", " + in_words(*waiting);
    if (next_due && *next_due > now && !is_hour(waiting, *next_due))
      line += fmt::format(", next try {}", local_time(zone, next_due));
    lines.emplace_back(std::move(line));
  }
  for (const auto& each : draft_lines(status, Review::open)) lines.emplace_back("  draft: " + each);
  for (const auto& each : held_lines(status, config)) lines.emplace_back("  held: " + each, Look::trouble);
  return lines;
}

bool rests(const delivery::RelayMemory& relay, UtcTime now) {
  return relay.paused_until && *relay.paused_until > now;
}

/// `words`: what there is to say of it; empty: it is ready.
Json json_of(const delivery::RelayMemory& relay, const std::string& words, UtcTime now) {
  const auto* const state = words.empty()       ? "ready"
                            : relay.refuses()   ? "refuses"
                            : rests(relay, now) ? "rests"
                                                : "unreachable";
  return {{"relay", relay.name},
          {"state", state},
          {"until", rests(relay, now) ? json_time(relay.paused_until) : Json(nullptr)},
          {"error", json_text(words.empty() ? "" : relay.last_error)}};
}

/// What "send --due" would do at this moment.
std::string next_job(const Status& status, const Zone& zone, UtcTime now) {
  if (!status.elsewhere.empty()) {
    return fmt::format(
        "refuse: the database last sent mail from elsewhere ({}); \"tidings db adopt\" if that "
        "place is retired",
        status.elsewhere);
  }
  std::vector<std::string> parts;
  for (const auto& each : status.digests) {
    if (each.due) parts.push_back("compose " + each.name);
  }
  for (const auto& [edition, due] : status.to_send)
    parts.push_back(fmt::format("send {} to {}", edition, plural(due, "reader")));
  const auto& trouble = status.notices_trouble;
  const bool notices_due = status.notices_open > trouble.failing ||
                           (trouble.failing > 0 && trouble.next_try && *trouble.next_try <= now);
  if (notices_due) parts.emplace_back("send confirmation and other mails");
  if (parts.empty()) return "nothing";
  const auto rest = [&](const delivery::RelayMemory& each) { return rests(each, now); };
  if (!status.to_send.empty() && std::ranges::all_of(status.relays, rest)) {
    const auto until = std::ranges::min(status.relays, {}, [](const delivery::RelayMemory& each) {
                         return *each.paused_until;
                       }).paused_until;
    parts.push_back(fmt::format("but only from {}: until then the relay is paused", local_time(zone, until)));
  }
  return join(parts, ", ");
}

/// The process at work, with what it has sent in the last minute.
std::string at_work(const Status& status) {
  const auto sending = std::ranges::count_if(status.workers, &delivery::WorkerRow::is_sending);
  if (status.sender.empty()) return sending == 0 ? std::string{} : plural(sending, "worker");
  std::int64_t in_minute = 0;
  for (const auto& each : status.digests) in_minute += each.pace.in_minute;
  return in_minute > 0 ? fmt::format("{}, {} sent in the last minute", status.sender, in_minute)
                       : status.sender;
}

Json json_of(const delivery::WorkerRow& worker) {
  return {{"name", worker.name()},        {"host", worker.host()},     {"since", json_time(worker.since)},
          {"sending", worker.is_sending}, {"sent_count", worker.sent}, {"sent_per_second", worker.rate},
          {"block_count", worker.blocks}};
}

std::string worker_in_words(const delivery::WorkerRow& worker, const Zone& zone) {
  const auto what = worker.is_sending
                        ? fmt::format("{} held, {} a second", plural(worker.blocks, "block"), worker.rate)
                        : std::string{"waits for work"};
  return fmt::format("  {} on {}, since {}: {} sent, {}", worker.name(), worker.host(),
                     local_time(zone, worker.since), worker.sent, what);
}

void add_details(std::vector<Cell>& lines, const Status& status, const Zone& zone) {
  for (const auto& each : status.sources)
    lines.emplace_back(fmt::format("  {}: {}", each.name, each.what), Look::trouble);
  for (const auto& line : status.clock)
    lines.emplace_back(fmt::format("clock: {} ({})", line, sending::clock_hint), Look::trouble);
  for (const auto& flood : status.set_aside) {
    lines.emplace_back(
        fmt::format("  {0}: {1} set aside on {2}; \"tidings post release --source {0}\" releases them",
                    flood.source, plural(flood.posts, "old post"), local_time(zone, flood.at)));
  }
}

std::string json_lines(const Status& status, const config::Config& config, UtcTime now) {
  const auto& zone = config.newsletter.zone;
  std::string out;
  for (const auto& each : status.digests) out += json_line(json_of(each, config));
  Json relays = Json::array();
  for (const auto& each : status.relays) relays.push_back(json_of(each, in_words(each, zone, now), now));
  Json workers = Json::array();
  for (const auto& each : status.workers) workers.push_back(json_of(each));
  Json orphans = Json::array();
  for (const auto& each : status.orphans)
    orphans.push_back({{"digest", each.name}, {"subscriber_count", each.subscribers}});
  std::int64_t set_aside = 0;
  for (const auto& flood : status.set_aside) set_aside += flood.posts;
  return out + json_line({{"digest", nullptr},
                          {"source_count", config.sources.size()},
                          {"failing_source_count", status.failing_sources()},
                          {"set_aside_count", set_aside},
                          {"subscriber_count", status.subscribers},
                          {"relays", std::move(relays)},
                          {"at_work", json_text(at_work(status))},
                          {"workers", std::move(workers)},
                          {"send_due", next_job(status, zone, now)},
                          {"clock", status.clock},
                          {"orphaned_digests", std::move(orphans)},
                          {"notices_open_count", status.notices_open},
                          {"notices_failing_count", status.notices_trouble.failing},
                          {"notices_error", json_text(status.notices_trouble.last_error)},
                          {"notices_next_try", json_time(status.notices_trouble.next_try)}});
}

std::vector<Cell> lines_of(const Status& status, const config::Config& config, UtcTime now) {
  const auto& zone = config.newsletter.zone;
  const auto sender = at_work(status);
  std::vector<Cell> lines;
  for (const auto& each : status.digests)
    std::ranges::move(lines_of(each, config, now, sender), std::back_inserter(lines));
  for (const auto& each : status.orphans)
    lines.emplace_back(fmt::format("{} ({})", each.what(), app::orphaned_digest_hint), Look::trouble);
  lines.emplace_back(fmt::format("sources: {}, {} failing", config.sources.size(), status.failing_sources()));
  add_details(lines, status, zone);
  lines.emplace_back(fmt::format("subscribers: {}", status.subscribers));
  for (const auto& each : status.relays) {
    const auto words = in_words(each, zone, now);
    if (!words.empty()) lines.emplace_back(fmt::format("relay {} {}", each.name, words), Look::trouble);
  }
  for (const auto& [edition, count] : status.in_doubt) {
    lines.emplace_back(
        fmt::format(
            "{0}: {1} in doubt; \"tidings delivery resolve {0} [ADDRESS] --sent\" or \"--failed\" decides",
            edition, plural(count, "delivery")),
        Look::trouble);
  }
  lines.emplace_back(fmt::format("sending: {}", sender.empty() ? "nobody" : sender));
  for (const auto& each : status.workers) lines.emplace_back(worker_in_words(each, zone));
  lines.emplace_back(fmt::format("\"send --due\" now would: {}", next_job(status, zone, now)));
  if (status.notices_open == 0) return lines;
  const auto& trouble = status.notices_trouble;
  lines.emplace_back(fmt::format("confirmation and other mails: {} wait", status.notices_open));
  if (trouble.failing > 0) {
    lines.emplace_back(fmt::format("  {} failed, next try {}: {}", trouble.failing,
                                   local_time(zone, trouble.next_try), trouble.last_error),
                       Look::trouble);
  }
  return lines;
}

struct StatusOptions {
  bool health = false;
};

constexpr std::chrono::hours overdue_after{1};

/// What is due for longer than it should be, in words; empty if nothing is.
std::string overdue_words(const DigestStatus& digest, const Zone& zone, UtcTime now) {
  const auto waits_since = [&](std::optional<UtcTime> since) {
    return since && now - *since > overdue_after;
  };
  if (waits_since(digest.due)) {
    return fmt::format("{} is due since {} and nobody sends it", digest.name, local_time(zone, digest.due));
  }
  // What was never tried is due at any time.
  const auto due = digest.next_due == now ? std::optional{digest.newest->scheduled} : digest.next_due;
  if (digest.counts.open() == 0 || !waits_since(due)) return {};
  return fmt::format("{} has {} due since {} and nobody sends", digest.name,
                     plural(digest.counts.open(), "message"), local_time(zone, due));
}

/// For a container's health check: 69 if no relay or no source is of use, 75 if work is overdue and nobody
/// does it. What waits for a person, such as a draft, is not ill.
Result<Exit> health(const Status& status, const config::Config& config, UtcTime now) {
  const auto& zone = config.newsletter.zone;
  for (const auto& each : status.digests) {
    if (!status.sender.empty() || !held_lines(each, config).empty()) continue;
    if (auto words = overdue_words(each, zone, now); !words.empty()) {
      return fail(Errc::try_again, std::move(words),
                  "is \"tidings send --due\" in cron, or \"tidings run\" at work?");
    }
  }
  std::vector<std::string> relays;
  for (const auto& each : status.relays) relays.push_back(in_words(each, zone, now));
  if (!relays.empty() && std::ranges::none_of(relays, &std::string::empty)) {
    return fail(Errc::unavailable, fmt::format("relay {} {}", status.relays.front().name, relays.front()));
  }
  if (!config.sources.empty() && status.failing_sources() == static_cast<int>(config.sources.size())) {
    return fail(Errc::unavailable, "no source can be read", "\"tidings source list\" tells why");
  }
  std::string next = "no digest";
  if (!status.digests.empty()) {
    const auto first = std::ranges::min_element(status.digests, {}, &DigestStatus::next_run);
    next = fmt::format("{} runs next, {}", first->name, local_time(zone, first->next_run));
  }
  tell({{"healthy", true}, {"what", next}}, "healthy: " + next + "\n");
  return Exit::done;
}

Result<Exit> status(Session& session, const StatusOptions& options) {
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  TIDINGS_LET(const auto status, app::status(context));
  const auto now = context.clock.now();
  if (options.health) return health(status, context.config, now);
  if (form() == Form::json) {
    print(json_lines(status, context.config, now));
  } else {
    print_lines(lines_of(status, context.config, now));
  }
  return Exit::done;
}

}  // namespace

void add_status_commands(Command app, Session& session) {
  add_command<StatusOptions>(
      app, session, "status", "the state of everything on one screen",
      [](Command command, StatusOptions& options) {
        command.add_flag(
            "--health", options.health,
            "one line: 0 if all is well, 69 if no relay or source is of use, 75 if work is overdue");
      },
      status);
}

}  // namespace tidings::cli
