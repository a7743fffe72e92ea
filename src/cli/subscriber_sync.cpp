// subscriber sync
#include <filesystem>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "cli/output.hpp"
#include "cli/subscriber_commands.hpp"
#include "members/sync.hpp"
#include "members/topics.hpp"
#include "source/feed_command.hpp"
#include "source/fetch.hpp"

namespace tidings::cli {
namespace {

using namespace tidings::subscriber;

constexpr std::int64_t most_bytes = 256LL * 1024 * 1024;

struct SyncCommand {
  std::string source;
  std::string name;
  std::vector<std::string> digests;
  std::vector<std::string> map;
  std::vector<std::string> ignored;
  bool confirmed = false;
  int most_leaving = 20;
  bool dry_run = false;
};

struct Source {
  std::string name;
  std::string text;
};

/// By http(s), from a file, or what a command writes.
Result<Source> read_source(const SyncCommand& command) {
  Source source{.name = command.name, .text = {}};
  if (is_web_url(command.source)) {
    const auto url = parse_url(command.source);
    if (!url) return fail(Errc::usage, "that is not a web address");
    if (source.name.empty()) source.name = url->host + url->path;
    auto answer =
        source::fetch({.url = command.source, .reach = source::Reach::anywhere}, {.max_bytes = most_bytes});
    if (const auto* const failure = std::get_if<source::FetchFailure>(&answer))
      return fail(Errc::unavailable, failure->what);
    if (auto* const fetched = std::get_if<source::Fetched>(&answer)) source.text = std::move(fetched->bytes);
    return source;
  }
  std::error_code unknown;
  if (command.source == "-" || std::filesystem::is_regular_file(command.source, unknown)) {
    if (source.name.empty() && command.source != "-")
      source.name = std::filesystem::path{command.source}.filename().string();
    TIDINGS_LET(source.text, read_file(command.source, static_cast<std::size_t>(most_bytes)));
  } else {
    if (source.name.empty()) {
      return fail(Errc::usage,
                  fmt::format("there is no file {}; a command needs --name", printable(command.source)),
                  "--name club says what the list is called, the same at every sync");
    }
    TIDINGS_LET(source.text,
                source::output_of_command({"/bin/sh", "-c", command.source}, {.max_bytes = most_bytes}));
  }
  if (source.name.empty())
    return fail(Errc::usage, "standard input needs --name", "--name club says what the list is called");
  return source;
}

Result<members::SyncOptions> sync_options(const config::Config& config, const SyncCommand& command) {
  members::SyncOptions options;
  options.most_leaving_percent = command.most_leaving;
  TIDINGS_LET(options.import.digests, digests_or_every(config, command.digests));
  for (const auto& digest : config.digests) options.import.known_digests.push_back(digest.name);
  options.import.fields = config.fields;
  options.import.state = command.confirmed ? SubscriptionState::confirmed : SubscriptionState::pending;
  options.import.ask = command.confirmed ? AskReaders::no : AskReaders::yes;
  TIDINGS_LET(options.import.map, column_map(command.map));
  options.import.ignored = command.ignored;
  return options;
}

Json json_of(const members::SyncReport& report, const std::string& name) {
  return {{"name", name},
          {"line_count", report.import.records},
          {"added_count", report.import.added},
          {"updated_count", report.import.updated},
          {"unchanged_count", report.import.unchanged},
          {"skipped_left_count", report.import.skipped_left},
          {"skipped_suppressed_count", report.import.skipped_suppressed},
          {"rejected_count", report.import.rejected},
          {"asked_count", report.import.asked + static_cast<std::int64_t>(report.asked.size())},
          {"left", report.left}};
}

void tell(const members::SyncReport& report, const std::string& name, bool is_dry) {
  std::string out = fmt::format("{} of {}\n", plural(report.import.records, "line"), printable(name));
  const auto count = [&](std::int64_t number, std::string_view words) {
    if (number != 0) out += fmt::format("  {:>8}  {}\n", number, words);
  };
  count(report.import.added, is_dry ? "would be added" : "added");
  count(report.import.updated, is_dry ? "would be updated" : "updated");
  count(report.import.unchanged, "there already");
  count(report.import.skipped_left, "not added: had unsubscribed");
  count(report.import.skipped_suppressed, "not added: suppressed");
  count(report.import.rejected, "rejected");
  count(report.import.asked + static_cast<std::int64_t>(report.asked.size()),
        is_dry ? "would be asked to confirm"
               : "confirmation mails are waiting; \"serve\" or \"send --due\" sends them");
  count(static_cast<std::int64_t>(report.left.size()),
        is_dry ? "would leave: no longer in it" : "left: no longer in it");
  for (const auto& address : report.left) out += fmt::format("            {}\n", printable(address));
  say(out);
}

Result<Exit> sync(Session& session, const SyncCommand& command) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(auto options, sync_options(*config, command));
  TIDINGS_LET(const auto source, read_source(command));
  options.name = source.name;
  options.text = source.text;
  TIDINGS_LET(const auto context, session.context(command.dry_run ? Access::copy : Access::create));
  TIDINGS_LET(options.import.known_topics, members::known_topics(*config, context.database));
  TIDINGS_LET(const auto report, members::sync_list(context, options));
  for (const auto& line : report.import.rejected_lines)
    log::warning(fmt::format("{}:{}: {}: rejected", printable(source.name), line.line, line.reason));
  if (form() == Form::json) {
    print(json_line(json_of(report, source.name)));
  } else {
    tell(report, source.name, command.dry_run);
  }
  if (!report.nobody_may_leave) return Exit::done;
  return fail(Errc::bad_data,
              fmt::format("{}: {} rejected, so nobody leaves", printable(source.name),
                          plural(report.import.rejected, "line")),
              "whoever is not in the source leaves once all its lines can be read");
}

}  // namespace

void add_subscriber_sync(Command noun, Session& session) {
  add_command<SyncCommand>(
      noun, session, "sync", "follow another list, such as a club's members: adds and leaves",
      [](Command command, SyncCommand& options) {
        command.add_option("SOURCE", options.source, "a CSV file, its URL, or a command that writes it")
            .required();
        command.add_option("--name", options.name, "what the source is called, the same at every sync");
        command.add_option("--digest", options.digests, "for lines without one (default: every digest)");
        command.add_option("--map", options.map, "COLUMN=HEADER, e.g. email=\"E-Mail\"");
        command.add_option("--ignore-column", options.ignored,
                           "ignore this column though it sounds like a status");
        command.add_flag("--confirmed", options.confirmed,
                         "you have these people's consent (default: they are asked by mail)");
        command
            .add_option("--most-leaving", options.most_leaving,
                        "percent of those it brought that may leave at once; two always may")
            .show_default()
            .range(0, 100);
        command.add_flag("--dry-run", options.dry_run, "only report");
      },
      sync);
}

}  // namespace tidings::cli
