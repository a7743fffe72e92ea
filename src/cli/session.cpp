#include "cli/session.hpp"

#include <algorithm>
#include <cctype>
#include <span>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "base/log.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "edition/compose.hpp"
#include "sending/clock_guard.hpp"

namespace tidings::cli {
namespace {

constexpr const char* about =
    "tidings collects the posts of your blogs, composes digests and mails them to a list that you own.";

constexpr const char* more =
    "Exit status: 0 done, also when nothing was due; 64 usage; 65 bad input data; 66 no such input; 69 relay "
    "or source\n"
    "unavailable; 73/74 cannot create / I/O; 75 try again; 77 not permitted; 78 configuration.";

void add_global_options(CLI::App& app, Session& session) {
  app.add_option("--config", session.config_option,
                 "configuration (./config.toml, then /etc/tidings/config.toml)")
      ->type_name("FILE");
  app.add_option("--at", session.at_option, "act as if it were this time (RFC 3339), for rehearsals")
      ->type_name("TIME");
  app.add_flag("-v,--verbose", session.verbose, "more output; twice for details");
  app.add_flag("-q,--quiet", session.quiet, "errors only");
  app.set_version_flag("--version", "tidings " + std::string{version()});
}

/// How far the words of the command line make sense.
struct Read {
  const CLI::App* command;
  std::string path = "tidings";
  std::optional<Error> unknown{};  ///< the first word that should be a command or an option
};

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> known;
  for (const auto* const verb : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!verb->get_group().empty()) known.push_back(verb->get_name());
  }
  return known;
}

std::vector<std::string> options_of(const CLI::App& command, const CLI::App& app) {
  std::vector<std::string> known;
  for (const auto* const each : {&command, &app}) {
    for (const auto* const option : each->get_options()) {
      for (const auto& name : option->get_lnames()) known.push_back("--" + name);
    }
  }
  return known;
}

Error no_such(std::string_view what, std::string_view path, std::string_view word,
              const std::vector<std::string>& known) {
  auto hint = did_you_mean(word, known);
  if (hint.empty()) hint = fmt::format("\"{} --help\" lists the {}s", path, what);
  return {.code = Errc::usage,
          .what = fmt::format("there is no {} \"{} {}\"", what, path, printable(word)),
          .hint = std::move(hint)};
}

/// "-" is a file, "-1" a number.
bool is_option(const std::string& word) {
  return word.size() > 1 && word[0] == '-' &&
         (word[1] == '-' || std::isalpha(static_cast<unsigned char>(word[1])) != 0);
}

/// CLI11 would only say that a command is missing or that words were not expected.
Read read_words(const CLI::App& app, std::span<char*> words) {
  Read read{.command = &app};
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string word = words[i];
    if (word == "--") return read;
    if (is_option(word)) {
      const auto equals = word.find('=');
      const auto name = word.substr(0, word[1] == '-' ? equals : 2);
      const auto* option = read.command->get_option_no_throw(name);
      if (option == nullptr) option = app.get_option_no_throw(name);
      if (option == nullptr) {
        read.unknown = no_such("option", read.path, word.substr(0, equals), options_of(*read.command, app));
        return read;
      }
      if (equals == std::string::npos && option->get_items_expected_max() > 0) ++i;
      continue;
    }
    const auto verbs = read.command->get_subcommands([](const CLI::App*) { return true; });
    if (word.starts_with('-') || verbs.empty()) continue;
    const auto found = std::ranges::find(verbs, word, [](const CLI::App* verb) { return verb->get_name(); });
    if (found == verbs.end()) {
      read.unknown = no_such("command", read.path, word, commands_of(*read.command));
      return read;
    }
    read.command = *found;
    read.path += " " + word;
  }
  return read;
}

/// CLI11 speaks in several lines and names; ours is one line.
Error usage_error(const CLI::App& app, std::span<char*> words, const CLI::ParseError& error) {
  auto read = read_words(app, words);
  if (read.unknown) return *std::move(read.unknown);
  const auto* const what =
      read.command->get_subcommands([](const CLI::App*) { return true; }).empty() ? "options" : "commands";
  return {.code = Errc::usage,
          .what = printable(error.what()),
          .hint = fmt::format("\"{} --help\" lists the {}", read.path, what)};
}

}  // namespace

