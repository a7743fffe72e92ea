#include "store/sqlite.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>
#include <sqlite3.h>

#include "base/check.hpp"
#include "base/codec.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "store/migrations.hpp"
#include "store/sqlite_statement.hpp"

namespace tidings::store {
namespace {

constexpr int application_id = 0x54494447;  // "TIDG"
constexpr int busy_timeout_ms = 10'000;
constexpr int incremental = 2;  // PRAGMA auto_vacuum
constexpr std::string_view view_start = "\nCREATE VIEW ";

/// SQLite gives files it creates beside a database the database's mode, so the database is created first,
/// empty, with our mode.
Result<void> make_file(const std::filesystem::path& path) {
  if (path.has_parent_path()) TIDINGS_TRY(make_folder(path.parent_path()));
  TIDINGS_LET(const int fd, open_ours(path, O_RDWR | O_CREAT | O_EXCL));
  ::close(fd);
  return {};
}

/// No log beside the file: nobody has it open, and nobody died with it open.
bool is_at_rest(std::filesystem::path path) {
  path += "-wal";
  std::error_code ignored;
  return !std::filesystem::exists(path, ignored);
}

/// SQL: lookup(:rows, key, column), see Lookup.
void look_up(sqlite3_context* context, int, sqlite3_value** arguments) {
  auto* const rows = static_cast<Lookup*>(sqlite3_value_pointer(arguments[0], lookup_type));
  TIDINGS_CHECK(rows != nullptr);
  const auto key = sqlite3_value_int64(arguments[1]);
  const int column = sqlite3_value_int(arguments[2]);
  const auto found = rows->value(key, column);
  if (column > 0) rows->used(key);
  if (const auto* const number = std::get_if<std::int64_t>(&found)) {
    sqlite3_result_int64(context, *number);
  } else if (const auto* const text = std::get_if<std::string_view>(&found)) {
    sqlite3_result_text64(context, text->data() == nullptr ? "" : text->data(), text->size(),
                          SQLITE_TRANSIENT, SQLITE_UTF8);
  } else {
    sqlite3_result_null(context);
  }
}

/// SQL: server_ms(); the host of a file has one clock.
void tell_time(sqlite3_context* context, int, sqlite3_value**) {
  sqlite3_result_int64(context, to_ms(SystemClock{}.now()));
}

/// The step that leads on from `version`; 0 is an empty file.
struct Migration {
  std::string_view sql;
  int version = 0;  ///< afterwards
};

Migration next_migration(int version) {
  if (version == 0) return {.sql = migrations().front(), .version = initial_version};
  const auto steps = version < initial_version ? migrations_before_0_1() : migrations().subspan(1);
  const auto first = version < initial_version ? 1 : initial_version;
  return {.sql = steps[static_cast<std::size_t>(version - first)], .version = version + 1};
}

int name_hint(int code) { return code & 0xFF; }

Errc errc_of(int code) {
  switch (name_hint(code)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return Errc::try_again;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_CONSTRAINT: return Errc::bad_data;
    case SQLITE_CANTOPEN: return Errc::cannot_create;
    case SQLITE_READONLY:
    case SQLITE_PERM: return Errc::not_permitted;
    default: return Errc::io;
  }
}

std::string hint_of(int code) {
  switch (name_hint(code)) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return "another process is writing; try again";
    case SQLITE_NOTADB: return "[store] path must name a tidings database or a file that does not exist yet";
    case SQLITE_CORRUPT: return "restore the newest backup; \"tidings db check\" gives details";
    case SQLITE_FULL: return "the disk is full";
    case SQLITE_CANTOPEN: return "check that the folder exists and is writable";
    default: return {};
  }
}

}  // namespace

void Sqlite::Closer::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

tl::unexpected<Error> Sqlite::error(std::string_view doing) const {
  sqlite3* const sqlite = sqlite_.get();
  const int code = sqlite3_extended_errcode(sqlite);
  return fail(errc_of(code), fmt::format("{} database {}: {}", doing, path_.string(), sqlite3_errmsg(sqlite)),
              hint_of(code));
}

