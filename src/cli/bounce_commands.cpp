// bounce parse | ingest
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

#include "app/bounce_intake.hpp"
#include "app/bounce_mailbox.hpp"
#include "base/file.hpp"
#include "bounce/intake.hpp"
#include "bounce/parse.hpp"
#include "bounce/policy.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"

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
    Json one{{"address", each.address},    {"action", name_of(action)}, {"status", each.status},
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
  TIDINGS_LET(const auto bytes, read_file(options.file, 64 << 20));
  auto report = bounce::parse_report(bytes);
  if (!report)
    return fail(report.error().code,
                fmt::format("{}: {}", options.file == "-" ? "standard input" : options.file, report.error().what));
  print(json_line(json_of(*report)));
  return Exit::done;
}

struct IngestOptions {
  std::string maildir;
  std::string mbox;
  std::string recipient;
  bool dry_run = false;
  bool json = false;
};

struct Tally {
  std::map<std::string, int> by_outcome;
  std::set<SubscriberId> suppressed;  ///< and still so: a later report may tell of a storm
  int taken_back = 0;                 ///< of those whom an earlier run has suppressed
  std::string lines;
};

void note(Tally& tally, const app::IntakeResult& result, bool json) {
  ++tally.by_outcome[std::string{name_of(result.intake)}];
  if (result.suppressed) tally.suppressed.insert(result.subscriber);
  for (const auto id : result.taken_back) {
    const bool own = tally.suppressed.erase(id) > 0 || id == result.subscriber;
    tally.taken_back += own ? 0 : 1;
  }
  if (json) {
    tally.lines += json_line({{"outcome", name_of(result.intake)},
                              {"subscriber", result.subscriber ? Json(result.subscriber.value) : Json(nullptr)},
                              {"address", result.address.empty() ? Json(nullptr) : Json(result.address)},
                              {"suppressed", result.suppressed},
                              {"storm", result.storm},
                              {"taken_back", result.taken_back.size()},
                              {"words", result.words}});
  } else if (result.subscriber) {
    const auto who = result.address.empty() ? fmt::format("subscriber {}", result.subscriber.value) : result.address;
    tally.lines += printable(fmt::format("{}: {}: {}{}", name_of(result.intake), who, result.words,
                                         result.suppressed ? "; suppressed" : "")) +
                   "\n";
  }
}

bounce::PutAway put_away(const app::IntakeResult& result) {
  return result.intake == app::Intake::unmatched ? bounce::PutAway::unmatched : bounce::PutAway::taken;
}

Result<void> read_all(const app::Config& config, const IngestOptions& options, const bounce::Take& take) {
  if (!options.mbox.empty()) return bounce::read_mbox(options.mbox, app::unmatched_folder(config), take);
  if (!options.maildir.empty()) return bounce::read_maildir(options.maildir, take);
  const bool piped = !options.recipient.empty();
  if (!piped && app::has_bounce_mailbox(config)) return app::read_bounce_mailbox(config, take);
  if (isatty(STDIN_FILENO) != 0)
    return fail(Errc::usage, "bounce ingest: no mailbox is named and nothing comes from a pipe",
                "--maildir DIR, --mbox FILE, or [bounce] maildir");
  TIDINGS_LET(const auto bytes, read_file("-", 64 << 20));
  TIDINGS_LET(const auto put, take(bytes));
  return put == bounce::PutAway::unmatched ? bounce::put_unmatched(app::unmatched_folder(config), bytes) : Result<void>{};
}

Result<Exit> ingest_mails(Session& session, const IngestOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(auto* const database, options.dry_run ? session.database_copy() : session.database(store::Create::no));
  TIDINGS_LET(auto keys, subscriber::KeyRing::peek(*database, session.random()));
  app::BounceIntake intake{*config, *database, session.clock(), session.random(), std::move(keys)};
  Tally tally;
  const auto read = read_all(*config, options, [&](std::string_view bytes) -> Result<bounce::PutAway> {
    TIDINGS_LET(const auto result, intake.take(bytes, options.recipient));
    note(tally, result, options.json);
    return options.dry_run ? bounce::PutAway::keep : put_away(result);
  });
  std::string summary;
  for (const auto& [outcome, count] : tally.by_outcome)
    summary += fmt::format("{}{} {}", summary.empty() ? "" : ", ", count, outcome);
  if (!options.json)
    tally.lines += fmt::format("{}{}; {} suppressed{}\n", options.dry_run ? "would have read: " : "",
                               summary.empty() ? "no new mail" : summary, tally.suppressed.size(),
                               tally.taken_back == 0 ? "" : fmt::format(", {} taken back", tally.taken_back));
  print(tally.lines);
  if (!read) return tl::unexpected<Error>(read.error());
  return Exit::done;
}

/// A mail from a pipe must not be lost: whatever is wrong on our side, the MTA is told to try again.
Result<Exit> ingest(Session& session, const IngestOptions& options) {
  auto done = ingest_mails(session, options);
  const auto config = session.config();
  const bool has_mailbox = config && options.recipient.empty() && app::has_bounce_mailbox(**config);
  const bool piped = options.maildir.empty() && options.mbox.empty() && !has_mailbox;
  if (done || !piped || done.error().code == Errc::usage) return done;
  return fail(Errc::try_again, done.error().what, done.error().hint);
}

}  // namespace

void add_bounce_commands(Command app, Session& session) {
  const auto noun = add_noun(app, "bounce", "what comes back");
  add_command<ParseOptions>(
      noun, session, "parse", "one mail: who was not reached, and why, as JSON; 65 if it is no report",
      [](Command command, ParseOptions& options) {
        command.add_option("FILE", options.file, "a mail, \"-\" is standard input").required();
      },
      parse);
  add_command<IngestOptions>(
      noun, session, "ingest",
      "count what came back: bounces, complaints, mails that unsubscribe; one mail from standard input unless a "
      "mailbox is named",
      [](Command command, IngestOptions& options) {
        const auto maildir = command.add_option("--maildir", options.maildir, "read this Maildir").value_name("DIR");
        command.add_option("--mbox", options.mbox, "read this mbox").value_name("FILE").excludes(maildir);
        command.add_option("--recipient", options.recipient, "where the mail was sent to, as the MTA knows it")
            .value_name("ADDRESS");
        command.add_flag("--dry-run", options.dry_run, "say what would be done");
        add_json(command, options.json);
      },
      ingest);
}

}  // namespace tidings::cli
