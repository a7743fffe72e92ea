// collect, compose, deliver, send: the jobs for cron or an admin
#include <algorithm>
#include <csignal>
#include <utility>

#include <fmt/format.h>

#include "app/collect.hpp"
#include "app/compose_all.hpp"
#include "app/failing_sources.hpp"
#include "app/orphaned_digests.hpp"
#include "app/posts.hpp"
#include "app/retention.hpp"
#include "app/upkeep.hpp"
#include "app/watch.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/command.hpp"
#include "cli/job_objects.hpp"
#include "cli/job_words.hpp"
#include "cli/left_out_words.hpp"
#include "cli/objects.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "edition/archive.hpp"
#include "edition/editions.hpp"
#include "edition/rehearsal.hpp"
#include "edition/review.hpp"
#include "members/notices.hpp"
#include "post/normalise.hpp"
#include "returns/forward.hpp"
#include "sending/deliver.hpp"
#include "sending/follow.hpp"
#include "site/pages.hpp"

namespace tidings::cli {
namespace {

delivery::StopFlag stop_flag{false};

/// The first signal asks for a clean end, a second one ends at once. A closed terminal asks too, unless nohup
/// said otherwise.
void watch_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { stop_flag = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
  struct sigaction hang_up {};
  ::sigaction(SIGHUP, nullptr, &hang_up);
  if (hang_up.sa_handler != SIG_IGN) ::sigaction(SIGHUP, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

/// Of a delivery: what earlier runs have done counts, but not into the rate.
Step step_of(const digest::Edition& edition, const delivery::Counts& before, const delivery::RunReport& run) {
  const auto earlier = before.recipients - before.open();
  return {.what = digest::name_of(edition),
          .unit = "messages",
          .done = earlier + run.sent + run.failed + run.in_doubt + run.suppressed,
          .all = before.recipients,
          .before = earlier};
}

Step step_of(const edition::Composing& composing) {
  return {.what = composing.digest,
          .unit = std::string{composing.unit},
          .done = composing.done,
          .all = composing.all};
}

/// Those named, else all that are due; with progress, and told.
Result<app::CollectReport> read_sources(const config::Context& context, Told told,
                                        std::vector<std::string> names = {}) {
  Progress progress;
  TIDINGS_LET(auto collected,
              app::collect(context, {.names = std::move(names), .on_progress = [&](int done, int all) {
                                       progress.show(
                                           {.what = "collect", .unit = "sources", .done = done, .all = all});
                                     }}));
  progress.end();
  report_collected(collected, told);
  return collected;
}

void tell_finished(app::Watch& watch) {
  for (const auto& line : watch.finish()) log::warning(line);
}

// ---- collect
// --------------------------------------------------------------------------------------------------------

struct CollectCommand {
  std::vector<std::string> names;
};

Result<Exit> collect(Session& session, const CollectCommand& command) {
  TIDINGS_LET(const auto context, session.context());
  TIDINGS_TRY(session.check_clock(context));
  TIDINGS_LET(const auto report, read_sources(context, Told::all, command.names));
  app::Watch watch{context};
  watch.collected(report);
  tell_finished(watch);
  if (report.sources.empty()) log::warning("config.toml has no [[source]]");
  if (report.failed() > 0) {
    return fail(
        Errc::unavailable,
        fmt::format("{} of {} could not be read", report.failed(),
                    plural(static_cast<long long>(report.sources.size()), "source")),
        fmt::format(
            "{}\"tidings source list\" gives details",
            report.failed() < static_cast<int>(report.sources.size()) ? "the others are collected; " : ""));
  }
  return Exit::done;
}

// ---- compose
// --------------------------------------------------------------------------------------------------------

struct SendCommand {
  std::string digest;
  bool due = false;
  bool now = false;
  bool dry_run = false;
  bool even_late = false;
  bool follow = false;
  std::string workers_name;
  std::string to_dir;
  std::string time_budget;
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
};

Result<std::vector<const config::DigestConfig*>> chosen(const config::Config& config,
                                                        const SendCommand& command) {
  if (command.due && !command.digest.empty()) {
    return fail(Errc::usage, fmt::format("\"{}\" and --due exclude each other", printable(command.digest)),
                "--due is for all digests that are due");
  }
  if (command.due == !command.digest.empty()) {
    return fail(Errc::usage, "name one digest, or use --due for all that are due",
                "\"tidings digest list\" shows them");
  }
  std::vector<const config::DigestConfig*> digests;
  if (!command.digest.empty()) {
    TIDINGS_LET(const auto* const one, config.digest(command.digest));
    digests.push_back(one);
  } else {
    for (const auto& digest : config.digests) digests.push_back(&digest);
  }
  return digests;
}

edition::When when_of(const SendCommand& command) {
  if (command.now) return edition::When::now;
  return command.even_late ? edition::When::late : edition::When::due;
}

/// How a job ended: its troubles, the gravest first.
struct Ending {
  std::vector<Error> failures;
  bool try_again = false;  ///< something waits for the next run

  void add(const std::vector<Error>& more) { failures.insert(failures.end(), more.begin(), more.end()); }
  /// The first failure is the command's own result; the others are told here.
  [[nodiscard]] Result<Exit> result() const {
    if (failures.empty()) return try_again ? Exit::try_again : Exit::done;
    for (std::size_t i = 1; i < failures.size(); ++i) log::error(failures[i].line());
    return tl::unexpected<Error>(failures.front());
  }
};

/// Digests whose edition is too late to go by itself.
std::vector<Error> held_in(const app::ComposeOutcome& outcome) {
  std::vector<Error> held;
  for (const auto& composed : outcome.composed) {
    if (composed.what != edition::Composed::What::held) continue;
    held.push_back(
        {.code = Errc::unavailable,
         .what = composed.digest + " is held",
         .hint = fmt::format("\"tidings send {} --late\" sends it all the same", composed.digest)});
  }
  return held;
}

app::ComposeOutcome compose_with_progress(const config::Context& context,
                                          std::span<const config::DigestConfig* const> digests,
                                          const app::ComposeOptions& options) {
  Progress progress;
  auto watched = options;
  watched.on_progress = [&](const edition::Composing& composing) { progress.show(step_of(composing)); };
  return app::compose_all(context, digests, watched);
}

/// `told`: also those that are not due.
Result<void> print_composed(const config::Context& context, const app::ComposeOutcome& outcome, Told told) {
  for (const auto& composed : outcome.composed) {
    if (composed.what == edition::Composed::What::not_due && told == Told::news) continue;
    if (form() == Form::json) {
      TIDINGS_LET(const auto json, composed_object(context.database, composed));
      print(json_line(json));
    } else {
      say(in_words(composed, context.config.newsletter.zone) + "\n");
    }
  }
  if (outcome.late_joiners > 0 && form() != Form::json) {
    say(fmt::format("{} the latest edition, which went out before they came\n",
                    outcome.late_joiners == 1 ? "1 newcomer gets"
                                              : fmt::format("{} newcomers get", outcome.late_joiners)));
  }
  return {};
}

/// Mails drafts to their editor. True if one must be retried.
Result<bool> mail_drafts(const config::Context& context, const std::string& to_dir) {
  TIDINGS_LET(const auto drafts, edition::mail_drafts(context, to_dir, stop_flag));
  for (const auto& line : drafts.mailed) tell(said_object(line), line + "\n");
  for (const auto& line : drafts.trouble) log::warning(line);
  return !drafts.trouble.empty();
}

Result<Exit> compose(Session& session, const SendCommand& command) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(const auto digests, chosen(*config, command));
  TIDINGS_LET(const auto context, session.context());
  TIDINGS_LET(const auto lock, session.begin_sending(context, "compose"));
  const auto outcome = compose_with_progress(context, digests, {.when = when_of(command)});
  TIDINGS_TRY(print_composed(context, outcome, Told::all));
  Ending ending{.failures = outcome.failures};
  ending.add(held_in(outcome));
  TIDINGS_LET(ending.try_again, mail_drafts(context, {}));
  return ending.result();
}

// ---- deliver
// --------------------------------------------------------------------------------------------------------

/// Everybody whose turn it was has had the edition before.
bool only_waits(const sending::DeliveredEdition& delivered) {
  const bool has_acted = delivered.run.settled() > 0 || delivered.run.suppressed > 0;
  return !has_acted && delivered.waiting && delivered.waiting->count == delivered.counts.open();
}

Ending conclude(const sending::DeliverReport& report, const Zone& zone, Told told = Told::all) {
  for (const auto& delivered : report.editions) {
    if (told == Told::news && only_waits(delivered)) continue;  // cron would mail it at each run
    if (!delivered.held) tell(delivered_object(delivered), in_words(delivered) + "\n");
  }
  for (const auto& line : troubles_in_words(report, zone)) log::warning(line);
  Ending ending{.failures = {}, .try_again = report.try_again()};
  if (const auto* const run = report.trouble()) ending.failures.push_back(relay_error(*run, zone));
  for (const auto& delivered : report.editions) {
    if (is_refused_message(delivered.run)) ending.failures.push_back(message_error(delivered));
  }
  for (const auto& line : held_in_words(report, zone))
    ending.failures.push_back({.code = Errc::unavailable, .what = line, .hint = {}});
  if (const auto count = report.unsendable(); count > 0 && !ending.try_again) {
    ending.failures.push_back({.code = Errc::bad_data,
                               .what = plural(count, "delivery") + " could not be built as a message",
                               .hint = "\"tidings delivery list --state failed\" shows them"});
  }
  return ending;
}

Result<sending::DeliverOptions> deliver_options(const SendCommand& command, Progress& progress) {
  sending::DeliverOptions options;
  options.to_folder = command.to_dir;
  options.even_late = command.even_late;
  if (!command.time_budget.empty()) {
    TIDINGS_LET(const auto budget, parse_duration(command.time_budget));
    const auto used = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                            command.began);
    options.time_budget = std::max(budget - used, std::chrono::milliseconds{0});
  }
  options.on_progress = [&progress](const digest::Edition& edition, const delivery::Counts& before,
                                    const delivery::RunReport& run) {
    progress.show(step_of(edition, before, run));
  };
  return options;
}

/// `watch`: nullptr if nothing leaves.
Result<Exit> deliver_under_lock(Session& session, const SendCommand& command, app::Watch* watch) {
  TIDINGS_LET(const auto context, session.context(Access::existing));
  const auto& config = context.config;
  TIDINGS_LET(const auto lock, session.begin_sending(context, "deliver"));
  TIDINGS_TRY(app::check_if_old(context));
  Progress progress;
  TIDINGS_LET(auto options, deliver_options(command, progress));
  if (!command.digest.empty()) {
    TIDINGS_LET(const auto edition, edition::find_edition(context.database, command.digest));
    options.edition = edition.id;
  }
  watch_signals();
  TIDINGS_LET(const auto report, sending::deliver(context, options, stop_flag));
  progress.end();
  if (report.editions.empty()) say("nothing to deliver\n");
  if (watch != nullptr) watch->delivered(report);
  return conclude(report, config.newsletter.zone).result();
}

/// --follow: until a signal.
Result<Exit> follow(Session& session, const SendCommand& command) {
  const auto excluded = [](std::string_view what) {
    return fail(Errc::usage, fmt::format("--follow and {} exclude each other", what),
                "it sends all open editions, until it is stopped");
  };
  if (!command.digest.empty()) return excluded(fmt::format("\"{}\"", printable(command.digest)));
  if (!command.to_dir.empty()) return excluded("--to-dir");
  if (!command.time_budget.empty()) return excluded("--time-budget");
  TIDINGS_LET(const auto context, session.context(Access::existing));
  TIDINGS_TRY(store::check_instance(context.database, store::Guard::refuse));
  TIDINGS_TRY(session.check_clock(context));
  const auto& zone = context.config.newsletter.zone;
  Progress progress;
  app::Watch watch{context};
  sending::FollowOptions options{
      .name = command.workers_name, .deliver = {}, .on_start = {}, .on_pass = {}, .on_error = {}};
  TIDINGS_LET(options.deliver, deliver_options(command, progress));
  options.on_start = [](const std::string& name) {
    say(name.empty() ? "waiting for editions\n" : fmt::format("worker {} is waiting for editions\n", name));
  };
  options.on_pass = [&](const sending::DeliverReport& report) {
    progress.end();
    watch.delivered(report);
    tell_finished(watch);
    // What did not go well is told; the next pass takes care of it.
    for (const auto& failure : conclude(report, zone).failures) log::warning(failure.line());
  };
  options.on_error = [](const Error& error) { log::warning(error.line()); };
  watch_signals();
  TIDINGS_TRY(sending::follow(context, std::move(options), stop_flag));
  return Exit::done;
}

Result<Exit> deliver(Session& session, const SendCommand& command) {
  if (command.follow) return follow(session, command);
  if (!command.workers_name.empty()) {
    return fail(Errc::usage, "--workers-name goes with --follow", "any other run needs no name");
  }
  if (!command.to_dir.empty()) return deliver_under_lock(session, command, nullptr);
  TIDINGS_LET(const auto context, session.context(Access::existing));
  app::Watch watch{context};
  auto done = deliver_under_lock(session, command, &watch);
  tell_finished(watch);
  return done;
}

// ---- send
// -----------------------------------------------------------------------------------------------------------

/// What each digest would leave out, by name.
Result<void> tell_left_out_posts(store::Database& database, const app::ComposeOutcome& outcome) {
  std::string out;
  for (const auto& composed : outcome.composed) {
    TIDINGS_LET(const auto lines, left_out_lines(database, composed.left_out, composed.digest));
    if (!lines.empty()) out += fmt::format("left out of {}\n{}", composed.digest, lines);
  }
  say(out);
  return {};
}

/// What each digest shows as one story, and why.
Result<void> tell_joined_posts(store::Database& database, const app::ComposeOutcome& outcome) {
  std::string out;
  for (const auto& composed : outcome.composed) {
    for (const auto& joined : composed.joined) {
      TIDINGS_LET(const auto shown, app::find_post(database, joined.shown));
      TIDINGS_LET(const auto other, app::find_post(database, joined.id));
      out += fmt::format("  {:>6}  {} is one story with\n  {:>6}  {} ({})\n", shown.id.value,
                         printable(post::display_title(shown)), other.id.value,
                         printable(post::display_title(other)), digest::in_words(joined.reason));
    }
  }
  say(out);
  return {};
}

/// Which posts stand in a section of their digest, its events, and the notices between the posts.
Result<void> tell_sections(const config::Context& context, const app::ComposeOutcome& outcome) {
  std::string out;
  for (const auto& composed : outcome.composed) {
    for (const auto& [id, section] : composed.sections) {
      TIDINGS_LET(const auto post, app::find_post(context.database, id));
      out += fmt::format("  {:>6}  {} (in {})\n", id.value, printable(post::display_title(post)),
                         printable(section));
    }
    out += in_words(composed.events, context.config.newsletter.zone);
    for (const auto file : split(composed.notices, '\n')) {
      if (!file.empty()) out += fmt::format("  notice  {}\n", printable(file));
    }
  }
  say(out);
  return {};
}

/// Everything on a copy of the database in memory: who would get what.
Result<Exit> rehearse(Session& session, const std::vector<const config::DigestConfig*>& digests,
                      const SendCommand& command) {
  TIDINGS_LET(const auto context, session.context(Access::copy));
  TIDINGS_LET(const auto collected, read_sources(context, form() == Form::json ? Told::news : Told::all));
  const auto outcome =
      compose_with_progress(context, digests, {.when = when_of(command), .collected = &collected});
  Ending ending{.failures = outcome.failures};
  ending.add(held_in(outcome));
  TIDINGS_TRY(print_composed(context, outcome, Told::all));
  if (form() == Form::json && command.to_dir.empty()) return ending.result();
  TIDINGS_TRY(tell_sections(context, outcome));
  TIDINGS_TRY(tell_joined_posts(context.database, outcome));
  TIDINGS_TRY(tell_left_out_posts(context.database, outcome));
  const auto say_line = [](const std::string& line) { say(printable(line) + "\n"); };
  TIDINGS_TRY(edition::tell_unfinished(context, say_line));
  for (const auto& composed : outcome.composed) {
    const bool for_nobody =
        composed.what == edition::Composed::What::skipped && composed.reason == edition::nobody_to_send_to;
    if (for_nobody) TIDINGS_TRY(edition::tell_left_out(context, composed.digest, say_line));
  }
  if (!command.to_dir.empty()) {
    sending::DeliverOptions options;
    options.to_folder = command.to_dir;
    options.even_late = command.even_late;
    TIDINGS_LET(const auto report, sending::deliver(context, options, stop_flag));
    for (const auto& delivered : report.editions)
      tell(delivered_object(delivered), in_words(delivered) + " (to " + command.to_dir + ")\n");
  }
  say("dry run: nothing was sent or changed\n");
  return ending.result();
}

/// Sends confirmation mails and the like that are still waiting, for lists without "serve". A failure does
/// not stop the digest; it is the command's result if there is nothing graver.
std::optional<Error> send_notices(const config::Context& context) {
  const auto work = [&]() -> Result<members::NoticeReport> {
    TIDINGS_TRY(members::tidy_up(context));
    TIDINGS_TRY(members::take_sign_ups(context));
    TIDINGS_LET(const bool any, members::has_notices(context));
    if (!any) return members::NoticeReport{};  // loading the pages' texts in all languages would take longest
    TIDINGS_LET(const auto pages, site::WebPages::load(context.config));
    return members::send_notices(context, *pages, {}, stop_flag);
  };
  const auto report = work();
  if (!report) {
    return Error{.code = report.error().code,
                 .what = "confirmation mails are waiting: " + report.error().what,
                 .hint = report.error().hint};
  }
  if (!report->trouble.empty()) {
    return Error{.code = Errc::unavailable,
                 .what = "confirmation mails are waiting: " + report->trouble,
                 .hint = "the next run tries again"};
  }
  if (report->failed > 0) {
    return Error{.code = Errc::bad_data,
                 .what = fmt::format("{} could not be sent", plural(report->failed, "confirmation mail")),
                 .hint = "each is named above; they will be retried, \"tidings status\" shows them"};
  }
  return std::nullopt;
}

/// Mails from people that an earlier "bounce ingest" could not hand to the relay.
void send_forwards(const config::Context& context) {
  const auto words = in_words(returns::send_forwards(context, stop_flag));
  if (!words.empty()) log::warning(words);
}

/// Collects, composes and delivers.
Result<Exit> send_digests(Session& session, const SendCommand& command,
                          const std::vector<const config::DigestConfig*>& digests, app::Watch* watch) {
  TIDINGS_LET(const auto context, session.context());
  const auto& config = context.config;
  const bool all = session.verbose > 0 || form() == Form::json;
  TIDINGS_LET(const auto collected, read_sources(context, all ? Told::all : Told::news));
  if (watch != nullptr) watch->collected(collected);
  const auto composed =
      compose_with_progress(context, digests, {.when = when_of(command), .collected = &collected});
  if (watch != nullptr) watch->composed(composed);
  TIDINGS_TRY(print_composed(context, composed, command.due ? Told::news : Told::all));
  TIDINGS_LET(const bool drafts_wait, mail_drafts(context, command.to_dir));
  // Before the first mail, whose link to its page should not be dead.
  if (command.to_dir.empty()) {
    const auto trouble = edition::refresh_archive(config, context.database);
    if (!trouble.empty()) log::warning(trouble);
  }
  Progress progress;
  TIDINGS_LET(auto options, deliver_options(command, progress));
  // A send of one digest also finishes what an earlier run left open: subscribers are served in the promised
  // order.
  TIDINGS_LET(const auto report, sending::deliver(context, options, stop_flag));
  progress.end();
  if (watch != nullptr) watch->delivered(report);
  auto ending = conclude(report, config.newsletter.zone, command.due && !all ? Told::news : Told::all);
  ending.add(composed.failures);
  ending.add(held_in(composed));
  if (composed.waits_for_source) {
    ending.failures.push_back({.code = Errc::unavailable,
                               .what = "an edition is waiting because a source could not be read",
                               .hint = "\"tidings source list\" shows which"});
  }
  TIDINGS_LET(const auto failing, app::failing_sources(context));
  ending.add(failing);
  if (command.due) {
    TIDINGS_LET(const auto renamed, app::renamed_digests(context));
    ending.add(renamed);
  }
  ending.try_again = ending.try_again || drafts_wait;
  return ending.result();
}

/// Nobody waits for it: what is left is done tomorrow.
void prune(const config::Context& context) {
  constexpr std::chrono::minutes budget{1};
  const auto pruned = app::prune_daily(context, budget, stop_flag);
  if (!pruned) log::warning("what is no longer kept could not be dropped: " + pruned.error().line());
}

Result<Exit> send_under_lock(Session& session, const SendCommand& command,
                             const std::vector<const config::DigestConfig*>& digests, app::Watch* watch) {
  TIDINGS_LET(const auto context, session.context());
  TIDINGS_LET(const auto lock, session.begin_sending(context, "send"));
  watch_signals();
  std::optional<Error> notices;
  if (command.due && command.to_dir.empty()) {
    notices = send_notices(context);
    send_forwards(context);
  }
  TIDINGS_TRY(app::check_if_old(context));
  auto sent = send_digests(session, command, digests, watch);
  if (command.due && command.to_dir.empty()) prune(context);
  if (!notices) return sent;
  if (sent && *sent == Exit::done) return tl::unexpected<Error>(*std::move(notices));
  log::error(notices->line());
  return sent;
}

Result<Exit> send(Session& session, const SendCommand& command) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(const auto digests, chosen(*config, command));
  if (command.dry_run) return rehearse(session, digests, command);
  if (!command.to_dir.empty()) return send_under_lock(session, command, digests, nullptr);
  TIDINGS_LET(const auto context, session.context());
  app::Watch watch{context};
  auto sent = send_under_lock(session, command, digests, &watch);
  // A copy of the database that refuses to send tells nobody either.
  if (sent || sent.error().code != Errc::not_permitted) {
    watch.ended("send", sent ? nullptr : &sent.error());
    watch.mail(stop_flag);
  }
  tell_finished(watch);
  return sent;
}

void add_digest_choice(Command command, SendCommand& options) {
  command.add_option("DIGEST", options.digest, "one digest of config.toml");
  command.add_flag("--due", options.due, "all digests that are due");
  command.add_flag("--now", options.now, "an edition whose period ends now, whatever its schedule");
}

void add_deliver_options(Command command, SendCommand& options) {
  command.add_option("--to-dir", options.to_dir, "write .eml files there instead of sending")
      .value_name("DIR");
  command
      .add_option("--time-budget", options.time_budget,
                  "stop after this long, e.g. 10m; the next run continues")
      .value_name("DURATION");
  command.add_flag("--late", options.even_late, "also editions held by max_lateness");
}

}  // namespace

