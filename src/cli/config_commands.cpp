// config show | check, db check | backup | restore | migrate | adopt
#include <fmt/format.h>

#include "app/retention.hpp"
#include "app/upkeep.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "config/programs.hpp"
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

bool is_folder(const std::filesystem::path& path) {
  std::error_code unknown;
  return std::filesystem::is_directory(path, unknown);
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
  if (const auto& bounce = config->bounce; !bounce.mailbox.empty() && bounce.password.is_set())
    TIDINGS_TRY(config::read_secret(bounce.password, "[bounce] password"));
  for (const auto& warning : config->warnings) log::warning(warning);
  if (blocked.left_out() > 0) {
    log::warning(fmt::format("{}: {} that are no domain", config->web.blocked_domains_file.string(),
                             plural(static_cast<long long>(blocked.left_out()), "line")));
  }
  if (const auto& maildir = config->bounce.maildir; !maildir.empty() && !is_folder(maildir / "new")) {
    log::warning(fmt::format("{}: [bounce] maildir: {} is not a Maildir: it has no folder \"new\"",
                             config->file.string(), maildir.string()));
  }
  for (const auto& source : config->sources) {
    std::error_code unknown;
    const std::string_view url = source.spec.url;
    if (!url.starts_with("file:") || std::filesystem::exists(url.substr(5), unknown)) continue;
    log::warning(fmt::format("{}: source {}: there is no {}", config->file.string(), source.spec.name,
                             printable(url.substr(5))));
  }
  for (const auto& [user, program] : config::missing_programs(*config)) {
    log::warning(fmt::format("{}: {}: {} is not a program that can be run", config->file.string(), user,
                             printable(program)));
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
  return {{"database", database.place().name()}, {"schema_version", database.schema_version()}};
}

struct CheckOptions {
  bool mend = false;
  bool quick = false;
};

Result<void> mend(Session& session) {
  TIDINGS_LET(const auto context, session.context(Access::existing));
  TIDINGS_LET(const auto lock, session.lock(context, "db check --mend"));
  return app::mend(context, [](const std::string& line) { say(line + "\n"); });
}

Result<Exit> check_database(Session& session, const CheckOptions& options) {
  if (options.mend) TIDINGS_TRY(mend(session));
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  auto& database = context.database;
  if (options.quick) {
    TIDINGS_LET(const auto said, database.quick_check());
    if (said != "ok") {
      return fail(Errc::bad_data, fmt::format("database {} is damaged: {}", database.place().name(), said),
                  "\"tidings db restore\" puts the newest backup in its place");
    }
    tell(database_object(database), fmt::format("{}: pages intact\n", database.place().name()));
    return Exit::done;
  }
  TIDINGS_TRY(database.check());
  tell(database_object(database),
       fmt::format("{}: schema version {}, intact\n", database.place().name(), database.schema_version()));
  return Exit::done;
}

struct BackupOptions {
  std::string file;
  int keep = 0;
};

Result<Exit> back_up(Session& session, const BackupOptions& options) {
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  TIDINGS_LET(const auto backup, app::back_up(context, options.file, options.keep));
  std::string out = fmt::format("copied to {}, and checked\n", backup.file.string());
  Json deleted = Json::array();
  for (const auto& file : backup.deleted) {
    out += fmt::format("deleted {}\n", file.string());
    deleted.push_back(file.string());
  }
  tell({{"database", context.database.place().name()}, {"file", backup.file.string()}, {"deleted", deleted}},
       out);
  return Exit::done;
}

struct PruneOptions {
  bool dry_run = false;
  bool rebuild = false;
};

std::string text_of(const app::Pruned& pruned, bool is_dry_run) {
  std::string out;
  const auto add = [&out](std::string_view what, const std::vector<std::string>& editions) {
    if (!editions.empty()) out += fmt::format("{} {}\n", what, join(editions, ", "));
  };
  add(is_dry_run ? "would compress the mails of" : "compressed the mails of", pruned.compressed);
  add(is_dry_run ? "would drop the mails of" : "dropped the mails of", pruned.dropped);
  add(is_dry_run ? "would add up the deliveries of" : "added up the deliveries of", pruned.summed);
  if (pruned.posts > 0) out += fmt::format("dropped the texts of {}\n", plural(pruned.posts, "post"));
  if (pruned.attempts > 0)
    out += fmt::format("dropped {} of old deliveries\n", plural(pruned.attempts, "attempt"));
  if (pruned.mails > 0) out += fmt::format("forgot {} that were read\n", plural(pruned.mails, "bounce mail"));
  if (pruned.unmatched > 0)
    out += fmt::format("deleted {} that matched nobody\n", plural(pruned.unmatched, "mail"));
  if (pruned.freed_bytes > 0) out += fmt::format("the file is {} shorter\n", format_size(pruned.freed_bytes));
  return out;
}

Json json_of(const app::Pruned& pruned) {
  return {{"compressed", pruned.compressed},   {"dropped", pruned.dropped},
          {"summed", pruned.summed},           {"delivery_count", pruned.deliveries},
          {"post_count", pruned.posts},        {"attempt_count", pruned.attempts},
          {"mail_count", pruned.mails},        {"unmatched_count", pruned.unmatched},
          {"freed_bytes", pruned.freed_bytes}, {"spare_bytes", pruned.spare_bytes}};
}

Result<Exit> prune(Session& session, const PruneOptions& options) {
  app::Pruned pruned;
  if (options.dry_run) {
    TIDINGS_LET(const auto context, session.context(Access::read_only));
    TIDINGS_LET(pruned, app::to_prune(context));
  } else {
    TIDINGS_LET(const auto context, session.context(Access::existing));
    TIDINGS_TRY(session.check_clock(context));
    TIDINGS_LET(const auto lock, session.lock(context, "db prune"));
    const delivery::StopFlag never{false};
    TIDINGS_LET(pruned, app::prune(context, std::chrono::hours{24}, never));
    if (options.rebuild) {
      TIDINGS_TRY(context.database.rebuild());
      TIDINGS_LET(pruned.spare_bytes, context.database.free_bytes());
    }
  }
  auto out = text_of(pruned, options.dry_run);
  if (out.empty()) out = options.rebuild ? "" : "nothing is older than it is kept\n";
  if (options.rebuild) {
    out += "the file is written anew\n";
  } else if (pruned.spare_bytes > (1 << 20)) {
    out += fmt::format("the file has {} to spare\n", format_size(pruned.spare_bytes));
  }
  tell(json_of(pruned), out);
  return Exit::done;
}

Result<Exit> restore(Session& session, const BackupOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_TRY(app::restore(*config, options.file));
  tell({{"database", config->store.name()}, {"file", options.file}},
       fmt::format("{} is a copy of {} and does not know what was sent since; \"tidings db adopt\" allows it "
                   "to send\n",
                   config->store.name(), options.file));
  return Exit::done;
}

struct CopyWords {
  app::NamedStore from;
  app::NamedStore to;
};

Result<Exit> copy(Session& session, const CopyWords& words) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_TRY(
      app::copy(*config, words.from, words.to, [](std::string_view table, std::int64_t rows, bool was_there) {
        tell({{"table", table}, {"row_count", rows}, {"was_there", was_there}},
             fmt::format("{}: {}{}\n", table, plural(rows, "row"), was_there ? ", there already" : ""));
      }));
  tell({{"from", words.from.name}, {"to", words.to.name}},
       "copied and verified; once [store] names the copy, \"tidings db adopt\" allows it to send\n");
  return Exit::done;
}

