// digest list, edition list | show | cancel
#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "delivery/ledger.hpp"
#include "digest/edition_table.hpp"
#include "post/post_table.hpp"
#include "store/instance.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::cli {
namespace {

std::string name_of(const digest::Edition& edition) {
  return edition.number ? fmt::format("{}#{}", edition.digest, *edition.number) : fmt::format("{}", edition.id.value);
}

Json json_of(const delivery::Counts& counts) {
  return {{"recipients", counts.recipients}, {"planned", counts.planned}, {"claimed", counts.claimed},
          {"deferred", counts.deferred},     {"in_doubt", counts.in_doubt}, {"sent", counts.sent},
          {"failed", counts.failed},         {"suppressed", counts.suppressed}, {"bounced", counts.bounced}};
}

Json json_of(const digest::Edition& edition) {
  return {{"id", edition.id.value},
          {"digest", edition.digest},
          {"number", edition.number ? Json(*edition.number) : Json(nullptr)},
          {"state", digest::name_of(edition.state)},
          {"title", edition.title},
          {"scheduled", json_time(edition.scheduled)},
          {"from", json_time(edition.period.from)},
          {"until", json_time(edition.period.until)},
          {"sealed", json_time(edition.sealed)},
          {"started", json_time(edition.started)},
          {"finished", json_time(edition.finished)},
          {"reason", edition.reason}};
}

// ---- digest list ----------------------------------------------------------------------------------------------------

Result<Exit> list_digests(Session& session, const JsonOption& options) {
  TIDINGS_LET(const auto* const config, session.config());
  const auto& zone = config->newsletter.zone;
  std::vector<subscriber::SubscriptionCounts> counts;
  std::error_code ignored;
  if (std::filesystem::exists(config->store_path, ignored)) {
    TIDINGS_LET(auto* const database, session.database_read_only());
    TIDINGS_LET(const auto all, subscriber::SubscriberTable(*database, session.clock()).counts());
    counts = all.digests;
  }
  std::string lines;
  Table out{{"DIGEST", "SCHEDULE", "SUBSCRIBERS", "NEXT RUNS"}};
  for (const auto& digest : config->digests) {
    std::int64_t confirmed = 0;
    for (const auto& each : counts) {
      if (each.digest == digest.name) confirmed = each.confirmed;
    }
    std::vector<std::string> runs;
    Json next = Json::array();
    auto at = session.clock().now();
    for (int i = 0; i < 3; ++i) {
      at = digest.schedule.next_run(at, zone);
      runs.push_back(local_time(zone, at));
      next.push_back(json_time(at));
    }
    if (options.json) {
      lines += json_line({{"name", digest.name}, {"title", digest.title}, {"schedule", digest.schedule_text}, {"subscribers", confirmed}, {"next_runs", next}});
    }
    out.add({digest.name, digest.schedule.describe(), std::to_string(confirmed), join(runs, ", ")});
  }
  print(options.json ? lines : out.text());
  return Exit::done;
}

// ---- edition list, show, cancel -------------------------------------------------------------------------------------

struct ListOptions {
  std::string digest;
  int limit = 20;
  bool json = false;
};

Result<Exit> list_editions(Session& session, const ListOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(auto* const database, session.database_read_only());
  digest::EditionTable table{*database};
  delivery::Ledger ledger{*database, session.clock()};
  TIDINGS_LET(const auto editions, table.list(options.digest, options.limit));
  std::string lines;
  Table out{{"EDITION", "STATE", "SCHEDULED", "POSTS", "SENT", "TITLE"}};
  for (const auto& each : editions) {
    TIDINGS_LET(const auto counts, ledger.counts(each.edition.id));
    if (options.json) {
      auto json = json_of(each.edition);
      json["posts"] = each.posts;
      json["segments"] = each.segments;
      json["deliveries"] = json_of(counts);
      lines += json_line(json);
    }
    const auto& edition = each.edition;
    out.add({name_of(edition), std::string{digest::name_of(edition.state)}, local_time(config->newsletter.zone, edition.scheduled),
             std::to_string(each.posts), fmt::format("{}/{}", counts.sent, counts.recipients),
             edition.reason.empty() ? shorten(edition.title, 60) : edition.reason});
  }
  print(options.json ? lines : out.text());
  return Exit::done;
}

struct EditionOption {
  std::string edition;
  std::string reason;
  bool json = false;
};

Result<Exit> show_edition(Session& session, const EditionOption& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(auto* const database, session.database_read_only());
  digest::EditionTable table{*database};
  TIDINGS_LET(const auto edition, table.find(options.edition));
  TIDINGS_LET(const auto ids, table.posts_of(edition.id));
  TIDINGS_LET(const auto posts, post::PostTable(*database).load(ids));
  TIDINGS_LET(const auto segments, table.segments_of(edition.id, digest::EditionTable::Bodies::without));
  TIDINGS_LET(const auto counts, delivery::Ledger(*database, session.clock()).counts(edition.id));
  if (options.json) {
    auto json = json_of(edition);
    json["posts"] = Json::array();
    for (const auto& post : posts) json["posts"].push_back({{"id", post.id.value}, {"title", post.title}, {"link", post.link}});
    json["segments"] = Json::array();
    for (const auto& segment : segments) json["segments"].push_back({{"language", segment.language}, {"posts", segment.posts.size()}});
    json["deliveries"] = json_of(counts);
    print(json_line(json));
    return Exit::done;
  }
  const auto& zone = config->newsletter.zone;
  std::string out = fmt::format("{} {} ({})\n", name_of(edition), printable(edition.title), digest::name_of(edition.state));
  if (!edition.reason.empty()) out += "  reason     " + printable(edition.reason) + "\n";
  out += fmt::format("  period     {} until {}\n", local_time(zone, edition.period.from), local_time(zone, edition.period.until));
  out += fmt::format("  sealed     {}   first message {}   finished {}\n", local_time(zone, edition.sealed), local_time(zone, edition.started),
                     local_time(zone, edition.finished));
  out += fmt::format("  recipients {} = {} sent + {} failed + {} suppressed + {} in doubt + {} open + {} bounced\n", counts.recipients, counts.sent,
                     counts.failed, counts.suppressed, counts.in_doubt, counts.open(), counts.bounced);
  out += fmt::format("  segments   {}\n", segments.size());
  for (const auto& post : posts) out += fmt::format("  {:>6}  {}\n", post.id.value, printable(post::display_title(post)));
  print(out);
  return Exit::done;
}

Result<Exit> cancel_edition(Session& session, const EditionOption& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(auto* const database, session.database(store::Create::no));
  TIDINGS_LET(const auto lock, store::SenderLock::take(config->store_path, "edition cancel"));
  digest::EditionTable table{*database};
  TIDINGS_LET(const auto edition, table.find(options.edition));
  TIDINGS_TRY(table.cancel(edition.id, options.reason.empty() ? "cancelled by hand" : options.reason, session.clock().now()));
  print(fmt::format("{} is cancelled; its posts are free for the next edition\n", name_of(edition)));
  return Exit::done;
}

}  // namespace