void add_job_commands(Command app, Session& session) {
  add_command<CollectCommand>(
      app, session, "collect", "fetch the sources that are due",
      [](Command command, CollectCommand& options) {
        command.add_option("SOURCE", options.names, "only these, even if they are not due");
      },
      collect);
  add_command<SendCommand>(
      app, session, "compose", "seal the editions that are due",
      [](Command command, SendCommand& options) {
        add_digest_choice(command, options);
        command.add_flag("--late", options.even_late, "also editions held by max_lateness");
      },
      compose);
  add_command<SendCommand>(
      app, session, "deliver", "send all open deliveries; resumes",
      [](Command command, SendCommand& options) {
        command.add_option("EDITION", options.digest, "e.g. weekly#12; default: all open editions");
        add_deliver_options(command, options);
        command.add_flag("--follow", options.follow,
                         "wait for editions and send them, with others; ends on SIGTERM");
        command
            .add_option("--workers-name", options.workers_name,
                        "of --follow, on this host; default: a free number")
            .value_name("NAME");
      },
      deliver);
  add_command<SendCommand>(
      app, session, "send", "collect, compose and deliver: the cron command",
      [](Command command, SendCommand& options) {
        add_digest_choice(command, options);
        command.add_flag("--dry-run", options.dry_run,
                         "show who would get what, and what is left out; changes nothing");
        add_deliver_options(command, options);
      },
      send);
}

}  // namespace tidings::cli
