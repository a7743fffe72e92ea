// digest list, edition list | show | edit | approve | cancel; export is in export_command.cpp
#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/draft_editor.hpp"
#include "cli/export_command.hpp"
#include "cli/job_words.hpp"
#include "cli/left_out_words.hpp"
#include "cli/output.hpp"
#include "edition/editions.hpp"
#include "edition/review.hpp"
#include "post/normalise.hpp"

namespace tidings::cli {
namespace {

Json json_of(const delivery::Counts& counts) {
  return {{"recipients", counts.recipients}, {"planned", counts.planned},       {"claimed", counts.claimed},
          {"deferred", counts.deferred},     {"in_doubt", counts.in_doubt},     {"sent", counts.sent},
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
          {"mailed", json_time(edition.mailed)},
          {"approved", json_time(edition.approved)},
          {"intro", edition.intro},
          {"reason", edition.reason}};
}

// ---- digest list
// ----------------------------------------------------------------------------------------------------

Result<Exit> list_digests(Session& session, const JsonOption& options) {
  TIDINGS_LET(const auto* const config, session.config());
  const auto& zone = config->newsletter.zone;
  TIDINGS_LET(const auto context, session.context_if_there());
  std::vector<edition::ListedDigest> listed;
  if (context) {
    TIDINGS_LET(listed, edition::list_digests(*context));
  } else {
    for (const auto& digest : config->digests) listed.push_back({.digest = &digest, .outlook = {}});
  }
  std::string lines;
  Table out{{"DIGEST", "SCHEDULE", "SUBSCRIBERS", "NEXT RUNS"}};
  for (const auto& [configured, confirmed, outlook] : listed) {
    const auto& digest = *configured;
    std::vector<std::string> runs;
    Json next = Json::array();
    auto at = session.clock().now();
    if (outlook.due)
      runs.push_back(fmt::format("{} {}", outlook.held ? "held since" : "due since",
                                 local_time(zone, outlook.due->scheduled)));
    for (int i = 0; i < 3; ++i) {
      at = digest.schedule.next_run(at, zone);
      runs.push_back(local_time(zone, at));
      next.push_back(json_time(at));
    }
    if (options.json) {
      lines +=
          json_line({{"name", digest.name},
                     {"title", digest.title},
                     {"schedule", digest.schedule_text},
                     {"subscribers", confirmed},
                     {"due", json_time(outlook.due ? std::optional{outlook.due->scheduled} : std::nullopt)},
                     {"held", outlook.held},
                     {"next_runs", next}});
    }
    out.add({digest.name, digest.schedule.describe(), std::to_string(confirmed), join(runs, ", ")});
  }
  print(options.json ? lines : out.text());
  return Exit::done;
}

// ---- edition list, show, cancel
// -------------------------------------------------------------------------------------

struct ListOptions {
  std::string digest;
  int limit = 20;
  bool json = false;
};

Result<Exit> list_editions(Session& session, const ListOptions& options) {
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  TIDINGS_LET(auto editions, edition::list_editions(context, options.digest, options.limit + 1));
  std::string more;
  if (std::cmp_greater(editions.size(), options.limit)) {
    editions.pop_back();
    more =
        fmt::format("there are more: --limit {} shows more, --digest narrows the list", options.limit * 2LL);
  }
  std::string lines;
  Table out{{"EDITION", "STATE", "SCHEDULED", "POSTS", "SENT", "TITLE"}};
  for (const auto& each : editions) {
    if (options.json) {
      auto json = json_of(each.edition);
      json["posts"] = each.posts;
      json["segments"] = each.segments;
      json["deliveries"] = json_of(each.counts);
      lines += json_line(json);
    }
    const auto& edition = each.edition;
    out.add({digest::name_of(edition), std::string{digest::name_of(edition.state)},
             local_time(context.config.newsletter.zone, edition.scheduled), std::to_string(each.posts),
             fmt::format("{}/{}", each.counts.sent, each.counts.recipients),
             edition.reason.empty() ? shorten(edition.title, 60) : edition.reason});
  }
  print_list(options.json ? ListForm::json : ListForm::table, out, lines, more);
  return Exit::done;
}

struct EditionOption {
  std::string edition;
  std::string reason;
  bool json = false;
};

Result<Exit> show_edition(Session& session, const EditionOption& options) {
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  TIDINGS_LET(const auto details, edition::describe_edition(context, options.edition));
  const auto& [edition, posts, dropped, segments, left_out, pictures, preflight, counts] = details;
  if (options.json) {
    auto json = json_of(edition);
    json["pictures"] = pictures;
    json["posts"] = Json::array();
    for (const auto& post : posts)
      json["posts"].push_back({{"id", post.id.value}, {"title", post.title}, {"link", post.link}});
    json["segments"] = Json::array();
    for (const auto& segment : segments)
      json["segments"].push_back({{"language", segment.language}, {"posts", segment.posts.size()}});
    json["preflight"] = preflight;
    json["left_out_counts"] = left_out_counts(left_out);
    TIDINGS_LET(json["left_out"], left_out_json(context.database, left_out));
    json["dropped"] = Json::array();
    for (const auto& post : dropped)
      json["dropped"].push_back({{"id", post.id.value}, {"title", post.title}, {"link", post.link}});
    json["deliveries"] = json_of(counts);
    print(json_line(json));
    return Exit::done;
  }
  const auto& zone = context.config.newsletter.zone;
  std::string out = fmt::format("{} {} ({})\n", digest::name_of(edition), printable(edition.title),
                                digest::name_of(edition.state));
  if (!edition.reason.empty()) out += "  reason     " + printable(edition.reason) + "\n";
  out += fmt::format("  period     {} until {}\n", local_time(zone, edition.period.from),
                     local_time(zone, edition.period.until));
  out += fmt::format("  sealed     {}   first message {}   finished {}\n", local_time(zone, edition.sealed),
                     local_time(zone, edition.started), local_time(zone, edition.finished));
  out += fmt::format(
      "  recipients {} = {} sent + {} failed + {} suppressed + {} in doubt + {} open + {} bounced\n",
      counts.recipients, counts.sent, counts.failed, counts.suppressed, counts.in_doubt, counts.open(),
      counts.bounced);
  out += fmt::format("  segments   {}\n", segments.size());
  for (const auto& segment : segments) {
    if (!segment.note.empty())
      out += fmt::format("  shortened  segment {}: {}\n", segment.id.value, segment.note);
  }
  if (!pictures.empty()) out += "  pictures   " + printable(pictures) + "\n";
  for (const auto& post : posts)
    out += fmt::format("  {:>6}  {}\n", post.id.value, printable(post::display_title(post)));
  for (const auto& post : dropped)
    out += fmt::format("  {:>6}  {} (dropped by the editor)\n", post.id.value,
                       printable(post::display_title(post)));
  TIDINGS_LET(const auto lines, left_out_lines(context.database, left_out, edition.digest));
  if (!left_out.empty()) out += "  " + edition::left_out_in_words(left_out) + "\n" + lines;
  if (!edition.intro.empty()) out += "introduction\n" + edition.intro + "\n";
  if (edition.state == digest::EditionState::draft && !preflight.empty())
    out += "preflight\n" + preflight + "\n";
  print(out);
  return Exit::done;
}

// ---- edition edit, approve
// -------------------------------------------------------------------------------------------

struct ReviewOptions {
  std::string edition;
  std::string order;
  std::vector<std::string> drop;
  std::optional<std::string> intro_file;
  std::optional<std::string> subject;
  std::optional<std::string> file;
  bool edit = false;
};

Result<PostId> post_id(std::string_view word) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), id);
  if (error == std::errc{} && end == word.data() + word.size() && id > 0) return PostId{id};
  return fail(Errc::usage, fmt::format("\"{}\" is not a post number", printable(word)),
              "\"tidings edition show\" lists them");
}