void add_edition_commands(Command app, Session& session) {
  const auto digest = add_noun(app, "digest", "the standing orders of config.toml");
  add_command<JsonOption>(digest, session, "list", "schedules and the next three runs",
                          [](Command command, JsonOption& options) { add_json(command, options.json); }, list_digests);

  const auto edition = add_noun(app, "edition", "what was sealed and sent");
  add_command<ListOptions>(edition, session, "list", "newest first",
                           [](Command command, ListOptions& options) {
                             command.add_option("--digest", options.digest, "of this digest only");
                             command.add_option("--limit", options.limit, "at most so many").show_default().at_least(1);
                             add_json(command, options.json);
                           },
                           list_editions);
  add_command<EditionOption>(edition, session, "show", "posts, counts and times of one edition",
                             [](Command command, EditionOption& options) {
                               command.add_option("EDITION", options.edition, "weekly#12, weekly (the newest) or an id").required();
                               add_json(command, options.json);
                             },
                             show_edition);
  add_command<EditionOption>(edition, session, "cancel", "take back an edition of which nothing was sent",
                             [](Command command, EditionOption& options) {
                               command.add_option("EDITION", options.edition).required();
                               command.add_option("--reason", options.reason);
                             },
                             cancel_edition);
}

}  // namespace tidings::cli
