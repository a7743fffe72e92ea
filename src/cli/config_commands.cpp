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
#include "subscriber/domain_list.hpp"

namespace tidings::cli {
namespace {

struct ShowOptions {
  bool changed = false;
};

Result<Exit> show_config(Session& session, const ShowOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  std::string out;
  std::string section;
  for (const auto& setting : config->settings) {
    if (options.changed && setting.is_default) continue;
    if (form() == Form::json) {
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
  if (config->web.api_key.is_set()) TIDINGS_TRY(config::read_secret(config->web.api_key, "[web] api_key"));
  TIDINGS_LET(const auto blocked, subscriber::DomainList::load({}, config->web.blocked_domains_file));
  for (const auto& warning : config->warnings) log::warning(warning);
  if (blocked.left_out() > 0) {
    log::warning(fmt::format("{}: {} that are no domain", config->web.blocked_domains_file.string(),
                             plural(static_cast<long long>(blocked.left_out()), "line")));
  }
  for (const auto& source : config->sources) {
    std::error_code unknown;
    const std::string_view url = source.spec.url;
    if (!url.starts_with("file:") || std::filesystem::exists(url.substr(5), unknown)) continue;
    log::warning(fmt::format("{}: source {}: there is no {}", config->file.string(), source.spec.name,
                             printable(url.substr(5))));
  }
  tell({{"file", config->file.string()},
        {"source_count", config->sources.size()},
        {"digest_count", config->digests.size()}},
       fmt::format("{}: {}, {}: good\n", config->file.string(),
                   plural(static_cast<long long>(config->sources.size()), "source"),
                   plural(static_cast<long long>(config->digests.size()), "digest")));
  return Exit::done;
}

Json database_object(const store::Database& database) {
  return {{"database", database.path().string()}, {"schema_version", database.schema_version()}};
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
  tell(database_object(database),
       fmt::format("{}: schema version {}, intact\n", database.path().string(), database.schema_version()));
  return Exit::done;
}

struct BackupOptions {
  std::string file;
};

Result<Exit> back_up(Session& session, const BackupOptions& options) {
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  TIDINGS_TRY(context.database.backup_to(options.file));
  tell({{"database", context.database.path().string()}, {"file", options.file}},
       fmt::format("copied to {}\n", options.file));
  return Exit::done;
}

Result<Exit> restore(Session& session, const BackupOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_TRY(app::restore(*config, options.file));
  tell({{"database", config->store_path.string()}, {"file", options.file}},
       fmt::format("{} is a copy of {} and does not know what was sent since; \"tidings db adopt\" allows it "
                   "to send\n",
                   config->store_path.string(), options.file));
  return Exit::done;
}

Result<Exit> migrate(Session& session, const NoOptions& /*options*/) {
  TIDINGS_LET(const auto context, session.context(Access::existing));
  const auto& database = context.database;
  tell(database_object(database),
       fmt::format("{}: schema version {}\n", database.path().string(), database.schema_version()));
  return Exit::done;
}

Result<Exit> adopt(Session& session, const NoOptions& /*options*/) {
  TIDINGS_LET(const auto context, session.context(Access::existing));
  TIDINGS_TRY(app::adopt(context.database));
  tell(database_object(context.database),
       fmt::format("{} now sends from here; make sure that no copy of it does\n",
                   context.database.path().string()));
  return Exit::done;
}

}  // namespace

void add_config_commands(Command app, Session& session) {
  const auto config = add_noun(app, "config", "the configuration");
  add_command<ShowOptions>(
      config, session, "show", "print all settings in force, as TOML",
      [](Command command, ShowOptions& options) {
        command.add_flag("--changed", options.changed, "only settings that differ from the default");
      },
      show_config);
  add_command<NoOptions>(config, session, "check", "check the configuration and every file it names",
                         no_setup, check_config);

  const auto database = add_noun(app, "db", "the database");
  add_command<CheckOptions>(
      database, session, "check", "check the database for damage",
      [](Command command, CheckOptions& options) {
        command.add_flag(
            "--mend", options.mend,
            "make files private, correct dates from a clock that was ahead, remove traces of erased people");
      },
      check_database);
  add_command<BackupOptions>(
      database, session, "backup", "write a consistent copy, even while sending",
      [](Command command, BackupOptions& options) {
        command.add_option("FILE", options.file, "a file that does not exist yet").required();
      },
      back_up);
  add_command<BackupOptions>(
      database, session, "restore", "put a backup in place of a lost database",
      [](Command command, BackupOptions& options) {
        command.add_option("FILE", options.file, "a file written by \"db backup\"").required();
      },
      restore);
  add_command<NoOptions>(database, session, "migrate", "upgrade the database to this program's schema",
                         no_setup, migrate);
  add_command<NoOptions>(database, session, "adopt", "allow this copy of the database to send", no_setup,
                         adopt);
}

}  // namespace tidings::cli
