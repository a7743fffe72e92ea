// collect, compose, deliver, send, preview, test: the jobs for cron or an admin
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <limits>

#include <unistd.h>

#include <fmt/format.h>

#include "app/collect.hpp"
#include "app/compose_all.hpp"
#include "app/failing_sources.hpp"
#include "app/posts.hpp"
#include "app/watch.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/command.hpp"
#include "cli/job_words.hpp"
#include "cli/left_out_words.hpp"
#include "cli/output.hpp"
#include "edition/archive.hpp"
#include "edition/editions.hpp"
#include "edition/preview.hpp"
#include "edition/rehearsal.hpp"
#include "edition/review.hpp"
#include "members/notices.hpp"
#include "post/normalise.hpp"
#include "returns/forward.hpp"
#include "sending/deliver.hpp"
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

/// One line that is overwritten on a terminal; nothing elsewhere (the result is printed at the end).
class ProgressLine {
 public:
  void show(const digest::Edition& edition, const delivery::Counts& before, const delivery::RunReport& run) {
    if (!active_) return;
    const auto done =
        before.recipients - before.open() + run.sent + run.failed + run.in_doubt + run.suppressed;
    const auto open = std::max<std::int64_t>(0, before.recipients - done);
    const auto seconds = std::max(0.001, static_cast<double>(run.elapsed.count()) / 1000.0);
    const auto rate = static_cast<double>(run.settled()) / seconds;
    const auto left = rate > 0
                          ? std::chrono::seconds{static_cast<std::int64_t>(static_cast<double>(open) / rate)}
                          : std::chrono::seconds{0};
    const auto bar_width =
        before.recipients > 0
            ? static_cast<std::size_t>(std::min<std::int64_t>(30, done * 30 / before.recipients))
            : 30;
    fmt::print(stderr, "\r{} [{}{}] {}/{}  {:.0f}/s  {} left \033[K", edition.digest,
               std::string(bar_width, '#'), std::string(30 - bar_width, '.'), done, before.recipients, rate,
               format_duration(left));
    shown_ = true;
  }
  ~ProgressLine() {
    if (shown_) std::fputs("\r\033[K", stderr);
  }
  ProgressLine() = default;
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

 private:
  bool active_ = ::isatty(STDERR_FILENO) == 1;
  bool shown_ = false;
};

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
  TIDINGS_LET(const auto report, app::collect(context, {.names = command.names}));
  report_collected(report, true);
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
  bool json = false;
  std::string to_dir;
  std::string time_budget;
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
};

Result<std::vector<const config::DigestConfig*>> chosen(const config::Config& config,
                                                        const SendCommand& command) {
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

void print_composed(const app::ComposeOutcome& outcome, const Zone& zone, bool single) {
  std::string out;
  for (const auto& composed : outcome.composed) {
    if (composed.what == edition::Composed::What::not_due && !single) continue;
    out += in_words(composed, zone) + "\n";
  }
  if (outcome.late_joiners > 0)
    out += fmt::format("{} the latest edition, which went out before they came\n",
                       outcome.late_joiners == 1 ? "1 newcomer gets"
                                                 : fmt::format("{} newcomers get", outcome.late_joiners));
  say(out);
}

/// Mails drafts to their editor. True if one must be retried.
Result<bool> mail_drafts(const config::Context& context, const std::string& to_dir) {
  TIDINGS_LET(const auto drafts, edition::mail_drafts(context, to_dir, stop_flag));
  std::string out;
  for (const auto& line : drafts.mailed) out += line + "\n";
  say(out);
  for (const auto& line : drafts.trouble) log::warning(line);
  return !drafts.trouble.empty();
}

Result<Exit> compose(Session& session, const SendCommand& command) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(const auto digests, chosen(*config, command));
  TIDINGS_LET(const auto context, session.context());
  TIDINGS_LET(const auto lock, session.begin_sending(context, "compose"));
  const auto outcome = app::compose_all(context, digests, when_of(command), {});
  print_composed(outcome, config->newsletter.zone, true);
  Ending ending{.failures = outcome.failures};
  ending.add(held_in(outcome));
  TIDINGS_LET(ending.try_again, mail_drafts(context, {}));
  return ending.result();
}

// ---- deliver
// --------------------------------------------------------------------------------------------------------