Result<void> Session::prepare() {
  if (quiet) {
    log::set_level(log::Level::error);
  } else if (verbose > 0) {
    log::set_level(verbose > 1 ? log::Level::debug : log::Level::info);
  }
  if (at_option.empty()) return {};
  const auto at = parse_rfc3339(at_option);
  if (!at) return fail(Errc::usage, "--at: " + at.error().what, at.error().hint);
  auto clock = std::make_unique<ManualClock>(*at);
  manual_clock_ = clock.get();
  clock_ = std::move(clock);
  return {};
}

Result<const config::Config*> Session::config() {
  if (!config_) {
    TIDINGS_LET(const auto file, config::find_config(config_option));
    TIDINGS_LET(auto loaded, config::load_config(file));
    config_.emplace(std::move(loaded));
    for (const auto& warning : config_->warnings) log::info(warning);
  }
  return &*config_;
}

Result<store::Database*> Session::database(store::Create create) {
  if (!database_) {
    TIDINGS_LET(const auto* const settings, config());
    TIDINGS_LET(auto opened, store::Database::open(settings->store_path, create));
    database_.emplace(std::move(opened));
    TIDINGS_TRY(edition::meet_digests(*config_, *database_, clock().now()));
  }
  return &*database_;
}

Result<void> Session::check_clock(store::Database& database) {
  TIDINGS_LET(const auto* const settings, config());
  TIDINGS_TRY(sending::allow_work(database, *clock_));
  TIDINGS_LET(const auto troubles, sending::clock_troubles(*settings, database, *clock_));
  for (const auto& line : troubles) log::warning(fmt::format("{} ({})", line, sending::clock_hint));
  return {};
}

Result<store::Database*> Session::database_read_only() {
  if (!database_) {
    TIDINGS_LET(const auto* const settings, config());
    TIDINGS_LET(auto opened, store::Database::open_read_only(settings->store_path));
    database_.emplace(std::move(opened));
  }
  return &*database_;
}

Result<store::Database*> Session::database_copy() {
  if (!database_) {
    TIDINGS_LET(const auto* const settings, config());
    std::error_code ignored;
    if (!std::filesystem::exists(settings->store_path, ignored)) {
      TIDINGS_LET(auto fresh, store::Database::open_in_memory());
      database_.emplace(std::move(fresh));
    } else {
      TIDINGS_LET(auto copy, store::Database::open_copy_in_memory(settings->store_path));
      database_.emplace(std::move(copy));
    }
    TIDINGS_TRY(edition::meet_digests(*config_, *database_, clock().now()));
  }
  return &*database_;
}

Result<int> run(int argc, char** argv) {
  CLI::App app{about, "tidings"};
  Session session;
  add_global_options(app, session);
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(more);
  const Command top{&app};
  add_init_command(top, session);
  add_job_commands(top, session);
  add_run_command(top, session);
  add_report_command(top, session);
  add_status_commands(top, session);
  add_doctor_command(top, session);
  add_source_commands(top, session);
  add_post_commands(top, session);
  add_edition_commands(top, session);
  add_archive_commands(top, session);
  add_subscriber_commands(top, session);
  add_suppression_commands(top, session);
  add_serve_commands(top, session);
  add_delivery_commands(top, session);
  add_bounce_commands(top, session);
  add_template_commands(top, session);
  add_dkim_commands(top, session);
  add_config_commands(top, session);
  add_completion_commands(top, session);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return tl::unexpected<Error>(usage_error(app, {argv, static_cast<std::size_t>(argc)}, error));
  }
  TIDINGS_TRY(session.prepare());
  if (!session.command) return fail(Errc::usage, "no command", "\"tidings --help\" lists the commands");
  TIDINGS_LET(const auto exit, session.command());
  return static_cast<int>(exit);
}

}  // namespace tidings::cli
