#include "cli/session.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/clock_guard.hpp"
#include "app/compose.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"

namespace tidings::cli {
namespace {

constexpr const char* about =
    "tidings collects the posts of your blogs, composes digests and mails them to a list that you own.";

constexpr const char* more =
    "Exit status: 0 done, also when nothing was due; 64 usage; 65 bad input data; 66 no such input; 69 relay or source\n"
    "unavailable; 73/74 cannot create / I/O; 75 try again; 77 not permitted; 78 configuration.";

void add_global_options(CLI::App& app, Session& session) {
  app.add_option("--config", session.config_option, "configuration (./config.toml, then /etc/tidings/config.toml)")
      ->type_name("FILE");
  app.add_option("--at", session.at_option, "act as if it were this time (RFC 3339), for rehearsals")->type_name("TIME");
  app.add_flag("-v,--verbose", session.verbose, "say more; twice for details");
  app.add_flag("-q,--quiet", session.quiet, "errors only");
  app.set_version_flag("--version", "tidings " + std::string{version()});
}

/// The first word that should be a command and is none; CLI11 would only say that a command is missing.
std::optional<Error> unknown_command(const CLI::App& app, std::span<char*> words) {
  const CLI::App* here = &app;
  std::string path = "tidings";
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string word = words[i];
    if (word == "--config" || word == "--at") ++i;
    if (word.starts_with('-')) continue;
    const auto verbs = here->get_subcommands([](const CLI::App*) { return true; });
    if (verbs.empty()) return std::nullopt;
    const auto found = std::ranges::find(verbs, word, [](const CLI::App* verb) { return verb->get_name(); });
    if (found == verbs.end()) {
      std::vector<std::string> known;
      for (const auto* const verb : verbs) {
        if (verb->get_group().empty()) continue;
        known.push_back(verb->get_name());
      }
      auto hint = did_you_mean(word, known);
      if (hint.empty()) hint = fmt::format("\"{} --help\" lists the commands", path);
      return Error{.code = Errc::usage, .what = fmt::format("there is no command \"{} {}\"", path, printable(word)), .hint = hint};
    }
    here = *found;
    path += " " + word;
  }
  return std::nullopt;
}

/// "tidings subscriber set", as far as CLI11 has understood the line.
std::string command_of(const CLI::App& app) {
  std::string path = "tidings";
  for (const CLI::App* here = &app; !here->get_subcommands().empty();) {
    here = here->get_subcommands().front();
    path += " " + here->get_name();
  }
  return path;
}

/// CLI11 speaks in several lines and names; ours is one line.
Error usage_error(const CLI::App& app, std::span<char*> words, const CLI::ParseError& error) {
  if (auto unknown = unknown_command(app, words)) return *std::move(unknown);
  const auto path = command_of(app);
  const bool is_command = path != "tidings";
  return {.code = Errc::usage,
          .what = printable(error.what()),
          .hint = fmt::format("\"{} --help\" {}", path,
                              is_command ? "says what it takes" : "lists the commands")};
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

Result<const app::Config*> Session::config() {
  if (!config_) {
    TIDINGS_LET(const auto file, app::find_config(config_option));
    TIDINGS_LET(auto loaded, app::load_config(file));
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
    TIDINGS_TRY(app::meet_digests(*config_, *database_, clock().now()));
  }
  return &*database_;
}

Result<void> Session::check_clock(store::Database& database) {
  TIDINGS_LET(const auto* const settings, config());
  TIDINGS_TRY(app::allow_work(database, *clock_));
  TIDINGS_LET(const auto troubles, app::clock_troubles(*settings, database, *clock_));
  for (const auto& line : troubles) log::warning(fmt::format("{} ({})", line, app::clock_hint));
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
    TIDINGS_TRY(app::meet_digests(*config_, *database_, clock().now()));
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