Ending conclude(const sending::DeliverReport& report, const Zone& zone) {
  std::string out;
  for (const auto& delivered : report.editions) {
    if (!delivered.held) out += in_words(delivered) + "\n";
  }
  say(out);
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

Result<sending::DeliverOptions> deliver_options(const SendCommand& command, ProgressLine& progress) {
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
                                    const delivery::RunReport& run) { progress.show(edition, before, run); };
  return options;
}

/// `watch`: nullptr if nothing leaves.
Result<Exit> deliver_under_lock(Session& session, const SendCommand& command, app::Watch* watch) {
  TIDINGS_LET(const auto context, session.context(Access::existing));
  const auto& config = context.config;
  TIDINGS_LET(const auto lock, session.begin_sending(context, "deliver"));
  ProgressLine progress;
  TIDINGS_LET(auto options, deliver_options(command, progress));
  if (!command.digest.empty()) {
    TIDINGS_LET(const auto edition, edition::find_edition(context.database, command.digest));
    options.edition = edition.id;
  }
  watch_signals();
  TIDINGS_LET(const auto report, sending::deliver(context, options, stop_flag));
  if (report.editions.empty()) say("nothing to deliver\n");
  if (watch != nullptr) watch->delivered(report);
  return conclude(report, config.newsletter.zone).result();
}

Result<Exit> deliver(Session& session, const SendCommand& command) {
  if (!command.to_dir.empty()) return deliver_under_lock(session, command, nullptr);
  TIDINGS_LET(const auto context, session.context(Access::existing));
  app::Watch watch{context};
  auto done = deliver_under_lock(session, command, &watch);
  tell_finished(watch);
  return done;
}

// ---- send
// -----------------------------------------------------------------------------------------------------------

std::string_view name_of(edition::Composed::What what) {
  using What = edition::Composed::What;
  switch (what) {
    case What::sealed: return "sealed";
    case What::skipped: return "skipped";
    case What::not_due: return "not_due";
    case What::held: return "held";
    case What::drafted: return "drafted";
    case What::unapproved: return "unapproved";
    case What::waits: return "waits";
  }
  return "";
}

Result<std::string> json_of(store::Database& database, const edition::Composed& composed) {
  Json posts = Json::array();
  if (composed.edition) {
    TIDINGS_LET(const auto shown, edition::posts_of(database, composed.edition));
    for (const auto& post : shown)
      posts.push_back({{"id", post.id.value}, {"title", post::display_title(post)}, {"link", post.link}});
  }
  Json joined = Json::array();
  for (const auto& each : composed.joined) {
    joined.push_back(
        {{"id", each.id.value}, {"shown", each.shown.value}, {"why", digest::in_words(each.reason)}});
  }
  TIDINGS_LET(auto left_out, left_out_json(database, composed.left_out));
  return json_line({{"digest", composed.digest},
                    {"number", composed.number > 0 ? Json(composed.number) : Json(nullptr)},
                    {"what", name_of(composed.what)},
                    {"title", composed.title},
                    {"reason", composed.reason},
                    {"recipients", composed.recipients},
                    {"next_run", json_time(composed.next_run)},
                    {"posts", std::move(posts)},
                    {"joined", std::move(joined)},
                    {"left_out_counts", left_out_counts(composed.left_out)},
                    {"left_out", std::move(left_out)}});
}

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

/// Everything on a copy of the database in memory: who would get what.
Result<Exit> rehearse(Session& session, const std::vector<const config::DigestConfig*>& digests,
                      const SendCommand& command) {
  TIDINGS_LET(const auto context, session.context(Access::copy));
  TIDINGS_LET(const auto collected, app::collect(context));
  report_collected(collected, !command.json);
  const auto outcome = app::compose_all(context, digests, when_of(command), collected);
  Ending ending{.failures = outcome.failures};
  ending.add(held_in(outcome));
  if (command.json) {
    for (const auto& composed : outcome.composed) {
      TIDINGS_LET(const auto line, json_of(context.database, composed));
      print(line);
    }
    return ending.result();
  }
  print_composed(outcome, context.config.newsletter.zone, true);
  TIDINGS_TRY(tell_joined_posts(context.database, outcome));
  TIDINGS_TRY(tell_left_out_posts(context.database, outcome));
  std::string out;
  const auto tell = [](const std::string& line) { say(printable(line) + "\n"); };
  TIDINGS_TRY(edition::tell_unfinished(context, tell));
  for (const auto& composed : outcome.composed) {
    const bool for_nobody =
        composed.what == edition::Composed::What::skipped && composed.reason == edition::nobody_to_send_to;
    if (for_nobody) TIDINGS_TRY(edition::tell_left_out(context, composed.digest, tell));
  }
  if (!command.to_dir.empty()) {
    sending::DeliverOptions options;
    options.to_folder = command.to_dir;
    options.even_late = command.even_late;
    TIDINGS_LET(const auto report, sending::deliver(context, options, stop_flag));
    for (const auto& delivered : report.editions)
      out += in_words(delivered) + " (to " + command.to_dir + ")\n";
  }
  say(out + "dry run: nothing was sent or changed\n");
  return ending.result();
}