/// Named posts come first, the others follow as they were; then dropped ones are removed.
Result<edition::DraftChanges> changes_of(store::Database& database, const digest::Edition& edition,
                                         const ReviewOptions& options) {
  edition::DraftChanges changes;
  if (options.intro_file) {
    TIDINGS_LET(changes.intro, read_file(*options.intro_file, 1 << 20));
  }
  if (options.subject) changes.subject = collapse_blanks(clean_utf8(*options.subject));
  if (options.order.empty() && options.drop.empty()) return changes;
  std::vector<PostId> first;
  for (const auto word : split(options.order, ',')) {
    if (options.order.empty()) break;
    TIDINGS_LET(const auto id, post_id(trim(word)));
    first.push_back(id);
  }
  std::vector<PostId> dropped;
  for (const auto& word : options.drop) {
    TIDINGS_LET(const auto id, post_id(word));
    dropped.push_back(id);
  }
  TIDINGS_LET(changes.shown, edition::rearranged(database, edition, first, dropped));
  return changes;
}

bool has_flags(const ReviewOptions& options) {
  return !options.order.empty() || !options.drop.empty() || options.intro_file.has_value() ||
         options.subject.has_value();
}

Result<void> change_by_options(store::Database& database, const digest::Edition& edition,
                               const ReviewOptions& options) {
  TIDINGS_LET(const auto changes, changes_of(database, edition, options));
  if (changes.any()) return edition::change_draft(database, edition, changes);
  return {};
}

Result<Exit> edit_edition(Session& session, const ReviewOptions& options) {
  if (options.file && has_flags(options)) {
    return fail(Errc::usage, "--file says everything about the draft: no other option goes with it");
  }
  TIDINGS_LET(const auto context, session.context(Access::existing));
  TIDINGS_LET(const auto edition, edition::find_draft(context.database, options.edition));
  bool changed = true;
  if (options.file) {
    TIDINGS_TRY(edit_by_file(context, edition, *options.file));
  } else if (has_flags(options)) {
    TIDINGS_TRY(change_by_options(context.database, edition, options));
  } else {
    TIDINGS_LET(changed, edit_by_hand(context, edition));
  }
  TIDINGS_LET(const auto shown, edition::posts_of(context.database, edition.id));
  const auto name = digest::name_of(edition);
  std::string said = fmt::format("{}: {}, {}; \"tidings edition approve {}\" approves it\n", name,
                                 plural(static_cast<long long>(shown.size()), "post"),
                                 changed ? "a draft" : "a draft, unchanged", name);
  if (changed) {
    TIDINGS_LET(const auto found, edition::examine_draft(context, edition));
    for (const auto& line : found) said += "  " + printable(line) + "\n";
  }
  say(said);
  return Exit::done;
}

