// subscriber import
#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/subscriber_commands.hpp"
#include "edition/reader_hours.hpp"
#include "members/topics.hpp"
#include "subscriber/import.hpp"

namespace tidings::cli {
namespace {

using namespace tidings::subscriber;

struct ImportCommand {
  std::string file;
  std::vector<std::string> digests;
  std::vector<std::string> map;
  bool confirmed = false;
  bool dry_run = false;
  bool ask = false;
  std::string delimiter;
  std::string encoding;
  std::vector<std::string> ignored;
  std::string reject_file;
  std::int64_t batch = 0;
};

Result<ImportOptions> import_options(const config::Config& config, const ImportCommand& command) {
  ImportOptions options;
  TIDINGS_LET(options.digests, digests_or_every(config, command.digests));
  for (const auto& digest : config.digests) options.known_digests.push_back(digest.name);
  options.fields = config.fields;
  options.state = command.confirmed ? SubscriptionState::confirmed : SubscriptionState::pending;
  TIDINGS_LET(options.map, column_map(command.map));
  options.ignored = command.ignored;
  options.ask = command.ask ? AskReaders::yes : AskReaders::no;
  options.dry_run = command.dry_run ? DryRun::yes : DryRun::no;
  options.reject_file = command.reject_file;
  options.batch = command.batch;
  options.detail =
      command.file == "-" ? "standard input" : std::filesystem::path{command.file}.filename().string();
  return options;
}

Json json_of(const ImportReport& report) {
  Json rejected = Json::array();
  for (const auto& line : report.rejected_lines)
    rejected.push_back({{"line", line.line}, {"reason", line.reason}});
  Json warnings = Json::array();
  for (const auto& line : report.warnings) warnings.push_back({{"line", line.line}, {"reason", line.reason}});
  Json unused = Json::array();
  for (const auto& column : report.unused)
    unused.push_back({{"column", column.header}, {"suspect", column.is_suspect}});
  return {{"format", report.format},
          {"encoding", report.encoding},
          {"line_count", report.records},
          {"imported_count", report.imported()},
          {"added_count", report.added},
          {"updated_count", report.updated},
          {"unchanged_count", report.unchanged},
          {"withdrawn_count", report.withdrawn},
          {"suppressed_count", report.suppressed},
          {"skipped_left_count", report.skipped_left},
          {"skipped_suppressed_count", report.skipped_suppressed},
          {"rejected_count", report.rejected},
          {"pending_count", report.pending},
          {"asked_count", report.asked},
          {"unused", std::move(unused)},
          {"rejected", std::move(rejected)},
          {"warnings", std::move(warnings)}};
}

/// How large the file is, to tell how much is left of it; 0 if unknown.
std::int64_t size_of(const std::string& file) {
  std::error_code unknown;
  const auto size = std::filesystem::file_size(file, unknown);
  return unknown ? 0 : static_cast<std::int64_t>(size);
}

/// The lines of the whole file are estimated by their length so far.
Step step_of(const ImportProgress& progress, std::int64_t file_bytes) {
  const auto part =
      progress.bytes > 0 ? static_cast<double>(file_bytes) / static_cast<double>(progress.bytes) : 0.0;
  return {.what = "import",
          .unit = "lines",
          .done = progress.records,
          .all = static_cast<std::int64_t>(static_cast<double>(progress.records) * part)};
}

Result<char> delimiter_of(std::string_view text) {
  if (text == "tab" || text == "\\t") return '\t';
  const bool possible = text.size() == 1 && static_cast<std::uint8_t>(text[0]) < 0x80 && text != "\"" &&
                        text != "\r" && text != "\n";
  if (!possible) {
    return fail(Errc::usage, fmt::format("--delimiter \"{}\" is not a usable character", printable(text)),
                "use tab or one ASCII character");
  }
  return text[0];
}

std::atomic<bool> stop_flag{false};

/// The first signal ends the import between two lines, a second one at once.
void watch_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { stop_flag = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaction(signal, &action, nullptr);
}

/// Whatever cut it off, what is in: a script tells this from an import of which some lines were rejected by
/// stdout, which stays empty.
tl::unexpected<Error> refused(Error error, const ImportCommand& command, std::int64_t lines_in) {
  const bool has_started =
      error.code != Errc::usage && error.code != Errc::config && error.code != Errc::no_input;
  if (!has_started) return tl::unexpected<Error>(std::move(error));
  if (lines_in == 0) {
    error.what += "; nothing was imported";
  } else {
    const auto batches = lines_in / command.batch;
    error.what += fmt::format("; {} ({} {}) are in: running it again is harmless, and goes on",
                              plural(lines_in, "line"), batches, batches == 1 ? "batch" : "batches");
  }
  return tl::unexpected<Error>(std::move(error));
}

Result<ImportReport> import_with_progress(const config::Context& context, CsvReader& reader,
                                          ImportOptions options, const ImportCommand& command) {
  Progress shown;
  std::int64_t lines_in = 0;
  options.progress = [&shown, bytes = size_of(command.file)](const ImportProgress& progress) {
    shown.show(step_of(progress, bytes));
  };
  options.committed = [&lines_in](std::int64_t records) { lines_in = records; };
  options.stopped = [] { return stop_flag.load(); };
  watch_signals();
  auto imported = import_csv(context.database, context.clock, reader, options);
  if (!imported) return refused(std::move(imported).error(), command, lines_in);
  if (!command.dry_run) TIDINGS_TRY(edition::follow_zones(context));
  return imported;
}

void tell_columns(const ImportCommand& command, const ImportReport& report) {
  if (report.guessed_encoding) {
    log::warning(fmt::format("{} is read as {}: check that names look right, or use --encoding", command.file,
                             report.encoding));
  }
  std::string unused;
  for (const auto& column : report.unused) {
    if (column.is_suspect) {
      log::warning(
          fmt::format("{}: the column \"{}\" is not used but sounds like a status or consent (--map "
                      "status=\"{}\" if it says who left or when)",
                      command.file, printable(column.header), printable(column.header)));
    }
    unused += fmt::format("{}{}", unused.empty() ? "" : ", ", printable(column.header));
  }
  if (!unused.empty()) say(fmt::format("unused columns: {}\n", unused));
}

Result<Exit> import_file(Session& session, const ImportCommand& command) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(auto options, import_options(*config, command));
  // Before the database is created: a missing file must leave nothing behind.
  TIDINGS_LET(auto reader, CsvReader::open(command.file));
  if (!command.delimiter.empty()) {
    TIDINGS_LET(const char delimiter, delimiter_of(command.delimiter));
    reader.expect_delimiter(delimiter);
  }
  if (!command.encoding.empty()) TIDINGS_TRY(reader.expect_encoding(command.encoding));
  TIDINGS_LET(const auto context, session.context(command.dry_run ? Access::copy : Access::create));
  TIDINGS_LET(options.known_topics, members::known_topics(*config, context.database));
  TIDINGS_LET(const auto report, import_with_progress(context, reader, options, command));
  // The good lines are in; the status tells a script that somebody has to look at the others.
  const auto conclude = [&]() -> Result<Exit> {
    if (report.rejected == 0) return Exit::done;
    const auto* const would = command.dry_run ? "would be " : "";
    return fail(Errc::bad_data,
                fmt::format("{}: {} {}imported, {} {}rejected{}", command.file,
                            plural(report.imported(), "line"), would, report.rejected, would,
                            command.reject_file.empty() ? "" : ", see " + command.reject_file),
                command.reject_file.empty()
                    ? "correct them and import again; --rejects FILE collects them"
                    : "correct them there and import that file with the same options");
  };
  if (form() == Form::json) {
    print(json_line(json_of(report)));
    return conclude();
  }
  for (const auto& line : report.rejected_lines) {
    log::warning(fmt::format("{}:{}: {}: rejected", command.file, line.line, line.reason));
  }
  for (const auto& line : report.warnings)
    log::warning(fmt::format("{}:{}: {}", command.file, line.line, line.reason));
  tell_columns(command, report);
  std::string columns;
  for (const auto& column : report.columns) {
    if (!column.header.empty()) columns += fmt::format(" {}={}", column.column, column.header);
  }
  std::string out = fmt::format("{} of {} ({};{})\n", plural(report.records, "line"), command.file,
                                report.format, printable(columns));
  const auto count = [&](std::int64_t number, std::string_view words) {
    if (number != 0) out += fmt::format("  {:>8}  {}\n", number, words);
  };
  count(report.added, command.dry_run ? "would be added" : "added");
  count(report.updated, "updated");
  count(report.unchanged, "there already");
  count(report.withdrawn, "have left");
  count(report.suppressed, "suppressed");
  count(report.skipped_left, "not added: had unsubscribed");
  count(report.skipped_suppressed, "not added: suppressed");
  count(report.rejected, "rejected");
  if (report.asked < report.pending) {
    count(report.pending - report.asked,
          "get no mail until confirmed: --send-confirmations asks them, --confirmed if they have consented");
  }
  count(report.asked, command.dry_run
                          ? "would be asked to confirm"
                          : "confirmation mails are waiting; \"serve\" or \"send --due\" sends them");
  say(out);
  return conclude();
}

}  // namespace

