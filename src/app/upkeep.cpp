#include "app/upkeep.hpp"

#include <system_error>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "config/secret.hpp"
#include "delivery/ledger.hpp"
#include "members/our_files.hpp"
#include "sending/clock_guard.hpp"
#include "store/instance.hpp"

namespace tidings::app {

Result<void> mend(const config::Context& context, const std::function<void(const std::string&)>& tell) {
  for (const auto& file : members::wide_files(context.config)) {
    TIDINGS_TRY(narrow(file));
    tell(fmt::format("{}: now private", file.string()));
  }
  TIDINGS_TRY(members::finish_erasing(context.database));
  TIDINGS_LET(const auto dated_back, sending::mend_clock(context));
  for (const auto& line : dated_back) tell(fmt::format("{}: date corrected", line));
  return {};
}

Result<void> restore(const config::Config& config, const std::filesystem::path& backup) {
  if (config.store.server) {
    return fail(Errc::usage, "db restore is for a SQLite file",
                fmt::format("pg_restore --dbname=\"{}\" {}", config.store.server->url, backup.string()));
  }
  std::error_code ignored;
  for (const auto* const suffix : {"", "-wal"}) {
    auto there = config.store.path;
    there += suffix;
    if (!std::filesystem::exists(there, ignored)) continue;
    return fail(Errc::cannot_create, fmt::format("{} is there", there.string()), "move it away first");
  }
  if (!std::filesystem::exists(backup, ignored))
    return fail(Errc::no_input, fmt::format("there is no {}", backup.string()));
  TIDINGS_LET(const auto lock,
              store::SenderLock::take(config.store.path, "db restore", config.newsletter.zone));
  TIDINGS_LET(auto copy, store::Database::open_copy_in_memory(backup));
  TIDINGS_TRY(copy.check());
  TIDINGS_TRY(store::set_fact(copy, "instance", fmt::format("restored from {}", backup.string())));
  return copy.backup_to(config.store.path);
}

Result<void> adopt(store::Database& database) { return store::check_instance(database, store::Guard::adopt); }

namespace {

Result<store::Place> place_of(const config::Config& config, const NamedStore& named) {
  const std::string_view name = named.name;
  if (!name.starts_with("postgresql://") && !name.starts_with("postgres://")) {
    if (!named.schema.empty()) return fail(Errc::usage, fmt::format("{}: a SQLite file has no schema", name));
    return store::Place{std::filesystem::path{name}};
  }
  store::Server server{.url = named.name, .schema = named.schema};
  if (server.schema.empty()) server.schema = config.store.server ? config.store.server->schema : "tidings";
  if (!store::is_schema_name(server.schema))
    return fail(Errc::usage, fmt::format("\"{}\" is not a plain name of a schema", server.schema));
  if (config.store_password.is_set()) {
    server.password = [place = config.store_password] {
      return config::read_secret(place, "[store] password");
    };
  }
  return store::Place{config.store.path, std::move(server)};
}

}  // namespace

Result<void> copy(const config::Config& config, const NamedStore& from, const NamedStore& to,
                  const store::TableCopied& tell) {
  TIDINGS_LET(const auto source_place, place_of(config, from));
  TIDINGS_LET(const auto target_place, place_of(config, to));
  if (source_place == target_place) return fail(Errc::usage, "both are the same store");
  TIDINGS_LET(auto source, store::Database::open_read_only(source_place));
  TIDINGS_LET(const auto source_lock, store::SenderLock::take(source, "db copy", config.newsletter.zone));
  const SystemClock clock;
  TIDINGS_LET(const bool is_sending, delivery::Ledger(source, clock).is_unfinished());
  if (is_sending) {
    return fail(Errc::try_again, fmt::format("a send from {} was interrupted", source_place.name()),
                "\"tidings deliver\" finishes it; then copy");
  }
  TIDINGS_LET(auto target, store::Database::open(target_place, store::Create::yes));
  TIDINGS_LET(const auto target_lock, store::SenderLock::take(target, "db copy", config.newsletter.zone));
  return store::copy_rows(source, target, {.on_table = tell});
}

}  // namespace tidings::app