Result<std::unique_ptr<Sqlite>> Sqlite::open_handle(const std::filesystem::path& path, int flags) {
  auto driver = std::make_unique<Sqlite>();
  driver->path_ = path;
  sqlite3* sqlite = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &sqlite, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  driver->sqlite_.reset(sqlite);
  if (code != SQLITE_OK) return driver->error("cannot open");
  sqlite3_busy_timeout(sqlite, busy_timeout_ms);
  constexpr int flags_of_lookup = SQLITE_UTF8 | SQLITE_DIRECTONLY;
  if (sqlite3_create_function_v2(sqlite, "lookup", 3, flags_of_lookup, nullptr, look_up, nullptr, nullptr,
                                 nullptr) != SQLITE_OK ||
      sqlite3_create_function_v2(sqlite, "server_ms", 0, SQLITE_UTF8, nullptr, tell_time, nullptr, nullptr,
                                 nullptr) != SQLITE_OK) {
    return driver->error("cannot open");
  }
  return driver;
}

Result<std::unique_ptr<Sqlite>> Sqlite::open(const std::filesystem::path& path, Create create) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    if (create == Create::no) {
      return fail(Errc::no_input, fmt::format("there is no database at {}", path.string()),
                  "\"tidings init\" or \"tidings collect\" creates it");
    }
    // If somebody else was faster, the file is as we would have made it.
    if (auto made = make_file(path); !made && !std::filesystem::exists(path, ignored))
      return tl::unexpected<Error>(made.error());
  }
  TIDINGS_LET(auto database, open_handle(path, SQLITE_OPEN_READWRITE));
  // Deleted data is overwritten: addresses of people who left must not stay in free pages.
  TIDINGS_TRY(
      database->execute("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON;"));
  TIDINGS_TRY(database->identify());
  // Only a file without tables takes it.
  if (database->schema_version_ == 0) TIDINGS_TRY(database->execute("PRAGMA auto_vacuum = INCREMENTAL"));
  TIDINGS_TRY(database->execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;"));
  TIDINGS_TRY(database->migrate());
  return database;
}

Result<std::unique_ptr<Sqlite>> Sqlite::open_read_only(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    return fail(Errc::no_input, fmt::format("there is no database at {}", path.string()),
                "\"tidings init\" or \"tidings collect\" creates it");
  }
  TIDINGS_LET(auto database, open_handle(path, SQLITE_OPEN_READONLY));
  TIDINGS_TRY(
      database->execute("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA query_only = ON;"));
  TIDINGS_TRY(database->identify());
  if (database->schema_version_ < newest_schema_version()) {
    return fail(Errc::bad_data,
                fmt::format("database {} has schema version {}, this program needs {}", path.string(),
                            database->schema_version_, newest_schema_version()),
                "run \"tidings db migrate\"");
  }
  TIDINGS_LET(const bool ours, database->has_our_views());
  if (!ours) {
    return fail(Errc::bad_data,
                fmt::format("database {} was last written by another build of this program", path.string()),
                "run \"tidings db migrate\"");
  }
  return database;
}