void add_subscriber_import(Command noun, Session& session) {
  add_command<ImportCommand>(
      noun, session, "import", "import a CSV file (formats: subscribers/README.md)",
      [](Command command, ImportCommand& options) {
        command.add_option("FILE", options.file, "\"-\" is standard input").required();
        command.add_option("--digest", options.digests, "for lines without one (default: every digest)");
        command.add_option("--map", options.map, "COLUMN=HEADER, e.g. email=\"E-Mail\"");
        command.add_option("--delimiter", options.delimiter,
                           "field separator: a character, or tab (default: detected)");
        command.add_option("--encoding", options.encoding,
                           "of the file, e.g. windows-1252 (default: detected)");
        command.add_option("--ignore-column", options.ignored,
                           "ignore this column though it sounds like a status");
        command.add_flag("--confirmed", options.confirmed, "you have these people's consent");
        command.add_flag("--send-confirmations", options.ask, "mail pending ones to ask for confirmation");
        command.add_flag("--dry-run", options.dry_run, "only report");
        command.add_option("--rejects", options.reject_file, "write rejected lines there").value_name("FILE");
        command
            .add_option("--batch", options.batch,
                        "commit every so many lines; a stopped import keeps them and can be continued "
                        "(default: all or nothing)")
            .at_least(1);
      },
      import_file);
}

}  // namespace tidings::cli
