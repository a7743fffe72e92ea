// digest list, edition list | show | edit | approve | cancel; export is in export_command.cpp
#include <algorithm>
#include <charconv>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/draft_editor.hpp"
#include "cli/export_command.hpp"
#include "cli/job_objects.hpp"
#include "cli/job_words.hpp"
#include "cli/left_out_words.hpp"
#include "cli/objects.hpp"
#include "cli/output.hpp"
#include "edition/editions.hpp"
#include "edition/review.hpp"
#include "post/normalise.hpp"

namespace tidings::cli {
namespace {

// ---- digest list
// ----------------------------------------------------------------------------------------------------

struct ListOptions {
  std::string digest;
  std::string after;
  int limit = 20;
};

struct DigestListOptions {
  std::string after;
  int limit = 1000;
};

Result<Exit> list_digests(Session& session, const DigestListOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  const auto& zone = config->newsletter.zone;
  TIDINGS_LET(const auto context, session.context_if_there());
  std::vector<edition::ListedDigest> listed;
  if (context) {
    TIDINGS_LET(listed, edition::list_digests(*context));
  } else {
    for (const auto& digest : config->digests) listed.push_back({.digest = &digest, .outlook = {}});
  }
  std::vector<std::string> names;
  for (const auto& each : listed) names.push_back(each.digest->name);
  TIDINGS_LET(const auto page, page_of(names, options.after, options.limit, "digest"));
  Listing out{{"DIGEST", "SCHEDULE", "SUBSCRIBERS", "NEXT RUNS"}};
  for (const auto& [configured, confirmed, outlook] :
       std::span{listed}.subspan(page.begin, page.end - page.begin)) {
    const auto& digest = *configured;
    std::vector<std::string> runs;
    Json next = Json::array();
    auto at = session.clock().now();
    if (outlook.due)
      runs.push_back(fmt::format("{} {}", outlook.held ? "held since" : "due since",
                                 local_time(zone, outlook.due->owed_since())));
    for (int i = 0; i < 3; ++i) {
      at = digest.schedule.next_run(at, zone);
      runs.push_back(local_time(zone, at));
      next.push_back(json_time(at));
    }
    out.add({{"digest", digest.name},
             {"title", json_text(digest.title)},
             {"schedule", digest.schedule_text},
             {"local_time", digest.local_time},
             {"subscriber_count", confirmed},
             {"due", json_time(outlook.due ? std::optional{outlook.due->owed_since()} : std::nullopt)},
             {"held", outlook.held},
             {"next_runs", next}},
            {digest.name,
             digest.schedule.describe() + (digest.local_time ? ", where the reader is" : ""),
             std::to_string(confirmed),
             {join(runs, ", "), outlook.held ? Look::trouble : Look::plain}});
  }
  out.print(page.more);
  return Exit::done;
}

// ---- edition list, show, cancel
// -------------------------------------------------------------------------------------

/// "weekly#12"; one without a number by its digest and id: "weekly (14)".
std::string named_with_digest(const digest::Edition& edition) {
  const auto name = digest::name_of(edition);
  return edition.number ? name : fmt::format("{} ({})", edition.digest, name);
}

Result<Exit> list_editions(Session& session, const ListOptions& options) {
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  TIDINGS_LET(auto editions,
              edition::list_editions(
                  context, {.digest = options.digest, .after = options.after, .limit = options.limit + 1}));
  std::string more;
  if (std::cmp_greater(editions.size(), options.limit)) {
    editions.pop_back();
    more = there_are_more(digest::name_of(editions.back().edition), options.limit);
  }
  Listing out{{"EDITION", "STATE", "SCHEDULED", "POSTS", "SENT", "TITLE"}};
  for (const auto& each : editions) {
    const auto& edition = each.edition;
    auto json = edition_object(edition);
    json["post_count"] = each.posts;
    json["segment_count"] = each.segments;
    add_counts(json, each.counts);
    add_waiting(json, each.waiting);
    const bool failed = each.counts.failed + each.counts.in_doubt > 0;
    out.add(json, {named_with_digest(edition),
                   std::string{digest::name_of(edition.state)},
                   local_time(context.config.newsletter.zone, edition.scheduled),
                   std::to_string(each.posts),
                   {fmt::format("{}/{}", each.counts.sent + each.counts.bounced, each.counts.recipients),
                    failed ? Look::trouble : Look::plain},
                   each.waiting             ? in_words(*each.waiting)
                   : edition.reason.empty() ? shorten(edition.title, 60)
                                            : edition.reason});
  }
  out.print(more);
  return Exit::done;
}

struct EditionOption {
  std::string edition;
  std::string reason;
};

Result<Exit> show_edition(Session& session, const EditionOption& options) {
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  TIDINGS_LET(const auto details, edition::describe_edition(context, options.edition));
  const auto& [edition, posts, dropped, segments, left_out, sections, groups, events, notices, pictures,
               preflight, counts] = details;
  if (form() == Form::json) {
    auto json = edition_object(edition);
    json["post_count"] = posts.size();
    json["segment_count"] = segments.size();
    add_counts(json, counts);
    json["posts"] = post_objects(posts, sections);
    json["events"] = event_objects(events);
    json["notices"] = lines_json(notices);
    json["dropped"] = post_objects(dropped);
    json["segments"] = Json::array();
    for (const auto& segment : segments) {
      json["segments"].push_back({{"language", segment.language},
                                  {"post_count", segment.posts.size()},
                                  {"note", json_text(segment.note)}});
    }
    json["pictures"] = json_text(pictures);
    json["preflight"] = json_text(preflight);
    json["left_out_counts"] = left_out_counts(left_out);
    TIDINGS_LET(json["left_out"], left_out_json(context.database, left_out));
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
  for (const auto line : split(notices, '\n')) {
    if (!line.empty()) out += fmt::format("  notice     {}\n", printable(line));
  }
  for (const auto& group : groups) {
    for (const auto index : group.posts) {
      const auto& post = posts[index];
      const auto section = sections.find(post.id);
      out +=
          fmt::format("  {:>6}  {}{}\n", post.id.value, printable(post::display_title(post)),
                      section == sections.end() ? "" : fmt::format(" (in {})", printable(section->second)));
    }
    for (const auto index : group.events) out += in_words(std::span{&events[index], 1}, zone);
  }
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
  std::vector<std::string> found;
  if (changed) {
    TIDINGS_LET(found, edition::examine_draft(context, edition));
  }
  std::string said = fmt::format("{}: {}, {}; \"tidings edition approve {}\" approves it\n", name,
                                 plural(static_cast<long long>(shown.size()), "post"),
                                 changed ? "a draft" : "a draft, unchanged", name);
  for (const auto& line : found) said += "  " + printable(line) + "\n";
  tell({{"edition", name},
        {"state", "draft"},
        {"post_count", shown.size()},
        {"posts", post_objects(shown)},
        {"changed", changed},
        {"found", found}},
       said);
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
  TIDINGS_LET(const auto json, composed_object(database, composed));
  tell(json, in_words(composed, context.config.newsletter.zone) +
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
  const auto name = digest::name_of(cancelled.edition);
  tell({{"edition", name}, {"state", "cancelled"}, {"reason", reason}, {"sent_count", cancelled.readers}},
       fmt::format("{} is cancelled; {}\n", name, posts));
  return Exit::done;
}

}  // namespace

void add_edition_commands(Command app, Session& session) {
  const auto digest = add_noun(app, "digest", "the digests of config.toml");
  add_command<DigestListOptions>(
      digest, session, "list", "list digests, their schedules and next three runs",
      [](Command command, DigestListOptions& options) {
        add_paging(command, options.after, options.limit, "this digest");
      },
      list_digests);

  const auto edition = add_noun(app, "edition", "editions: drafted, sealed and sent");
  add_command<ListOptions>(
      edition, session, "list", "list editions, newest first",
      [](Command command, ListOptions& options) {
        command.add_option("--digest", options.digest, "only of this digest");
        add_paging(command, options.after, options.limit, "this edition");
      },
      list_editions);
  add_command<EditionOption>(
      edition, session, "show", "show the posts, counts and times of one edition",
      [](Command command, EditionOption& options) {
        command.add_option("EDITION", options.edition, "weekly#12, weekly (the newest) or an id").required();
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