Result<Exit> approve_edition(Session& session, const ReviewOptions& options) {
  TIDINGS_LET(const auto context, session.context(Access::existing));
  auto& database = context.database;
  TIDINGS_LET(const auto edition, edition::find_draft(database, options.edition));
  if (options.edit) {
    TIDINGS_TRY(edit_by_hand(context, edition));
  } else {
    TIDINGS_TRY(change_by_options(database, edition, options));
  }
  // Not before: an editor may take an hour over it.
  TIDINGS_LET(const auto lock, session.begin_sending(context, "edition approve"));
  TIDINGS_LET(const auto now, edition::find_draft(database, options.edition));
  TIDINGS_LET(const auto composed, edition::approve_draft(context, now));
  say(in_words(composed, context.config.newsletter.zone) +
      "\napproved: the next \"tidings send --due\" or \"run\" sends it; \"tidings deliver " +
      digest::name_of(now) + "\" sends it now\n");
  return Exit::done;
}

void add_review_options(Command command, ReviewOptions& options) {
  command.add_option("EDITION", options.edition, "weekly#12, weekly (the newest) or an id").required();
  command.add_option("--order", options.order, "post numbers, separated by commas; the others follow")
      .value_name("IDS");
  command.add_option("--drop", options.drop, "drop this post for good; may be repeated").value_name("ID");
  command.add_option("--intro-file", options.intro_file, "introduction in Markdown; \"-\" is standard input")
      .value_name("FILE");
}

Result<Exit> cancel_edition(Session& session, const EditionOption& options) {
  TIDINGS_LET(const auto context, session.context(Access::existing));
  TIDINGS_LET(const auto lock, session.lock(context, "edition cancel"));
  const auto reason = options.reason.empty() ? "cancelled by hand" : options.reason;
  TIDINGS_LET(const auto cancelled, edition::cancel_edition(context, options.edition, reason));
  const auto posts = cancelled.readers == 0 ? std::string{"its posts are free for the next edition"}
                                            : fmt::format("{} may have it, so its posts count as sent",
                                                          plural(cancelled.readers, "reader"));
  say(fmt::format("{} is cancelled; {}\n", digest::name_of(cancelled.edition), posts));
  return Exit::done;
}

}  // namespace

void add_edition_commands(Command app, Session& session) {
  const auto digest = add_noun(app, "digest", "the digests of config.toml");
  add_command<JsonOption>(
      digest, session, "list", "list digests, their schedules and next three runs",
      [](Command command, JsonOption& options) { add_json(command, options.json); }, list_digests);

  const auto edition = add_noun(app, "edition", "editions: drafted, sealed and sent");
  add_command<ListOptions>(
      edition, session, "list", "list editions, newest first",
      [](Command command, ListOptions& options) {
        command.add_option("--digest", options.digest, "only of this digest");
        command.add_option("--limit", options.limit, "at most this many").show_default().at_least(1);
        add_json(command, options.json);
      },
      list_editions);
  add_command<EditionOption>(
      edition, session, "show", "show the posts, counts and times of one edition",
      [](Command command, EditionOption& options) {
        command.add_option("EDITION", options.edition, "weekly#12, weekly (the newest) or an id").required();
        add_json(command, options.json);
      },
      show_edition);
  add_command<ReviewOptions>(
      edition, session, "edit", "change a draft in $EDITOR, or with these options",
      [](Command command, ReviewOptions& options) {
        add_review_options(command, options);
        command.add_option("--subject", options.subject, "of the mail; \"\" is the digest's own")
            .value_name("TEXT");
        command
            .add_option("--file", options.file, "the draft as $EDITOR would save it; \"-\" is standard input")
            .value_name("FILE");
      },
      edit_edition);
  add_command<ReviewOptions>(
      edition, session, "approve", "approve and seal a draft",
      [](Command command, ReviewOptions& options) {
        add_review_options(command, options);
        command.add_flag("--edit", options.edit, "change it in $EDITOR first");
      },
      approve_edition);
  add_command<EditionOption>(
      edition, session, "cancel", "cancel an edition that has not been sent",
      [](Command command, EditionOption& options) {
        command.add_option("EDITION", options.edition, "weekly#12, weekly (the newest) or an id").required();
        command.add_option("--reason", options.reason, "for \"edition list\"");
      },
      cancel_edition);
  add_export_command(edition, session);
}

}  // namespace tidings::cli
