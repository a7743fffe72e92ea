#include "cli/session.hpp"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <csignal>
#include <span>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/newsletters.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "cli/command.hpp"
#include "cli/help.hpp"
#include "cli/output.hpp"
#include "edition/compose.hpp"
#include "sending/clock_guard.hpp"

namespace tidings::cli {
namespace {

constexpr const char* about =
    "tidings collects the posts of your blogs, composes digests and mails them to a list that you own.";

constexpr const char* more =
    "Exit status: 0 done, also when nothing was due; 64 usage; 65 bad input data; 66 no such input; 69 relay "
    "or source unavailable, or an edition held; 73/74 cannot create / I/O; 75 try again; 77 not permitted; "
    "78 "
    "configuration.";

constexpr int most_parallel = 1'000;

void add_global_options(CLI::App& app, Session& session) {
  auto* const config = app.add_option("--config", session.config_option,
                                      "configuration (./config.toml, then /etc/tidings/config.toml)")
                           ->type_name("FILE");
  app.add_option("--all", session.all_option,
                 "for each newsletter of this folder: NAME.toml, NAME/config.toml")
      ->type_name("DIR")
      ->excludes(config);
  app.add_option("--parallel", session.parallel, "with --all: so many newsletters at a time (8)")
      ->type_name("N")
      ->check(CLI::Range(1, most_parallel));
  app.add_option("--at", session.at_option, "act as if it were this time (RFC 3339), for rehearsals")
      ->type_name("TIME");
  app.add_flag("-v,--verbose", session.verbose, "more output; twice for details");
  app.add_flag("-q,--quiet", session.quiet, "errors only");
  app.add_flag("--json", session.json, "one JSON object a line, errors too (docs/json.md)");
  app.set_help_flag("-h,--help", "print this help");
  app.set_version_flag("--version", "tidings " + std::string{version()}, "print the version");
}

/// How far the words of the command line are valid.
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

/// Somebody who types "tidings import" has left out the noun: the commands of that name, or "".
std::string with_its_noun(const CLI::App& app, std::string_view word) {
  std::vector<std::string> nouns;
  for (const auto* const noun : app.get_subcommands([](const CLI::App*) { return true; })) {
    for (const auto& verb : commands_of(*noun)) {
      if (verb == word) nouns.push_back(noun->get_name());
    }
  }
  if (nouns.empty()) return {};
  if (nouns.size() > 3)
    return fmt::format("\"tidings NOUN {}\", where NOUN is one of {}", word, join(nouns, ", "));
  for (auto& noun : nouns) noun = fmt::format("\"tidings {} {}\"", noun, word);
  return fmt::format("did you mean {}?", join(nouns, " or "));
}

/// "-" is a file, "-1" a number.
bool is_option(const std::string& word) {
  return word.size() > 1 && word[0] == '-' &&
         (word[1] == '-' || std::isalpha(static_cast<unsigned char>(word[1])) != 0);
}

/// CLI11 would only say that a command is missing or that words were unexpected.
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
      const auto whole = read.command == &app ? with_its_noun(app, word) : std::string{};
      if (!whole.empty()) read.unknown->hint = whole;
      return read;
    }
    read.command = *found;
    read.path += " " + word;
  }
  return read;
}

/// The entry of the command table; the program's own if there is no such path.
CommandInfo info_of(CLI::App& app, std::string_view path) {
  auto info = describe(Command{&app});
  while (info.path != path) {
    const auto child = std::ranges::find_if(info.children, [&](const CommandInfo& each) {
      return path == each.path || path.starts_with(each.path + " ");
    });
    if (child == info.children.end()) break;
    info = CommandInfo{*child};
  }
  return info;
}

/// What CLI11 says about a word too many and about a number, in our words.
std::string words_of(const CLI::ParseError& error) {
  const std::string_view text = error.what();
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr)
    return fmt::format("nothing is known to do with \"{}\"", text.substr(text.find(": ") + 2));
  const auto equals = text.find(" = ");
  if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr && equals != std::string_view::npos)
    return fmt::format("\"{}\" is not a number", text.substr(equals + 3));
  return std::string{text};
}

/// CLI11's messages have several lines and names; ours has one line.
Error usage_error(CLI::App& app, std::span<char*> words, const CLI::ParseError& error) {
  auto read = read_words(app, words);
  if (read.unknown) return *std::move(read.unknown);
  const auto verbs = commands_of(*read.command);
  if (verbs.empty()) {
    return {.code = Errc::usage,
            .what = printable(words_of(error)),
            .hint = "usage: " + usage_of(info_of(app, read.path))};
  }
  return {.code = Errc::usage,
          .what = fmt::format("{}: which command?", read.path),
          .hint = read.command == &app ? "\"tidings --help\" lists them" : join(verbs, ", ")};
}

/// The help of the command that the line names.
std::string help_for(CLI::App& app) {
  const CLI::App* command = &app;
  std::string path = app.get_name();
  for (auto verbs = command->get_subcommands(); !verbs.empty(); verbs = command->get_subcommands()) {
    command = verbs.front();
    path += " " + command->get_name();
  }
  return help_of(info_of(app, path), more);
}