Result<std::unique_ptr<Sqlite>> Sqlite::copy_from(const std::filesystem::path& name, int flags,
                                                  const std::filesystem::path& shown) {
  TIDINGS_LET(auto file, open_handle(name, SQLITE_OPEN_READONLY | flags));
  file->path_ = shown;
  TIDINGS_TRY(file->identify());
  TIDINGS_LET(auto copy, open_handle(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
  sqlite3_backup* const backup =
      sqlite3_backup_init(copy->sqlite_.get(), "main", file->sqlite_.get(), "main");
  if (backup == nullptr) return copy->error("cannot copy");
  const int code = sqlite3_backup_step(backup, -1);
  sqlite3_backup_finish(backup);
  if (code != SQLITE_DONE) return file->error("cannot copy");
  copy->path_ = shown;
  // The copy has the file's WAL mark in its header, which a database in memory cannot use.
  TIDINGS_TRY(copy->execute("PRAGMA journal_mode = MEMORY; PRAGMA foreign_keys = ON;"));
  TIDINGS_TRY(copy->identify());
  TIDINGS_TRY(copy->migrate());
  return copy;
}

Result<std::unique_ptr<Sqlite>> Sqlite::open_copy_in_memory(const std::filesystem::path& path) {
  // A reader of a database at rest would leave an empty log and its index beside the file, unless told that
  // nobody writes. If somebody did start to write, the copy is made again as an ordinary reader.
  std::error_code ignored;
  const auto before = std::filesystem::last_write_time(path, ignored);
  if (is_at_rest(path)) {
    auto copy = copy_from("file:" + percent_encode(path.string()) + "?immutable=1", SQLITE_OPEN_URI, path);
    if (copy && is_at_rest(path) && before == std::filesystem::last_write_time(path, ignored)) return copy;
  }
  return copy_from(path, 0, path);
}

Result<std::unique_ptr<Sqlite>> Sqlite::open_in_memory() {
  TIDINGS_LET(auto database, open_handle(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
  TIDINGS_TRY(database->execute("PRAGMA foreign_keys = ON;"));
  TIDINGS_TRY(database->migrate());
  return database;
}

Result<void> Sqlite::identify() {
  std::int64_t id = 0;
  std::int64_t version = 0;
  std::int64_t objects = 0;
  {
    // Without prepare(): in a file that is not a database the first statement fails, which is not a bug.
    sqlite3_stmt* raw = nullptr;
    const int code =
        sqlite3_prepare_v2(sqlite_.get(),
                           "SELECT a.application_id, u.user_version, (SELECT count(*) FROM sqlite_schema) "
                           "FROM pragma_application_id a, pragma_user_version u",
                           -1, &raw, nullptr);
    const StatementHandle statement{raw};
    if (code != SQLITE_OK || sqlite3_step(raw) != SQLITE_ROW) return error("cannot open");
    id = sqlite3_column_int64(raw, 0);
    version = sqlite3_column_int64(raw, 1);
    objects = sqlite3_column_int64(raw, 2);
  }
  if (id != application_id && (id != 0 || objects != 0 || version != 0)) {
    return fail(Errc::bad_data, fmt::format("{} is a database, but not a tidings database", path_.string()),
                "[store] path must name a tidings database or a file that does not exist yet");
  }
  if (version > newest_schema_version()) {
    return fail(Errc::bad_data,
                fmt::format("database {} has schema version {}, newer than this program's {}", path_.string(),
                            version, newest_schema_version()),
                "use the tidings version that wrote it");
  }
  schema_version_ = static_cast<int>(version);
  return {};
}

Result<void> Sqlite::migrate() {
  TIDINGS_LET(const bool ours, has_our_views());
  if (schema_version_ >= newest_schema_version() && ours) return {};
  // A step may build a table anew: dropping the old one would delete what refers to it. Each step is checked
  // instead.
  TIDINGS_TRY(execute("PRAGMA foreign_keys = OFF"));
  do {
    TIDINGS_TRY(begin());
    if (auto done = migrate_one(); !done) {
      rollback();
      return done;
    }
  } while (schema_version_ < newest_schema_version());
  return execute("PRAGMA foreign_keys = ON");
}

/// One step, or the views alone, and the commit. The views go first, because a table cannot be renamed
/// under them, and come back with the last step.
Result<void> Sqlite::migrate_one() {
  // Another process may have migrated while we waited for the lock.
  TIDINGS_TRY(identify());
  TIDINGS_TRY(drop_views());
  int version = schema_version_;
  if (version < newest_schema_version()) {
    const auto step = next_migration(version);
    TIDINGS_TRY(execute(std::string{step.sql}.c_str()));
    TIDINGS_TRY(check_references());
    version = step.version;
    const auto mark =
        fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};", application_id, version);
    TIDINGS_TRY(execute(mark.c_str()));
  }
  if (version == newest_schema_version()) TIDINGS_TRY(execute(std::string{views()}.c_str()));
  TIDINGS_TRY(commit());
  schema_version_ = version;
  return {};
}

/// SQLite keeps the words of a view as they were.
Result<bool> Sqlite::has_our_views() {
  TIDINGS_LET(const auto stored, rows("SELECT sql FROM sqlite_schema WHERE type = 'view'"));
  const auto text = views();
  std::size_t count = 0;
  for (auto at = text.find(view_start); at != std::string_view::npos; at = text.find(view_start, at + 1))
    ++count;
  return stored.size() == count && std::ranges::all_of(stored, [text](const Row& view) {
           return text.find(view[0] + ';') != std::string_view::npos;
         });
}

Result<void> Sqlite::drop_views() {
  TIDINGS_LET(const auto names, rows("SELECT name FROM sqlite_schema WHERE type = 'view'"));
  for (const auto& name : names) TIDINGS_TRY(execute(fmt::format("DROP VIEW \"{}\"", name[0]).c_str()));
  return {};
}

Result<std::vector<Sqlite::Row>> Sqlite::rows(const char* sql, std::string_view value) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(sqlite_.get(), sql, -1, &raw, nullptr) != SQLITE_OK) return error("cannot use");
  const StatementHandle statement{raw};
  if (!value.empty()) sqlite3_bind_text64(raw, 1, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8);
  std::vector<Row> found;
  int code = sqlite3_step(raw);
  for (; code == SQLITE_ROW; code = sqlite3_step(raw)) {
    Row row;
    for (int i = 0; i < sqlite3_column_count(raw); ++i) row.emplace_back(view_of(raw, i));
    found.push_back(std::move(row));
  }
  if (code != SQLITE_DONE) return error("cannot use");
  return found;
}

std::unique_ptr<Prepared> Sqlite::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(sqlite_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) {
    auto broken = error("cannot use").value();
    if (code == SQLITE_ERROR) {
      broken.code = Errc::bad_data;
      broken.hint = hint_of(SQLITE_CORRUPT);
    }
    return std::make_unique<BrokenStatement>(std::move(broken));
  }
  return std::make_unique<SqlitePrepared>(*this, statement);
}

