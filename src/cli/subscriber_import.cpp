// subscriber import
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include <unistd.h>

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/output.hpp"
#include "cli/subscriber_commands.hpp"
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
  bool json = false;
};

Result<ImportOptions> import_options(const config::Config& config, const ImportCommand& command) {
  ImportOptions options;
  TIDINGS_LET(options.digests, digests_or_usual(config, command.digests));
  for (const auto& digest : config.digests) options.known_digests.push_back(digest.name);
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
          {"records", report.records},
          {"encoding", report.encoding},
          {"unused", std::move(unused)},
          {"imported", report.imported()},
          {"added", report.added},
          {"updated", report.updated},
          {"unchanged", report.unchanged},
          {"withdrawn", report.withdrawn},
          {"suppressed", report.suppressed},
          {"skipped_left", report.skipped_left},
          {"skipped_suppressed", report.skipped_suppressed},
          {"rejected", report.rejected},
          {"pending", report.pending},
          {"asked", report.asked},
          {"rejected_lines", std::move(rejected)},
          {"warnings", std::move(warnings)}};
}

/// Lines so far, the rate and the time left, written over on a terminal; nothing elsewhere.
class ImportLine {
 public:
  explicit ImportLine(const std::string& file) {
    std::error_code unknown;
    if (const auto size = std::filesystem::file_size(file, unknown); !unknown)
      bytes_ = static_cast<double>(size);
  }
  void show(const ImportProgress& progress) {
    if (!active_) return;
    const auto seconds =
        std::max(0.001, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count());
    std::string left;
    if (bytes_ > 0 && progress.bytes > 0) {
      const auto part = std::min(1.0, static_cast<double>(progress.bytes) / bytes_);
      left = fmt::format(
          "  {:.0f}%  {} left", 100 * part,
          format_duration(std::chrono::seconds{static_cast<std::int64_t>(seconds * (1 - part) / part)}));
    }
    fmt::print(stderr, "\r{} lines  {:.0f}/s{} \033[K", progress.records,
               static_cast<double>(progress.records) / seconds, left);
    shown_ = true;
  }
  ~ImportLine() {
    if (shown_) std::fputs("\r\033[K", stderr);
  }
  ImportLine(const ImportLine&) = delete;
  ImportLine& operator=(const ImportLine&) = delete;

 private:
  double bytes_ = 0;  ///< 0: unknown
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  bool active_ = ::isatty(STDERR_FILENO) == 1;
  bool shown_ = false;
};

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
  ImportLine line{command.file};
  std::int64_t lines_in = 0;
  options.progress = [&line](const ImportProgress& progress) { line.show(progress); };
  options.committed = [&lines_in](std::int64_t records) { lines_in = records; };
  options.stopped = [] { return stop_flag.load(); };
  watch_signals();
  auto imported = import_csv(context.database, context.clock, reader, options);
  if (!imported) return refused(std::move(imported).error(), command, lines_in);
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
                      "status=\"{}\" if it is)",
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
                command.reject_file.empty() ? "correct them and import again; --rejects FILE collects them"
                                            : "correct them there and import that file");
  };
  if (command.json) {
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
        command.add_option("--digest", options.digests,
                           "for lines without one (default: those with sign_up = \"default\")");
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
        add_json(command, options.json);
      },
      import_file);
}

}  // namespace tidings::cli