std::atomic<bool> told_to_stop{false};

/// Nothing in the process that shall do the job for one newsletter; else the exit status of all of them.
Result<std::optional<int>> run_for_each(Session& session, const CLI::App& app) {
  TIDINGS_LET(const auto newsletters, app::newsletters_in(session.all_option));
  const auto* command = &app;
  for (auto verbs = command->get_subcommands(); !verbs.empty(); verbs = command->get_subcommands()) {
    command = verbs.front();
  }
  app::ForEachOptions options{.parallel = session.parallel,
                              .form = session.json ? app::OutputForm::json_objects : app::OutputForm::lines};
  const bool never_ends = command->get_name() == "run" || command->get_name() == "serve";
  if (never_ends) options.parallel = static_cast<int>(newsletters.size());
  struct sigaction old_term {};
  struct sigaction old_int {};
  struct sigaction stop {};
  stop.sa_handler = [](int) { told_to_stop = true; };
  ::sigaction(SIGTERM, &stop, &old_term);
  ::sigaction(SIGINT, &stop, &old_int);
  TIDINGS_LET(const auto result, app::for_each_newsletter(newsletters, options, told_to_stop));
  if (const auto* const child = std::get_if<app::InChild>(&result)) {
    ::sigaction(SIGTERM, &old_term, nullptr);
    ::sigaction(SIGINT, &old_int, nullptr);
    session.choose(child->newsletter.config);
    return std::nullopt;
  }
  return std::get<app::AllEnded>(result).status;
}

}  // namespace

Result<void> Session::prepare() {
  if (json) set_form(Form::json);
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

Result<config::SharedContext> Session::shared() {
  TIDINGS_LET(const auto* const settings, config());
  return config::SharedContext{.config = *settings, .clock = *clock_, .random = random_};
}

Result<store::Database> Session::open(Access access) {
  TIDINGS_LET(const auto* const settings, config());
  const auto& place = settings->store;
  switch (access) {
    case Access::create: return store::Database::open(place, store::Create::yes);
    case Access::existing: return store::Database::open(place, store::Create::no);
    case Access::read_only: return store::Database::open_read_only(place);
    case Access::copy: break;
  }
  TIDINGS_LET(const bool is_there, store::Database::exists(place));
  return is_there ? store::Database::open_copy_in_memory(place) : store::Database::open_in_memory();
}

Result<config::Context> Session::context(Access access) {
  TIDINGS_LET(const auto shared_context, shared());
  if (!database_) {
    TIDINGS_LET(auto opened, open(access));
    database_.emplace(std::move(opened));
    if (access != Access::read_only) TIDINGS_TRY(edition::meet_digests(*config_, *database_, clock().now()));
  }
  return shared_context.on(*database_);
}

Result<std::optional<config::Context>> Session::context_if_there() {
  TIDINGS_LET(const auto* const settings, config());
  TIDINGS_LET(const bool is_there, store::Database::exists(settings->store));
  if (!is_there) return std::optional<config::Context>{};
  TIDINGS_LET(const auto opened, context(Access::read_only));
  return std::optional<config::Context>{opened};
}

Result<void> Session::check_clock(const config::Context& context) {
  TIDINGS_TRY(sending::allow_work(context));
  TIDINGS_LET(const auto troubles, sending::clock_troubles(context));
  for (const auto& line : troubles) log::warning(fmt::format("{} ({})", line, sending::clock_hint));
  return {};
}

Result<store::SenderLock> Session::lock(const config::Context& context, const std::string& job) {
  return store::SenderLock::take(context.database, job, context.config.newsletter.zone);
}

Result<store::SenderLock> Session::begin_sending(const config::Context& context, const std::string& job) {
  TIDINGS_LET(auto held, lock(context, job));
  TIDINGS_TRY(store::check_instance(context.database, store::Guard::refuse));
  TIDINGS_TRY(check_clock(context));
  return held;
}

Result<int> run(int argc, char** argv) {
  CLI::App app{about, "tidings"};
  Session session;
  add_global_options(app, session);
  app.require_subcommand(1);
  app.fallthrough();
  const Command top{&app};
  add_init_command(top, session);
  add_job_commands(top, session);
  add_preview_commands(top, session);
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
  } catch (const CLI::CallForHelp&) {
    print(help_for(app));
    return 0;
  } catch (const CLI::Success& success) {  // --version
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    if (std::ranges::find(argv, argv + argc, std::string_view{"--json"}) != argv + argc) set_form(Form::json);
    return tl::unexpected<Error>(usage_error(app, {argv, static_cast<std::size_t>(argc)}, error));
  }
  TIDINGS_TRY(session.prepare());
  if (!session.command) return fail(Errc::usage, "no command", "\"tidings --help\" lists the commands");
  if (!session.all_option.empty()) {
    TIDINGS_LET(const auto status, run_for_each(session, app));
    if (status) return *status;
  }
  TIDINGS_LET(const auto exit, session.command());
  return static_cast<int>(exit);
}

}  // namespace tidings::cli
