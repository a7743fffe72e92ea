// bounce parse | ingest
#include <chrono>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "bounce/intake.hpp"
#include "bounce/mime_reader.hpp"
#include "bounce/parse.hpp"
#include "bounce/policy.hpp"
#include "bounce/unmatched.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "returns/forward.hpp"
#include "returns/intake.hpp"
#include "returns/mailbox.hpp"

namespace tidings::cli {
namespace {

struct ParseOptions {
  std::string file;
};

Json json_of(const bounce::Report& report) {
  Json recipients = Json::array();
  const bool complaint = report.complaint && bounce::is_complaint(report.feedback_type);
  for (const auto& each : report.recipients) {
    // Feedback of another kind ("not spam", a failed signature) is about a mail that arrived.
    const auto action = report.complaint && !complaint ? bounce::Action::delivered : each.action;
    Json one{{"address", each.address},    {"action", name_of(action)},      {"status", each.status},
             {"kind", name_of(each.kind)}, {"reason", name_of(each.reason)}, {"diagnostic", each.diagnostic}};
    if (!each.original.empty()) one["original"] = each.original;
    recipients.push_back(std::move(one));
  }
  Json out{{"recipients", std::move(recipients)}, {"complaint", complaint}};
  if (report.complaint) out["feedback_type"] = report.feedback_type;
  if (!report.reporter.empty()) out["reporter"] = report.reporter;
  if (!report.returned.message_id.empty()) out["message_id"] = report.returned.message_id;
  return out;
}

Result<Exit> parse(Session& /*session*/, const ParseOptions& options) {
  TIDINGS_LET(const auto bytes,
              options.file == "-" ? bounce::read_mail_of_pipe() : bounce::read_mail_file(options.file));
  auto report = bounce::parse_report(bytes);
  if (!report)
    return fail(
        report.error().code,
        fmt::format("{}: {}", options.file == "-" ? "standard input" : options.file, report.error().what));
  print(json_line(json_of(*report)));
  return Exit::done;
}

struct IngestOptions {
  std::string maildir;
  std::string mbox;
  std::string recipient;
  bool dry_run = false;
};

struct Tally {
  std::map<std::string, int> by_outcome;
  std::set<SubscriberId> suppressed;  ///< and still suppressed: a later report may reveal a storm
  int taken_back = 0;                 ///< of those suppressed by an earlier run
  std::string lines;
};

void note(Tally& tally, const returns::IntakeResult& result) {
  ++tally.by_outcome[std::string{name_of(result.intake)}];
  if (result.suppressed) tally.suppressed.insert(result.subscriber);
  for (const auto id : result.taken_back) {
    const bool own = tally.suppressed.erase(id) > 0 || id == result.subscriber;
    tally.taken_back += own ? 0 : 1;
  }
  if (form() == Form::json) {
    tally.lines +=
        json_line({{"outcome", name_of(result.intake)},
                   {"subscriber_id", result.subscriber ? Json(result.subscriber.value) : Json(nullptr)},
                   {"address", json_text(result.address)},
                   {"suppressed", result.suppressed},
                   {"storm", result.storm},
                   {"taken_back_count", result.taken_back.size()},
                   {"what", json_text(result.words)}});
  } else if (result.subscriber || result.intake == returns::Intake::forward ||
             result.intake == returns::Intake::review) {
    const auto who =
        result.address.empty() ? fmt::format("subscriber {}", result.subscriber.value) : result.address;
    tally.lines += printable(fmt::format("{}: {}: {}{}", name_of(result.intake), who, result.words,
                                         result.suppressed ? "; suppressed" : "")) +
                   "\n";
  }
}

/// The origin of the mails of one run.
enum class Origin { mbox, maildir, pipe, mailbox };

// An MTA writes at once; an idle pipe left open is waited for this long.
constexpr std::chrono::seconds pipe_patience{5};

Result<Origin> origin_of(const config::Config& config, const IngestOptions& options) {
  if (!options.mbox.empty()) return Origin::mbox;
  if (!options.maildir.empty()) return Origin::maildir;
  const bool has_mailbox = config.bounce.has_mailbox();
  const bool is_terminal = isatty(STDIN_FILENO) != 0;
  if (!is_terminal && (!options.recipient.empty() || !has_mailbox || bounce::has_piped_mail(pipe_patience)))
    return Origin::pipe;
  if (has_mailbox && options.recipient.empty()) return Origin::mailbox;
  return fail(Errc::usage, "bounce ingest: no mailbox is configured and no mail is piped in",
              "--maildir DIR, --mbox FILE, or [bounce] maildir");
}

Result<bounce::Unread> read_pipe(const config::Config& config, const IngestOptions& options,
                                 const bounce::Take& take) {
  TIDINGS_LET(const auto bytes, bounce::read_mail_of_pipe());
  // A cron job has an empty pipe.
  if (bytes.empty() && options.recipient.empty() && config.bounce.has_mailbox())
    return returns::read_bounce_mailbox(config, take);
  if (bytes.empty())
    return fail(Errc::usage, "bounce ingest: no mail on standard input",
                "--maildir DIR, --mbox FILE, or [bounce] maildir");
  TIDINGS_LET(const auto put, take({.name = "standard input", .bytes = bytes}));
  if (put == bounce::Disposition::unmatched)
    TIDINGS_TRY(bounce::put_unmatched(config.bounce.unmatched, bytes));
  if (bytes.size() >= bounce::max_mail_bytes)
    log::warning(fmt::format("standard input: read only the first {} of the mail",
                             format_size(bounce::max_mail_bytes)));
  return bounce::Unread{};
}

Result<bounce::Unread> read_all(Origin origin, const config::Config& config, const IngestOptions& options,
                                const bounce::Take& take) {
  switch (origin) {
    case Origin::mbox: return bounce::read_mbox(options.mbox, config.bounce.unmatched, take);
    case Origin::maildir: return bounce::read_maildir(options.maildir, take);
    case Origin::pipe: return read_pipe(config, options, take);
    case Origin::mailbox: break;
  }
  return returns::read_bounce_mailbox(config, take);
}

std::string summary_of(const Tally& tally, const IngestOptions& options) {
  std::string counts;
  for (const auto& [outcome, count] : tally.by_outcome)
    counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", count, outcome);
  return fmt::format("{}{}; {} suppressed{}\n", options.dry_run ? "would have read: " : "",
                     counts.empty() ? "no new mail" : counts, tally.suppressed.size(),
                     tally.taken_back == 0 ? "" : fmt::format(", {} taken back", tally.taken_back));
}

/// After reading: trims `unmatched` and sends mails for the editor. True if some of these wait.
bool tidy(const config::Context& context, const std::filesystem::path& maildir) {
  if (const auto trimmed = returns::trim_unmatched_folders(context.config, maildir); !trimmed.empty())
    log::warning(trimmed);
  const delivery::StopFlag never{false};
  const auto report = returns::send_forwards(context, never);
  const auto words = in_words(report);
  if (!words.empty()) log::warning(words);
  return !report || report->waiting > 0;
}

/// The first failure stands for all; each was reported by name.
Result<Exit> conclude(const std::vector<Error>& failed, const bounce::Unread& unread) {
  for (const auto& error : failed) log::failure(error);
  for (const auto& error : unread) log::failure(error);
  if (!failed.empty())
    return fail(Errc::bad_data,
                plural(static_cast<long long>(failed.size()), "mail") + " could not be applied, see above",
                "they are kept in unmatched; ingest them again once the cause is fixed");
  if (!unread.empty())
    return fail(Errc::try_again,
                plural(static_cast<long long>(unread.size()), "mail") + " could not be read, see above");
  return Exit::done;
}

Result<Exit> ingest_mails(Session& session, const IngestOptions& options, Origin origin) {
  TIDINGS_LET(const auto context, session.context(options.dry_run ? Access::copy : Access::existing));
  const auto& config = context.config;
  TIDINGS_LET(const auto intake, returns::BounceIntake::open(context));
  Tally tally;
  std::vector<Error> failed;
  const auto take =
      returns::take_each(*intake, {.envelope_to = options.recipient,
                                   .read = [&](const returns::IntakeResult& result) { note(tally, result); },
                                   .failed = [&](const Error& error) { failed.push_back(error); }});
  Progress progress;
  std::int64_t mails = 0;
  const auto read =
      read_all(origin, config, options, [&](const bounce::Incoming& mail) -> Result<bounce::Disposition> {
        progress.show({.what = "ingest", .unit = "mails", .done = ++mails});
        TIDINGS_LET(const auto put, take(mail));
        return options.dry_run ? bounce::Disposition::keep : put;
      });
  progress.end();
  // "no new mail" would be wrong if something could not be read.
  const bool has_news = read || !tally.by_outcome.empty();
  if (form() == Form::json) print(tally.lines);
  say(has_news ? tally.lines + summary_of(tally, options) : tally.lines);
  const auto maildir =
      origin == Origin::maildir ? std::filesystem::path{options.maildir} : config.bounce.maildir;
  const bool some_wait = !options.dry_run && tidy(context, maildir);
  if (!read) return tl::unexpected<Error>(read.error());
  TIDINGS_TRY(conclude(failed, *read));
  // A piped mail is already stored: the mail system must not retry because the editor's copy waits.
  return some_wait && origin != Origin::pipe ? Exit::try_again : Exit::done;
}

/// A piped mail must not be lost: whatever is wrong on our side, the MTA is told to try again.
Result<Exit> ingest(Session& session, const IngestOptions& options) {
  const auto config = session.config();
  const bool named = !options.maildir.empty() || !options.mbox.empty();
  if (!config && named) return tl::unexpected<Error>(config.error());
  if (!config) return fail(Errc::try_again, config.error().what, config.error().hint);
  TIDINGS_LET(const auto origin, origin_of(**config, options));
  auto done = ingest_mails(session, options, origin);
  if (done || origin != Origin::pipe || done.error().code == Errc::usage) return done;
  return fail(Errc::try_again, done.error().what, done.error().hint);
}

}  // namespace

void add_bounce_commands(Command app, Session& session) {
  const auto noun = add_noun(app, "bounce", "bounces, complaints and replies");
  add_command<ParseOptions>(
      noun, session, "parse", "read one delivery report and print it as JSON; exit 65 if it is not a report",
      [](Command command, ParseOptions& options) {
        command.add_option("FILE", options.file, "a mail; \"-\" is standard input").required();
      },
      parse);
  add_command<IngestOptions>(
      noun, session, "ingest",
      "process bounces, complaints and unsubscribe mails: one mail on standard input, else the mailbox of "
      "[bounce]",
      [](Command command, IngestOptions& options) {
        const auto maildir =
            command.add_option("--maildir", options.maildir, "read this Maildir").value_name("DIR");
        command.add_option("--mbox", options.mbox, "read this mbox").value_name("FILE").excludes(maildir);
        command.add_option("--recipient", options.recipient, "the envelope recipient, as given by the MTA")
            .value_name("ADDRESS");
        command.add_flag("--dry-run", options.dry_run, "only say what would be done");
      },
      ingest);
}

}  // namespace tidings::cli
