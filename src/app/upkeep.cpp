#include "app/upkeep.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
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

namespace {

constexpr std::string_view checked_fact = "checked_ms";
constexpr auto check_every = std::chrono::hours{24 * 7};
constexpr std::string_view time_digits = "0000-00-00T00-00-00Z";

/// "tidings-2026-01-26T06-05-00Z.db": sorts by time.
std::string backup_name(const std::filesystem::path& store, UtcTime now) {
  auto time = format_rfc3339(std::chrono::floor<std::chrono::seconds>(now));
  std::ranges::replace(time, ':', '-');
  return fmt::format("{}-{}{}", store.stem().string(), time, store.extension().string());
}

/// Those of backup_name(), oldest first.
std::vector<std::filesystem::path> backups_in(const std::filesystem::path& folder,
                                              const std::filesystem::path& store) {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  const auto start = store.stem().string() + "-";
  for (std::filesystem::directory_iterator at{folder, error}, end; !error && at != end; at.increment(error)) {
    const auto name = at->path().filename().string();
    if (!name.starts_with(start) || at->path().extension() != store.extension()) continue;
    const auto time = std::string_view{name}.substr(start.size());
    const bool is_ours =
        time.size() == time_digits.size() + store.extension().string().size() &&
        std::ranges::equal(time.substr(0, time_digits.size()), time_digits,
                           [](char c, char like) { return like == '0' ? c >= '0' && c <= '9' : c == like; });
    if (is_ours) found.push_back(at->path());
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace

Result<Backup> back_up(const config::Context& context, const std::filesystem::path& target, int keep) {
  const auto& store = context.config.store.path;
  std::error_code ignored;
  const bool is_folder = std::filesystem::is_directory(target, ignored) || !target.has_filename();
  Backup done;
  if (!is_folder) {
    if (keep > 0) {
      return fail(Errc::usage, fmt::format("--keep needs a folder, and {} is none", target.string()),
                  "\"tidings db backup FOLDER/ --keep 7\"");
    }
    done.file = target;
    TIDINGS_TRY(context.database.backup_to(target));
    return done;
  }
  TIDINGS_TRY(make_folder(target));
  done.file = target / backup_name(store, context.clock.now());
  TIDINGS_TRY(context.database.backup_to(done.file));
  if (keep == 0) return done;
  auto there = backups_in(target, store);
  std::erase(there, done.file);  // by a clock that was ahead, older ones may have later names
  for (std::size_t i = 0; i + static_cast<std::size_t>(keep) <= there.size(); ++i) {
    if (!std::filesystem::remove(there[i], ignored)) continue;
    done.deleted.push_back(there[i]);
  }
  return done;
}

Result<void> check_if_old(const config::Context& context) {
  auto& database = context.database;
  const auto now = context.clock.now();
  TIDINGS_LET(const auto text, store::fact(database, checked_fact));
  std::int64_t last = 0;
  std::from_chars(text.data(), text.data() + text.size(), last);
  if (from_ms(last) <= now && now - from_ms(last) < check_every) return {};
  TIDINGS_LET(const auto said, database.quick_check());
  // A row that makes no sense stops itself alone; damaged pages, which SQLite reports first, stop all.
  const bool is_one_row = said.starts_with("CHECK constraint failed") || said.starts_with("NULL value in");
  if (is_one_row) {
    log::warning(fmt::format("database {}: {} (\"tidings db check\")", database.place().name(), said));
  } else if (said != "ok") {
    return fail(Errc::bad_data, fmt::format("database {} is damaged: {}", database.place().name(), said),
                "nothing is sent from it; \"tidings db restore\" puts the newest backup in its place");
  }
  return store::set_fact(database, checked_fact, std::to_string(to_ms(now)));
}

Result<void> restore(const config::Config& config, const std::filesystem::path& from) {
  if (config.store.server) {
    return fail(Errc::usage, "db restore is for a SQLite file",
                fmt::format("pg_restore --dbname=\"{}\" {}", config.store.server->url, from.string()));
  }
  auto backup = from;
  if (std::error_code unknown; std::filesystem::is_directory(from, unknown)) {
    const auto there = backups_in(from, config.store.path);
    if (there.empty()) {
      return fail(Errc::no_input, fmt::format("there is no backup in {}", from.string()),
                  fmt::format("they are named like {}", backup_name(config.store.path, UtcTime{})));
    }
    backup = there.back();
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
  TIDINGS_TRY(store::copy_rows(source, target, {.on_table = tell}));
  return delivery::Ledger(target, clock).take_in_plan();
}

}  // namespace tidings::app