/// Sends confirmation mails and the like that are still waiting, for lists without "serve". A failure does
/// not stop the digest; it is the command's result if there is nothing graver.
std::optional<Error> send_notices(const config::Context& context) {
  const auto work = [&]() -> Result<members::NoticeReport> {
    TIDINGS_TRY(members::tidy_up(context));
    TIDINGS_TRY(members::take_sign_ups(context));
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
  TIDINGS_LET(const auto collected, app::collect(context));
  report_collected(collected, session.verbose > 0);
  if (watch != nullptr) watch->collected(collected);
  const auto composed = app::compose_all(context, digests, when_of(command), collected);
  if (watch != nullptr) watch->composed(composed);
  print_composed(composed, config.newsletter.zone, !command.due);
  TIDINGS_LET(const bool drafts_wait, mail_drafts(context, command.to_dir));
  // Before the first mail, whose link to its page should not be dead.
  if (command.to_dir.empty()) {
    const auto trouble = edition::refresh_archive(config, context.database);
    if (!trouble.empty()) log::warning(trouble);
  }
  ProgressLine progress;
  TIDINGS_LET(auto options, deliver_options(command, progress));
  // A send of one digest also finishes what an earlier run left open: subscribers are served in the promised
  // order.
  TIDINGS_LET(const auto report, sending::deliver(context, options, stop_flag));
  if (watch != nullptr) watch->delivered(report);
  auto ending = conclude(report, config.newsletter.zone);
  ending.add(composed.failures);
  ending.add(held_in(composed));
  if (composed.waits_for_source) {
    ending.failures.push_back({.code = Errc::unavailable,
                               .what = "an edition is waiting because a source could not be read",
                               .hint = "\"tidings source list\" shows which"});
  }
  TIDINGS_LET(const auto failing, app::failing_sources(context));
  ending.add(failing);
  ending.try_again = ending.try_again || drafts_wait;
  return ending.result();
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
  auto sent = send_digests(session, command, digests, watch);
  if (!notices) return sent;
  if (sent && *sent == Exit::done) return tl::unexpected<Error>(*std::move(notices));
  log::error(notices->line());
  return sent;
}

Result<Exit> send(Session& session, const SendCommand& command) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(const auto digests, chosen(*config, command));
  if (command.json && !command.dry_run)
    return fail(Errc::usage, "--json requires --dry-run",
                "\"tidings edition show --json\" shows what was sent");
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

// ---- preview and test
// -----------------------------------------------------------------------------------------------

struct PreviewCommand {
  std::string what;
  std::string folder;
  std::string address;
  std::string name;
  std::string to_dir;
  bool all = false;
  bool json = false;
};

/// For a digest the sources are read into the copy, as a send would; an edition is already fixed.
Result<config::Context> copy_with_news(Session& session, const std::string& what) {
  TIDINGS_LET(const auto context, session.context(Access::copy));
  if (context.config.find_digest(what) != nullptr) {
    TIDINGS_LET(const auto collected, app::collect(context));
    report_collected(collected, false);
  }
  return context;
}

Result<std::string> json_of(store::Database& database, const edition::Preview& shown,
                            const std::filesystem::path& index) {
  Json segments = Json::array();
  for (const auto& segment : shown.segments) {
    segments.push_back({{"name", segment.name},
                        {"language", segment.language},
                        {"readers", segment.readers},
                        {"posts", segment.posts},
                        {"subject", segment.subject},
                        {"bytes", segment.message.bytes.size()},
                        {"note", segment.note}});
  }
  TIDINGS_LET(auto left_out, left_out_json(database, shown.left_out));
  return json_line({{"digest", shown.edition.digest},
                    {"title", shown.edition.title},
                    {"index", index.string()},
                    {"segments", std::move(segments)},
                    {"segments_not_shown", shown.segments_not_shown},
                    {"left_out_counts", left_out_counts(shown.left_out)},
                    {"left_out", std::move(left_out)}});
}

Result<Exit> preview(Session& session, const PreviewCommand& command) {
  TIDINGS_LET(const auto context, copy_with_news(session, command.what));
  TIDINGS_LET(
      const auto shown,
      edition::make_preview(context, command.what,
                            {.address = "reader@example.org",
                             .name = command.name,
                             .subject_prefix = {},
                             .most_segments = command.all ? std::numeric_limits<std::size_t>::max() : 20}));
  TIDINGS_LET(const auto index, edition::write_preview(shown, command.folder));
  if (command.json) {
    TIDINGS_LET(const auto line, json_of(context.database, shown, index));
    print(line);
    return Exit::done;
  }
  std::string out = printable(shown.edition.title) + "\n";
  for (const auto& segment : shown.segments) {
    out += fmt::format(
        "  {}: {}, {}, {}, \"{}\"{}\n", segment.name,
        segment.readers == 0 ? "a sample" : plural(segment.readers, "reader"), plural(segment.posts, "post"),
        format_size(static_cast<std::int64_t>(segment.message.bytes.size())), printable(segment.subject),
        segment.note.empty() ? "" : "; shortened: " + segment.note);
  }
  if (shown.segments_not_shown > 0)
    out += fmt::format("  and {} with fewer readers; --all writes them too\n",
                       plural(static_cast<long long>(shown.segments_not_shown), "segment"));
  if (!shown.pictures.empty()) out += "  " + printable(shown.pictures) + "\n";
  TIDINGS_LET(const auto left_out, left_out_lines(context.database, shown.left_out, shown.edition.digest));
  if (!shown.left_out.empty()) out += "  " + edition::left_out_in_words(shown.left_out) + "\n" + left_out;
  say(out + index.string() + "\n");
  return Exit::done;
}

Result<Exit> test(Session& session, const PreviewCommand& command) {
  TIDINGS_TRY(session.config());
  TIDINGS_LET(const auto address, parse_mail_address(trim(command.address)));
  TIDINGS_LET(const auto context, copy_with_news(session, command.what));
  TIDINGS_LET(
      const auto shown,
      edition::make_preview(context, command.what,
                            {.address = address.text(), .name = command.name, .subject_prefix = "[Test] "}));
  TIDINGS_LET(const auto outcome, edition::send_test(context.config, shown, command.to_dir));
  if (outcome.kind != delivery::OutcomeKind::accepted) {
    return fail(Errc::unavailable,
                fmt::format("the test message to {} was not accepted at {}: {}", address.text(),
                            delivery::name_of(outcome.stage), outcome.line()));
  }
  say(fmt::format("sent to {}: {}\n", address.text(), printable(outcome.line())));
  return Exit::done;
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
      },
      deliver);
  add_command<SendCommand>(
      app, session, "send", "collect, compose and deliver: the cron command",
      [](Command command, SendCommand& options) {
        add_digest_choice(command, options);
        command.add_flag("--dry-run", options.dry_run,
                         "show who would get what, and what is left out; changes nothing");
        add_json(command, options.json);
        add_deliver_options(command, options);
      },
      send);
  add_command<PreviewCommand>(
      app, session, "preview", "write an edition as HTML, text and message files",
      [](Command command, PreviewCommand& options) {
        command.add_option("WHAT", options.what, "a digest or an edition (weekly#12)").required();
        command.add_option("--to", options.folder, "where").value_name("DIR").required();
        command.add_option("--name", options.name, "as a subscriber of this name sees it");
        command.add_flag("--all", options.all, "every segment, not only the 20 with most readers");
        add_json(command, options.json);
      },
      preview);
  add_command<PreviewCommand>(
      app, session, "test", "send one [Test] message to one address",
      [](Command command, PreviewCommand& options) {
        command.add_option("WHAT", options.what, "a digest or an edition (weekly#12)").required();
        command.add_option("ADDRESS", options.address, "who gets it, e.g. you@example.org").required();
        command.add_option("--name", options.name, "as a subscriber of this name sees it");
        command.add_option("--to-dir", options.to_dir, "write .eml files there instead of sending")
            .value_name("DIR");
      },
      test);
}

}  // namespace tidings::cli
