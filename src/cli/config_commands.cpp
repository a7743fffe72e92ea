// config show | check, db check | backup | restore | migrate | adopt
#include <fmt/format.h>

#include "app/upkeep.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "config/secret.hpp"
#include "edition/render.hpp"
#include "message/strings.hpp"
#include "message/theme.hpp"
#include "sending/signing.hpp"

namespace tidings::cli {
namespace {

struct ShowOptions {
  bool changed = false;
  bool json = false;
};

Result<Exit> show_config(Session& session, const ShowOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  std::string out;
  std::string section;
  for (const auto& setting : config->settings) {
    if (options.changed && setting.is_default) continue;
    if (options.json) {
      out += json_line({{"section", setting.section},
                        {"key", setting.key},
                        {"value", setting.value},
                        {"default", setting.is_default}});
      continue;
    }
    if (setting.section != section) {
      section = setting.section;
      out += fmt::format("{}[{}]\n", out.empty() ? "" : "\n", section);
    }
    out += fmt::format("{} = {}{}\n", setting.key, setting.value, setting.is_default ? "  # default" : "");
  }
  print(out);
  return Exit::done;
}

/// All that can be checked without sending: the file, the themes and strings of every digest, the secrets'
/// places.
Result<Exit> check_config(Session& session, const NoOptions& /*options*/) {
  TIDINGS_LET(const auto* const config, session.config());
  for (const auto& digest : config->digests) TIDINGS_TRY(edition::Renderer::load(*config, digest));
  TIDINGS_TRY(sending::load_signers(*config));
  TIDINGS_TRY(sending::check_signed(*config));
  if (config->smtp.password.is_set())
    TIDINGS_TRY(config::read_secret(config->smtp.password, "[smtp] password"));
  for (const auto& relay : config->more_relays) {
    if (relay.password.is_set()) TIDINGS_TRY(config::read_secret(relay.password, "[[relay]] password"));
  }
  for (const auto& warning : config->warnings) log::warning(warning);
  for (const auto& source : config->sources) {
    std::error_code unknown;
    const std::string_view url = source.spec.url;
    if (!url.starts_with("file:") || std::filesystem::exists(url.substr(5), unknown)) continue;
    log::warning(fmt::format("{}: source {}: there is no {}", config->file.string(), source.spec.name,
                             printable(url.substr(5))));
  }
  say(fmt::format("{}: {}, {}: good\n", config->file.string(),
                  plural(static_cast<long long>(config->sources.size()), "source"),
                  plural(static_cast<long long>(config->digests.size()), "digest")));
  return Exit::done;
}

struct CheckOptions {
  bool mend = false;
};

Result<void> mend(Session& session) {
  TIDINGS_LET(const auto context, session.context(Access::existing));
  TIDINGS_LET(const auto lock, session.lock(context, "db check --mend"));
  return app::mend(context, [](const std::string& line) { say(line + "\n"); });
}

Result<Exit> check_database(Session& session, const CheckOptions& options) {
  if (options.mend) TIDINGS_TRY(mend(session));
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  const auto& database = context.database;
  TIDINGS_TRY(context.database.check());
  say(fmt::format("{}: schema version {}, whole\n", database.path().string(), database.schema_version()));
  return Exit::done;
}

struct BackupOptions {
  std::string file;
};

Result<Exit> back_up(Session& session, const BackupOptions& options) {
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  TIDINGS_TRY(context.database.backup_to(options.file));
  say(fmt::format("copied to {}\n", options.file));
  return Exit::done;
}

Result<Exit> restore(Session& session, const BackupOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_TRY(app::restore(*config, options.file));
  say(fmt::format(
      "{} is a copy of {}; \"tidings db adopt\" lets it send: it does not know what was sent since\n",
      config->store_path.string(), options.file));
  return Exit::done;
}

Result<Exit> migrate(Session& session, const NoOptions& /*options*/) {
  TIDINGS_LET(const auto context, session.context(Access::existing));
  const auto& database = context.database;
  say(fmt::format("{}: schema version {}\n", database.path().string(), database.schema_version()));
  return Exit::done;
}

Result<Exit> adopt(Session& session, const NoOptions& /*options*/) {
  TIDINGS_LET(const auto context, session.context(Access::existing));
  TIDINGS_TRY(app::adopt(context.database));
  say(fmt::format("{} sends from here now; make sure that no copy of it does\n",
                  context.database.path().string()));
  return Exit::done;
}

}  // namespace

void add_config_commands(Command app, Session& session) {
  const auto config = add_noun(app, "config", "the configuration");
  add_command<ShowOptions>(
      config, session, "show", "every setting in force, as TOML",
      [](Command command, ShowOptions& options) {
        command.add_flag("--changed", options.changed, "only what differs from the default");
        add_json(command, options.json);
      },
      show_config);
  add_command<NoOptions>(config, session, "check", "read everything, send nothing", no_setup, check_config);

  const auto database = add_noun(app, "db", "the database");
  add_command<CheckOptions>(
      database, session, "check", "is it whole?",
      [](Command command, CheckOptions& options) {
        command.add_flag("--mend", options.mend,
                         "close files that others can read, date back what a clock ahead wrote, clear traces "
                         "of erased people");
      },
      check_database);
  add_command<BackupOptions>(
      database, session, "backup", "a consistent copy, also while sending",
      [](Command command, BackupOptions& options) {
        command.add_option("FILE", options.file, "a file that is not there yet").required();
      },
      back_up);
  add_command<BackupOptions>(
      database, session, "restore", "put a backup in the place of a database that is gone",
      [](Command command, BackupOptions& options) {
        command.add_option("FILE", options.file, "what \"db backup\" has written").required();
      },
      restore);
  add_command<NoOptions>(database, session, "migrate", "bring it to this program's schema", no_setup,
                         migrate);
  add_command<NoOptions>(database, session, "adopt", "send from this copy of the database from now on",
                         no_setup, adopt);
}

}  // namespace tidings::cli