Result<Exit> migrate(Session& session, const NoOptions& /*options*/) {
  TIDINGS_LET(const auto context, session.context(Access::existing));
  const auto& database = context.database;
  tell(database_object(database),
       fmt::format("{}: schema version {}\n", database.place().name(), database.schema_version()));
  return Exit::done;
}

Result<Exit> adopt(Session& session, const NoOptions& /*options*/) {
  TIDINGS_LET(const auto context, session.context(Access::existing));
  TIDINGS_TRY(app::adopt(context.database));
  tell(database_object(context.database),
       fmt::format("{} now sends from here; make sure that no copy of it does\n",
                   context.database.place().name()));
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
        command.add_flag("--quick", options.quick, "only the pages of the file, many times as fast");
      },
      check_database);
  add_command<BackupOptions>(
      database, session, "backup", "write a consistent copy, even while sending",
      [](Command command, BackupOptions& options) {
        command.add_option("FILE", options.file, "a file that does not exist yet, or a folder").required();
        command.add_option("--keep", options.keep, "in a folder: this many, the oldest go; default: all")
            .value_name("N")
            .at_least(1);
      },
      back_up);
  add_command<PruneOptions>(
      database, session, "prune", "drop what is older than [store] keep_... says, now",
      [](Command command, PruneOptions& options) {
        command.add_flag("--dry-run", options.dry_run, "name the editions concerned; changes nothing");
        command.add_flag("--rebuild", options.rebuild,
                         "write the file anew afterwards; nobody else can write meanwhile");
      },
      prune);
  add_command<BackupOptions>(
      database, session, "restore", "put a backup in place of a lost database",
      [](Command command, BackupOptions& options) {
        command
            .add_option("FILE", options.file,
                        "a file written by \"db backup\", or a folder of them: the newest")
            .required();
      },
      restore);
  add_command<CopyWords>(
      database, session, "copy", "copy all rows into a new store, SQLite or PostgreSQL, and verify them",
      [](Command command, CopyWords& words) {
        command.add_option("FROM", words.from.name, "a SQLite file or a postgresql:// URL").required();
        command.add_option("TO", words.to.name, "likewise; new, or an interrupted copy").required();
        command.add_option("--from-schema", words.from.schema, "schema of FROM ([store] schema)");
        command.add_option("--to-schema", words.to.schema, "schema of TO ([store] schema)");
      },
      copy);
  add_command<NoOptions>(database, session, "migrate", "upgrade the database to this program's schema",
                         no_setup, migrate);
  add_command<NoOptions>(database, session, "adopt", "allow this copy of the database to send", no_setup,
                         adopt);
}

}  // namespace tidings::cli