Result<void> Sqlite::begin() { return execute("BEGIN IMMEDIATE"); }
Result<void> Sqlite::begin_reading() { return execute("BEGIN"); }
Result<void> Sqlite::commit() { return execute("COMMIT"); }

void Sqlite::rollback() noexcept {
  // Some failures (disk full, I/O) have rolled back already.
  if (sqlite3_get_autocommit(sqlite_.get()) == 0)
    sqlite3_exec(sqlite_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Result<void> Sqlite::execute(const char* sql) {
  if (sqlite3_exec(sqlite_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return error("cannot use");
  return {};
}

Result<void> Sqlite::set_sync(Sync sync) {
  return execute(sync == Sync::full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
}

Result<void> Sqlite::set_cache(std::int64_t bytes) {
  return execute(fmt::format("PRAGMA cache_size = -{}", bytes / 1024).c_str());
}

std::int64_t Sqlite::changes() const { return sqlite3_changes64(sqlite_.get()); }
std::int64_t Sqlite::last_insert_id() { return sqlite3_last_insert_rowid(sqlite_.get()); }

Result<void> Sqlite::limit_memory(std::int64_t bytes) {
  TIDINGS_TRY(set_cache(bytes));
  return execute("PRAGMA temp_store = FILE");
}

Result<void> Sqlite::check() {
  TIDINGS_LET(const auto said, rows("PRAGMA integrity_check(1)"));
  if (said.empty() || said[0][0] != "ok") {
    return fail(Errc::bad_data,
                fmt::format("database {} is damaged: {}", path_.string(), said.empty() ? "" : said[0][0]),
                "restore the newest backup");
  }
  return check_references();
}

Result<std::string> Sqlite::quick_check() {
  TIDINGS_LET(const auto said, rows("PRAGMA quick_check(1)"));
  return said.empty() ? std::string{} : said[0][0];
}

Result<void> Sqlite::check_references() {
  TIDINGS_LET(const auto broken, rows("PRAGMA foreign_key_check"));
  if (!broken.empty()) {
    return fail(Errc::bad_data, fmt::format("database {}: a row of {} refers to a missing row of {}",
                                            path_.string(), broken[0][0], broken[0][2]));
  }
  return {};
}

Result<void> Sqlite::empty_log() {
  TIDINGS_LET(const auto said, rows("PRAGMA wal_checkpoint(TRUNCATE)"));
  if (!said.empty() && said[0][0] == "0") return {};
  return fail(Errc::try_again,
              fmt::format("the log of {} cannot be emptied: another process is reading it", path_.string()));
}

Result<bool> Sqlite::holds_text(std::span<const std::string> texts) {
  // Through SQLite's own descriptor: closing another one of the same file would drop this process's locks.
  sqlite3_file* file = nullptr;
  sqlite3_int64 size = 0;
  if (sqlite3_file_control(sqlite_.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
      file == nullptr || file->pMethods == nullptr || file->pMethods->xFileSize(file, &size) != SQLITE_OK) {
    return false;  // in memory
  }
  std::size_t longest = 0;
  for (const auto& text : texts) longest = std::max(longest, text.size());
  constexpr sqlite3_int64 step = 1 << 20;
  for (sqlite3_int64 at = 0; at < size; at += step) {
    const auto length = std::min<sqlite3_int64>(step + static_cast<sqlite3_int64>(longest), size - at);
    std::string piece(static_cast<std::size_t>(length), '\0');
    if (file->pMethods->xRead(file, piece.data(), static_cast<int>(length), at) != SQLITE_OK)
      return error("cannot read");
    piece = ascii_lower(piece);
    for (const auto& text : texts) {
      if (!text.empty() && piece.find(ascii_lower(text)) != std::string::npos) return true;
    }
  }
  return false;
}

Result<void> Sqlite::set_references(References references) {
  return execute(references == References::checked ? "PRAGMA foreign_keys = ON"
                                                   : "PRAGMA foreign_keys = OFF");
}

Result<std::int64_t> Sqlite::pragma(const char* name) {
  TIDINGS_LET(const auto said, rows(fmt::format("PRAGMA {}", name).c_str()));
  std::int64_t value = 0;
  if (!said.empty()) std::from_chars(said[0][0].data(), said[0][0].data() + said[0][0].size(), value);
  return value;
}

Result<std::int64_t> Sqlite::free_bytes() {
  TIDINGS_LET(const auto pages, pragma("freelist_count"));
  TIDINGS_LET(const auto size, pragma("page_size"));
  return pages * size;
}

Result<void> Sqlite::give_back(const std::function<bool()>& enough) {
  TIDINGS_LET(const auto mode, pragma("auto_vacuum"));
  if (mode != incremental) return {};
  TIDINGS_LET(auto left, pragma("freelist_count"));
  while (left > 0 && !enough()) {
    TIDINGS_TRY(execute("PRAGMA incremental_vacuum(500)"));
    const auto before = left;
    TIDINGS_LET(left, pragma("freelist_count"));
    if (left >= before) break;
  }
  return {};
}

Result<void> Sqlite::rebuild() {
  TIDINGS_TRY(execute("PRAGMA auto_vacuum = INCREMENTAL; VACUUM"));
  return empty_log();
}

Result<void> Sqlite::backup_to(const std::filesystem::path& target) {
  std::error_code ignored;
  if (std::filesystem::exists(target, ignored)) {
    return fail(Errc::cannot_create, fmt::format("{} already exists", target.string()),
                "choose another name");
  }
  TIDINGS_TRY(make_file(target));
  auto done = copy_to(target);
  if (done) done = check_file(target);
  // A partial copy must not be mistaken for a complete one.
  if (!done) std::filesystem::remove(target, ignored);
  return done;
}

Result<void> Sqlite::check_file(const std::filesystem::path& file) {
  // "immutable": a reader of a file with a log leaves one beside it.
  TIDINGS_LET(const auto driver, open_handle("file:" + percent_encode(file.string()) + "?immutable=1",
                                             SQLITE_OPEN_READONLY | SQLITE_OPEN_URI));
  driver->path_ = file;
  TIDINGS_TRY(driver->identify());
  return driver->check();
}

Result<void> Sqlite::copy_to(const std::filesystem::path& target) {
  {
    TIDINGS_LET(const auto copy, open_handle(target, SQLITE_OPEN_READWRITE));
    sqlite3_backup* const backup = sqlite3_backup_init(copy->sqlite_.get(), "main", sqlite_.get(), "main");
    if (backup == nullptr) return copy->error("cannot back up to");
    sqlite3_backup_step(backup, -1);
    if (sqlite3_backup_finish(backup) != SQLITE_OK) return copy->error("cannot back up to");
  }
  const int fd = ::open(target.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = fd >= 0 && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (!synced) return fail(Errc::io, fmt::format("cannot sync {}", target.string()));
  return {};
}

Result<bool> Sqlite::load(std::string_view /*insert*/, std::size_t /*columns*/,
                          std::span<const Cell> /*cells*/) {
  return false;
}

Result<std::int64_t> Sqlite::next_id(std::string_view table) {
  TIDINGS_LET(const auto last, rows("SELECT seq + 1 FROM sqlite_sequence WHERE name = ?1", table));
  return last.empty() ? 1 : std::stoll(last[0][0]);
}

/// SQLite keeps the largest id by itself.
Result<void> Sqlite::ids_taken(std::string_view table, std::int64_t next) {
  TIDINGS_LET(const auto keeps,
              rows("SELECT 1 FROM sqlite_schema WHERE name = ?1 AND sql LIKE '%AUTOINCREMENT%'", table));
  TIDINGS_LET(const auto known, next_id(table));
  if (keeps.empty() || known >= next) return {};
  return execute(fmt::format("DELETE FROM sqlite_sequence WHERE name = '{0}'; "
                             "INSERT INTO sqlite_sequence (name, seq) VALUES ('{0}', {1})",
                             table, next - 1)
                     .c_str());
}

Result<std::vector<std::string>> Sqlite::drop_indexes(std::string_view table) {
  TIDINGS_LET(const auto indexes,
              rows("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ?1 "
                   "AND sql IS NOT NULL",
                   table));
  std::vector<std::string> creations;
  for (const auto& index : indexes) {
    TIDINGS_TRY(execute(fmt::format("DROP INDEX \"{}\"", index[0]).c_str()));
    creations.push_back(index[1]);
  }
  return creations;
}

}  // namespace tidings::store
