#include "store/database.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>
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

namespace tidings::store {
namespace {

constexpr int application_id = 0x54494447;  // "TIDG"
constexpr int busy_timeout_ms = 10'000;
constexpr int incremental = 2;  // PRAGMA auto_vacuum
constexpr std::string_view view_start = "\nCREATE VIEW ";

struct StatementFinalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

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

/// The type of pointer that lookup() accepts: no other pointer passes, and SQL text cannot create one.
constexpr const char* lookup_type = "tidings lookup";

/// SQL: lookup(:rows, key, column), see Lookup.
void look_up(sqlite3_context* context, int, sqlite3_value** arguments) {
  auto* const rows = static_cast<Lookup*>(sqlite3_value_pointer(arguments[0], lookup_type));
  TIDINGS_CHECK(rows != nullptr);
  const auto found = rows->value(sqlite3_value_int64(arguments[1]), sqlite3_value_int(arguments[2]));
  if (const auto* const number = std::get_if<std::int64_t>(&found)) {
    sqlite3_result_int64(context, *number);
  } else if (const auto* const text = std::get_if<std::string_view>(&found)) {
    sqlite3_result_text64(context, text->data() == nullptr ? "" : text->data(), text->size(),
                          SQLITE_TRANSIENT, SQLITE_UTF8);
  } else {
    sqlite3_result_null(context);
  }
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

struct Database::Handle {
  struct Closer {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };
  using Prepared = std::unique_ptr<sqlite3_stmt, StatementFinalize>;
  struct Cached {
    Prepared statement;
    bool in_use = false;
  };

  std::unique_ptr<sqlite3, Closer> sqlite;
  // Keyed by content, since the address would be wrong for built strings; lookups are per batch, not per row.
  std::unordered_map<std::string, std::vector<Cached>> cache;
  Error broken{};  ///< why the last statement that did not compile did not

  ~Handle() { cache.clear(); }
};

// ---- Statement
// ----------------------------------------------------------------------------------------------------

Statement::Statement(Statement&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)),
      statement_(std::exchange(other.statement_, nullptr)) {}

Statement::~Statement() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  auto& cached = database_->handle_->cache[sqlite3_sql(statement_)];
  for (auto& entry : cached) {
    if (entry.statement.get() == statement_) entry.in_use = false;
  }
}

int Statement::index_of(const char* name) const {
  const int index = sqlite3_bind_parameter_index(statement_, name);
  TIDINGS_CHECK(index > 0);
  return index;
}

Statement& Statement::bind(const char* name, std::int64_t value) {
  if (statement_ == nullptr) return *this;
  TIDINGS_CHECK(sqlite3_bind_int64(statement_, index_of(name), value) == SQLITE_OK);
  return *this;
}

Statement& Statement::bind(const char* name, std::string_view text) {
  if (statement_ == nullptr) return *this;
  // A null pointer would bind NULL; the empty string is a value.
  const char* const bytes = text.data() == nullptr ? "" : text.data();
  TIDINGS_CHECK(sqlite3_bind_text64(statement_, index_of(name), bytes, text.size(), SQLITE_TRANSIENT,
                                    SQLITE_UTF8) == SQLITE_OK);
  return *this;
}

Statement& Statement::bind_null(const char* name) {
  if (statement_ == nullptr) return *this;
  TIDINGS_CHECK(sqlite3_bind_null(statement_, index_of(name)) == SQLITE_OK);
  return *this;
}

Statement& Statement::bind_blob(const char* name, std::string_view bytes) {
  if (statement_ == nullptr) return *this;
  const void* const data = bytes.data() == nullptr ? "" : bytes.data();
  TIDINGS_CHECK(sqlite3_bind_blob64(statement_, index_of(name), data, bytes.size(), SQLITE_TRANSIENT) ==
                SQLITE_OK);
  return *this;
}

Statement& Statement::bind_lookup(const char* name, Lookup& rows) {
  if (statement_ == nullptr) return *this;
  TIDINGS_CHECK(sqlite3_bind_pointer(statement_, index_of(name), &rows, lookup_type, nullptr) == SQLITE_OK);
  return *this;
}

Statement& Statement::bind_at(int place, std::int64_t value) {
  if (statement_ == nullptr) return *this;
  TIDINGS_CHECK(sqlite3_bind_int64(statement_, place, value) == SQLITE_OK);
  return *this;
}

Statement& Statement::bind_at(int place, std::string_view text) {
  if (statement_ == nullptr) return *this;
  const char* const bytes = text.data() == nullptr ? "" : text.data();
  TIDINGS_CHECK(sqlite3_bind_text64(statement_, place, bytes, text.size(), SQLITE_STATIC, SQLITE_UTF8) ==
                SQLITE_OK);
  return *this;
}

Statement& Statement::bind_null_at(int place) {
  if (statement_ == nullptr) return *this;
  TIDINGS_CHECK(sqlite3_bind_null(statement_, place) == SQLITE_OK);
  return *this;
}

Result<bool> Statement::step() {
  if (statement_ == nullptr) return tl::unexpected<Error>(database_->handle_->broken);
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  auto failure = database_->error("cannot use");
  sqlite3_reset(statement_);
  return failure;
}

Result<void> Statement::run() {
  for (;;) {
    TIDINGS_LET(const bool row, step());
    if (!row) break;
  }
  sqlite3_reset(statement_);
  return {};
}

void Statement::reset() { sqlite3_reset(statement_); }

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string_view Statement::view(int column) const {
  const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return text == nullptr
             ? std::string_view{}
             : std::string_view{text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string Statement::text(int column) const { return std::string{view(column)}; }

std::string Statement::blob(int column) const {
  const auto* const data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return data == nullptr
             ? std::string{}
             : std::string{data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

UtcTime Statement::time(int column) const {
  constexpr std::int64_t first = -62'135'596'800'000;  // 0001-01-01
  constexpr std::int64_t last = 253'402'300'799'999;   // 9999-12-31
  return from_ms(std::clamp(integer(column), first, last));
}

std::optional<UtcTime> Statement::optional_time(int column) const {
  return is_null(column) ? std::nullopt : std::optional{time(column)};
}

std::optional<std::string> Statement::optional_text(int column) const {
  return is_null(column) ? std::nullopt : std::optional{text(column)};
}

// ---- Transaction
// --------------------------------------------------------------------------------------------------

Transaction::Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() { rollback(); }

void Transaction::rollback() noexcept {
  if (database_ == nullptr) return;
  sqlite3* const sqlite = std::exchange(database_, nullptr)->handle_->sqlite.get();
  // Some failures (disk full, I/O) have rolled back already.
  if (sqlite3_get_autocommit(sqlite) == 0) sqlite3_exec(sqlite, "ROLLBACK", nullptr, nullptr, nullptr);
}

Result<void> Transaction::commit() {
  TIDINGS_CHECK(database_ != nullptr);
  TIDINGS_TRY(database_->execute("COMMIT"));
  database_ = nullptr;
  return {};
}

// ---- Database
// -----------------------------------------------------------------------------------------------------

Database::Database(std::unique_ptr<Handle> handle, std::filesystem::path path)
    : handle_(std::move(handle)), path_(std::move(path)) {}

// Statements and transactions point to their database, so it is moved only before use.
Database::Database(Database&&) noexcept = default;
Database::~Database() = default;

tl::unexpected<Error> Database::error(std::string_view doing) const {
  sqlite3* const sqlite = handle_->sqlite.get();
  const int code = sqlite3_extended_errcode(sqlite);
  return fail(errc_of(code), fmt::format("{} database {}: {}", doing, path_.string(), sqlite3_errmsg(sqlite)),
              hint_of(code));
}

Result<Database> Database::open_handle(const std::filesystem::path& path, int flags) {
  auto handle = std::make_unique<Handle>();
  sqlite3* sqlite = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &sqlite, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  handle->sqlite.reset(sqlite);
  Database database{std::move(handle), path};
  if (code != SQLITE_OK) return database.error("cannot open");
  sqlite3_busy_timeout(sqlite, busy_timeout_ms);
  constexpr int flags_of_lookup = SQLITE_UTF8 | SQLITE_DIRECTONLY;
  if (sqlite3_create_function_v2(sqlite, "lookup", 3, flags_of_lookup, nullptr, look_up, nullptr, nullptr,
                                 nullptr) != SQLITE_OK) {
    return database.error("cannot open");
  }
  return database;
}

Result<Database> Database::open(const std::filesystem::path& path, Create create) {
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
      database.execute("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON;"));
  TIDINGS_TRY(database.identify());
  // Only a file without tables takes it.
  if (database.schema_version_ == 0) TIDINGS_TRY(database.execute("PRAGMA auto_vacuum = INCREMENTAL"));
  TIDINGS_TRY(database.execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;"));
  TIDINGS_TRY(database.migrate());
  return database;
}

Result<Database> Database::open_read_only(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    return fail(Errc::no_input, fmt::format("there is no database at {}", path.string()),
                "\"tidings init\" or \"tidings collect\" creates it");
  }
  TIDINGS_LET(auto database, open_handle(path, SQLITE_OPEN_READONLY));
  TIDINGS_TRY(
      database.execute("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA query_only = ON;"));
  TIDINGS_TRY(database.identify());
  if (database.schema_version_ < newest_schema_version()) {
    return fail(Errc::bad_data,
                fmt::format("database {} has schema version {}, this program needs {}", path.string(),
                            database.schema_version_, newest_schema_version()),
                "run \"tidings db migrate\"");
  }
  TIDINGS_LET(const bool ours, database.has_our_views());
  if (!ours) {
    return fail(Errc::bad_data,
                fmt::format("database {} was last written by another build of this program", path.string()),
                "run \"tidings db migrate\"");
  }
  return database;
}

Result<Database> Database::open_copy_in_memory(const std::filesystem::path& path) {
  const auto copy_from = [&path](const std::filesystem::path& name, int flags) -> Result<Database> {
    TIDINGS_LET(auto file, open_handle(name, SQLITE_OPEN_READONLY | flags));
    file.path_ = path;
    TIDINGS_TRY(file.identify());
    TIDINGS_LET(auto copy, open_handle(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
    sqlite3_backup* const backup =
        sqlite3_backup_init(copy.handle_->sqlite.get(), "main", file.handle_->sqlite.get(), "main");
    if (backup == nullptr) return copy.error("cannot copy");
    const int code = sqlite3_backup_step(backup, -1);
    sqlite3_backup_finish(backup);
    if (code != SQLITE_DONE) return file.error("cannot copy");
    copy.path_ = path;
    // The copy has the file's WAL mark in its header, which a database in memory cannot use.
    TIDINGS_TRY(copy.execute("PRAGMA journal_mode = MEMORY; PRAGMA foreign_keys = ON;"));
    TIDINGS_TRY(copy.identify());
    TIDINGS_TRY(copy.migrate());
    return copy;
  };
  // A reader of a database at rest would leave an empty log and its index beside the file, unless told that
  // nobody writes. If somebody did start to write, the copy is made again as an ordinary reader.
  std::error_code ignored;
  const auto before = std::filesystem::last_write_time(path, ignored);
  if (is_at_rest(path)) {
    auto copy = copy_from("file:" + percent_encode(path.string()) + "?immutable=1", SQLITE_OPEN_URI);
    if (copy && is_at_rest(path) && before == std::filesystem::last_write_time(path, ignored)) return copy;
  }
  return copy_from(path, 0);
}

Result<Database> Database::open_in_memory() {
  TIDINGS_LET(auto database, open_handle(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
  TIDINGS_TRY(database.execute("PRAGMA foreign_keys = ON;"));
  TIDINGS_TRY(database.migrate());
  return database;
}

Result<void> Database::identify() {
  std::int64_t id = 0;
  std::int64_t version = 0;
  std::int64_t objects = 0;
  {
    // Without prepare(): in a file that is not a database the first statement fails, which is not a bug.
    sqlite3_stmt* raw = nullptr;
    const int code =
        sqlite3_prepare_v2(handle_->sqlite.get(),
                           "SELECT a.application_id, u.user_version, (SELECT count(*) FROM sqlite_schema) "
                           "FROM pragma_application_id a, pragma_user_version u",
                           -1, &raw, nullptr);
    const std::unique_ptr<sqlite3_stmt, StatementFinalize> statement{raw};
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

Result<void> Database::migrate() {
  TIDINGS_LET(const bool ours, has_our_views());
  if (schema_version_ >= newest_schema_version() && ours) return {};
  // A step may build a table anew: dropping the old one would delete what refers to it. Each step is checked
  // instead.
  TIDINGS_TRY(execute("PRAGMA foreign_keys = OFF"));
  do {
    TIDINGS_TRY(migrate_one());
  } while (schema_version_ < newest_schema_version());
  return execute("PRAGMA foreign_keys = ON");
}

/// One step, or the views alone, in a transaction. The views go first, because a table cannot be renamed
/// under them, and come back with the last step.
Result<void> Database::migrate_one() {
  TIDINGS_LET(auto transaction, begin());
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
  TIDINGS_TRY(transaction.commit());
  schema_version_ = version;
  return {};
}

Result<std::vector<std::string>> Database::stored_views() {
  return prepare("SELECT sql FROM sqlite_schema WHERE type = 'view'").list([](const Statement& row) {
    return row.text(0);
  });
}

/// SQLite keeps the words of a view as they were.
Result<bool> Database::has_our_views() {
  TIDINGS_LET(const auto stored, stored_views());
  const auto text = views();
  std::size_t count = 0;
  for (auto at = text.find(view_start); at != std::string_view::npos; at = text.find(view_start, at + 1))
    ++count;
  return stored.size() == count && std::ranges::all_of(stored, [text](const std::string& view) {
           return text.find(view + ';') != std::string_view::npos;
         });
}

Result<void> Database::drop_views() {
  TIDINGS_LET(const auto names,
              prepare("SELECT name FROM sqlite_schema WHERE type = 'view'").list([](const Statement& row) {
                return row.text(0);
              }));
  for (const auto& name : names) TIDINGS_TRY(execute(fmt::format("DROP VIEW \"{}\"", name).c_str()));
  return {};
}

Statement Database::prepare(const char* sql) {
  auto& cached = handle_->cache[sql];
  for (auto& entry : cached) {
    if (!entry.in_use) {
      entry.in_use = true;
      return {this, entry.statement.get()};
    }
  }
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v3(handle_->sqlite.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) {
    handle_->broken = error("cannot use").value();
    // tests/lint/sql_rule.py compiles every statement: it is the file that is wrong.
    if (code == SQLITE_ERROR) {
      handle_->broken.code = Errc::bad_data;
      handle_->broken.hint = hint_of(SQLITE_CORRUPT);
    }
    return {this, nullptr};
  }
  cached.push_back({.statement = Handle::Prepared{statement}, .in_use = true});
  return {this, statement};
}

Result<Transaction> Database::begin() {
  TIDINGS_TRY(execute("BEGIN IMMEDIATE"));
  return Transaction{this};
}

Result<void> Database::execute(const char* sql) {
  if (sqlite3_exec(handle_->sqlite.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    return error("cannot use");
  return {};
}

Result<void> Database::without_references(const std::function<Result<void>()>& work) {
  TIDINGS_TRY(execute("PRAGMA foreign_keys = OFF"));
  auto done = work();
  TIDINGS_TRY(execute("PRAGMA foreign_keys = ON"));
  return done;
}

Result<void> Database::set_sync(Sync sync) {
  return execute(sync == Sync::full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
}

Result<void> Database::set_cache(std::int64_t bytes) {
  return execute(fmt::format("PRAGMA cache_size = -{}", bytes / 1024).c_str());
}

std::int64_t Database::changes() const { return sqlite3_changes64(handle_->sqlite.get()); }
std::int64_t Database::last_insert_id() const { return sqlite3_last_insert_rowid(handle_->sqlite.get()); }

Result<void> Database::check() {
  auto integrity = prepare("PRAGMA integrity_check(1)");
  TIDINGS_LET(const bool row, integrity.step());
  if (!row || integrity.view(0) != "ok") {
    return fail(Errc::bad_data, fmt::format("database {} is damaged: {}", path_.string(), integrity.text(0)),
                "restore the newest backup");
  }
  return check_references();
}

Result<std::string> Database::quick_check() {
  auto check = prepare("PRAGMA quick_check(1)");
  TIDINGS_LET(const bool row, check.step());
  return row ? check.text(0) : std::string{};
}

Result<void> Database::check_references() {
  auto keys = prepare("PRAGMA foreign_key_check");
  TIDINGS_LET(const bool broken, keys.step());
  if (broken) {
    return fail(Errc::bad_data, fmt::format("database {}: a row of {} refers to a missing row of {}",
                                            path_.string(), keys.text(0), keys.text(2)));
  }
  return {};
}

Result<void> Database::empty_log() {
  auto checkpoint = prepare("PRAGMA wal_checkpoint(TRUNCATE)");
  TIDINGS_LET(const bool row, checkpoint.step());
  if (row && checkpoint.integer(0) == 0) return {};
  return fail(Errc::try_again,
              fmt::format("the log of {} cannot be emptied: another process is reading it", path_.string()));
}

Result<std::int64_t> Database::pragma(const char* name) {
  auto query = prepare(fmt::format("PRAGMA {}", name).c_str());
  TIDINGS_TRY(query.step());
  return query.integer(0);
}

Result<std::int64_t> Database::free_bytes() {
  TIDINGS_LET(const auto pages, pragma("freelist_count"));
  TIDINGS_LET(const auto size, pragma("page_size"));
  return pages * size;
}

Result<void> Database::give_back(const std::function<bool()>& enough) {
  TIDINGS_LET(const auto mode, pragma("auto_vacuum"));
  if (mode != incremental) return {};
  TIDINGS_LET(auto left, pragma("freelist_count"));
  while (left > 0 && !enough()) {
    TIDINGS_TRY(prepare("PRAGMA incremental_vacuum(500)").run());
    const auto before = left;
    TIDINGS_LET(left, pragma("freelist_count"));
    if (left >= before) break;
  }
  return {};
}

Result<bool> Database::holds_text(std::span<const std::string> texts) {
  // Through SQLite's own descriptor: closing another one of the same file would drop this process's locks.
  sqlite3_file* file = nullptr;
  sqlite3_int64 size = 0;
  if (sqlite3_file_control(handle_->sqlite.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
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

Result<void> Database::rebuild() {
  TIDINGS_TRY(execute("PRAGMA auto_vacuum = INCREMENTAL; VACUUM"));
  return empty_log();
}

Result<void> Database::backup_to(const std::filesystem::path& target) {
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

Result<void> Database::check_file(const std::filesystem::path& file) {
  // "immutable": a reader of a file with a log leaves one beside it.
  TIDINGS_LET(auto database, open_handle("file:" + percent_encode(file.string()) + "?immutable=1",
                                         SQLITE_OPEN_READONLY | SQLITE_OPEN_URI));
  database.path_ = file;
  TIDINGS_TRY(database.identify());
  return database.check();
}

Result<void> Database::copy_to(const std::filesystem::path& target) {
  {
    TIDINGS_LET(auto copy, open_handle(target, SQLITE_OPEN_READWRITE));
    sqlite3_backup* const backup =
        sqlite3_backup_init(copy.handle_->sqlite.get(), "main", handle_->sqlite.get(), "main");
    if (backup == nullptr) return copy.error("cannot back up to");
    sqlite3_backup_step(backup, -1);
    if (sqlite3_backup_finish(backup) != SQLITE_OK) return copy.error("cannot back up to");
  }
  const int fd = ::open(target.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = fd >= 0 && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (!synced) return fail(Errc::io, fmt::format("cannot sync {}", target.string()));
  return {};
}

int newest_schema_version() { return initial_version + static_cast<int>(migrations().size()) - 1; }

}  // namespace tidings::store
