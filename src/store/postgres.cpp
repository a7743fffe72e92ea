#include "store/postgres.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/environment.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "store/migrations.hpp"
#include "store/postgres_sql.hpp"
#include "store/postgres_statement.hpp"

namespace tidings::store {
namespace {

/// Before the first migration.
constexpr const char* own_tables = R"sql(
  CREATE TABLE store_state (one BIGINT PRIMARY KEY CHECK (one = 1), version BIGINT NOT NULL, views TEXT NOT NULL);
  INSERT INTO store_state (one, version, views) VALUES (1, 0, '');
  CREATE TABLE store_sender (one BIGINT PRIMARY KEY CHECK (one = 1), fence BIGINT NOT NULL, note TEXT NOT NULL);
  INSERT INTO store_sender (one, fence, note) VALUES (1, 0, '');
  CREATE FUNCTION instr(text, text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS 'SELECT pg_catalog.strpos($1, $2)')sql";

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// COPY's text format.
void append_cell(std::string& out, const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::null: out += "\\N"; return;
    case Cell::Kind::number: out += std::to_string(cell.number); return;
    case Cell::Kind::text: break;
  }
  for (const char c : text_for_postgres(cell.text)) {
    switch (c) {
      case '\\': out += "\\\\"; break;
      case '\t': out += "\\t"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      default: out += c;
    }
  }
}

}  // namespace

// ---- opening
// ------------------------------------------------------------------------------------------------------

Result<std::unique_ptr<Postgres>> Postgres::open(const Server& server, Create create) {
  TIDINGS_LET(auto connection, connect(server, PostgresAccess::read_write));
  auto driver = std::make_unique<Postgres>(server, std::move(connection), PostgresAccess::read_write);
  TIDINGS_LET(const auto version, driver->identify());
  if (!version && create == Create::no) {
    return fail(Errc::no_input, fmt::format("there is no schema {} at {}", server.schema, server.url),
                "\"tidings collect\" creates it");
  }
  TIDINGS_TRY(driver->migrate());
  return driver;
}

Result<std::unique_ptr<Postgres>> Postgres::open_read_only(const Server& server) {
  TIDINGS_LET(auto connection, connect(server, PostgresAccess::read_only));
  auto driver = std::make_unique<Postgres>(server, std::move(connection), PostgresAccess::read_only);
  TIDINGS_LET(const auto version, driver->identify());
  if (!version) {
    return fail(Errc::no_input, fmt::format("there is no schema {} at {}", server.schema, server.url),
                "\"tidings collect\" creates it");
  }
  if (*version < newest_schema_version()) {
    return fail(Errc::bad_data,
                fmt::format("{} schema {} has schema version {}, this program needs {}", server.url,
                            server.schema, *version, newest_schema_version()),
                "run \"tidings db migrate\"");
  }
  TIDINGS_LET(const auto stored, driver->rows("SELECT views FROM store_state"));
  if (stored.size() != 1 || stored[0][0] != views()) {
    return fail(Errc::bad_data,
                fmt::format("{} schema {} was last written by another build of this program", server.url,
                            server.schema),
                "run \"tidings db migrate\"");
  }
  return driver;
}

Result<bool> Postgres::exists(const Server& server) {
  TIDINGS_LET(auto connection, connect(server, PostgresAccess::read_only));
  Postgres driver{server, std::move(connection), PostgresAccess::read_only};
  TIDINGS_LET(const auto version, driver.identify());
  return version.has_value();
}

Result<std::optional<int>> Postgres::identify() {
  const std::array schema{server_.schema};
  TIDINGS_LET(const auto tables, rows("SELECT c.relname FROM pg_catalog.pg_class c "
                                      "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
                                      "WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v') "
                                      "ORDER BY c.relname <> 'store_state' LIMIT 1",
                                      schema));
  if (tables.empty()) return std::nullopt;
  if (tables[0][0] != "store_state") {
    return fail(Errc::bad_data,
                fmt::format("{}: schema {} has tables of another program", server_.url, server_.schema),
                "[store] schema must name one that is empty or does not exist yet");
  }
  TIDINGS_LET(const auto state, rows("SELECT version FROM store_state"));
  const auto version = state.empty() ? 0 : number(state[0][0]);
  if (version > newest_schema_version()) {
    return fail(Errc::bad_data,
                fmt::format("{} schema {} has schema version {}, newer than this program's {}", server_.url,
                            server_.schema, version, newest_schema_version()),
                "use the tidings version that wrote it");
  }
  schema_version_ = static_cast<int>(version);
  return schema_version_;
}

Result<void> Postgres::migrate() {
  if (schema_version_ == newest_schema_version()) {
    TIDINGS_LET(const auto stored, rows("SELECT views FROM store_state"));
    if (stored.size() == 1 && stored[0][0] == views()) return {};
  }
  in_transaction_ = true;
  auto done = migrate_locked();
  if (!done) rollback();
  in_transaction_ = false;
  return done;
}

/// All steps and the views in one transaction, since the server takes back changes of a schema too.
Result<void> Postgres::migrate_locked() {
  // Two that make the same schema: the second waits here, and then finds it made.
  TIDINGS_TRY(execute("BEGIN; SELECT pg_advisory_xact_lock(1414087751)"));
  TIDINGS_LET(const auto known, identify());
  if (!known) {
    TIDINGS_TRY(execute(fmt::format("CREATE SCHEMA IF NOT EXISTS \"{}\"", server_.schema).c_str()));
    TIDINGS_TRY(execute(own_tables));
  }
  TIDINGS_TRY(execute("SELECT 1 FROM store_state FOR UPDATE"));
  const std::array schema{server_.schema};
  TIDINGS_LET(const auto old_views,
              rows("SELECT viewname FROM pg_catalog.pg_views WHERE schemaname = $1", schema));
  for (const auto& view : old_views)
    TIDINGS_TRY(execute(fmt::format("DROP VIEW IF EXISTS \"{}\" CASCADE", view[0]).c_str()));
  int version = known.value_or(0);
  while (version < newest_schema_version()) {
    const int next = version == 0 ? initial_version : version + 1;
    const auto step = migrations()[static_cast<std::size_t>(next - initial_version)];
    TIDINGS_TRY(execute(schema_for_postgres(step).c_str()));
    version = next;
  }
  TIDINGS_TRY(execute(schema_for_postgres(views()).c_str()));
  const std::array state{std::to_string(version), std::string{views()}};
  TIDINGS_TRY(rows("UPDATE store_state SET version = $1, views = $2", state));
  TIDINGS_TRY(execute("COMMIT"));
  schema_version_ = version;
  return {};
}

// ---- statements
// ---------------------------------------------------------------------------------------------------

tl::unexpected<Error> Postgres::error(const PGresult* result, std::string_view doing) {
  return tl::unexpected<Error>(postgres_error(server_, connection_.get(), result, doing));
}

Result<std::vector<PostgresRow>> Postgres::rows(const char* sql, std::span<const std::string> values) {
  TIDINGS_TRY(begin_now());
  if (!in_transaction_) TIDINGS_TRY(reconnect());
  return rows_of(server_, connection_.get(), sql, values);
}

Result<bool> Postgres::reconnect() {
  if (!is_cut(connection_.get())) return false;
  TIDINGS_LET(connection_, connect(server_, access_));
  ++session_;
  return true;
}

void Postgres::note_changes(PGresult* result) {
  const std::string_view command = PQcmdStatus(result);
  if (command.starts_with("INSERT") || command.starts_with("UPDATE") || command.starts_with("DELETE"))
    changes_ = number(PQcmdTuples(result));
}

std::unique_ptr<Prepared> Postgres::prepare(const char* sql) {
  return std::make_unique<PostgresPrepared>(*this, sql);
}

Result<void> Postgres::execute(const char* sql) {
  TIDINGS_TRY(begin_now());
  if (!in_transaction_) TIDINGS_TRY(reconnect());
  TIDINGS_LET(const auto result, run_sql(server_, connection_.get(), sql));
  note_changes(result.get());
  return {};
}

Result<void> Postgres::begin() {
  // The sender's number is read after the lock is held, and stays until the end: who takes over waits for us.
  const char* const sql = fence_ == 0 ? "BEGIN; SELECT 1 FROM store_state FOR UPDATE"
                                      : "BEGIN; SELECT 1 FROM store_state FOR UPDATE; "
                                        "SELECT fence FROM store_sender FOR SHARE";
  TIDINGS_LET(const auto begun, begin_with(sql));
  if (fence_ == 0 || number(PQgetvalue(begun.get(), 0, 0)) == fence_) return {};
  rollback();
  return fail(Errc::try_again,
              fmt::format("another process has begun to send from {} schema {}", server_.url, server_.schema),
              "this one lost its connection for a while and stops");
}

Result<void> Postgres::begin_shared() {
  TIDINGS_TRY(reconnect());
  in_transaction_ = true;
  begin_waits_ = true;
  return {};
}

Result<void> Postgres::begin_now() {
  if (!begin_waits_) return {};
  begin_waits_ = false;
  TIDINGS_LET([[maybe_unused]] const auto begun, begin_with("BEGIN"));
  return execute(let_go);
}

Result<PostgresResult> Postgres::begin_with(const char* sql) {
  TIDINGS_TRY(reconnect());
  auto begun = run_sql(server_, connection_.get(), sql);
  // Nothing was begun on a connection that had been lost.
  if (!begun && is_cut(connection_.get())) {
    TIDINGS_TRY(reconnect());
    begun = run_sql(server_, connection_.get(), sql);
  }
  if (!begun) {
    const PostgresResult ignored{PQexec(connection_.get(), "ROLLBACK")};
    return begun;
  }
  in_transaction_ = true;
  ++transactions_;
  return begun;
}

Result<void> Postgres::begin_reading() {
  TIDINGS_TRY(execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
  in_transaction_ = true;
  ++transactions_;
  return {};
}

Result<void> Postgres::commit() {
  if (std::exchange(begin_waits_, false)) {
    in_transaction_ = false;
    return {};
  }
  const PostgresResult result{PQexec(connection_.get(), "COMMIT")};
  in_transaction_ = false;
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) return error(result.get(), "cannot commit to");
  if (std::string_view{PQcmdStatus(result.get())} == "COMMIT") return {};
  return fail(Errc::io, fmt::format("{} schema {}: a transaction that had failed was to be committed",
                                    server_.url, server_.schema));
}

void Postgres::rollback() noexcept {
  in_transaction_ = false;
  begin_waits_ = false;
  if (PQtransactionStatus(connection_.get()) == PQTRANS_IDLE) return;
  const PostgresResult ignored{PQexec(connection_.get(), "ROLLBACK")};
}

std::int64_t Postgres::last_insert_id() {
  const auto last = rows("SELECT lastval()");
  return last && !last->empty() ? number((*last)[0][0]) : 0;
}

// ---- bulk
// ---------------------------------------------------------------------------------------------------------

Result<bool> Postgres::load(std::string_view insert, std::size_t columns, std::span<const Cell> cells) {
  constexpr std::string_view verb = "INSERT INTO ";
  TIDINGS_TRY(begin_now());
  const auto sql = fmt::format("COPY {} FROM STDIN", insert.substr(insert.find(verb) + verb.size()));
  {
    const PostgresResult begun{PQexec(connection_.get(), sql.c_str())};
    if (PQresultStatus(begun.get()) != PGRES_COPY_IN) return error(begun.get());
  }
  std::string lines;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    append_cell(lines, cells[i]);
    lines += (i + 1) % columns == 0 ? '\n' : '\t';
  }
  const bool sent = PQputCopyData(connection_.get(), lines.data(), static_cast<int>(lines.size())) == 1 &&
                    PQputCopyEnd(connection_.get(), nullptr) == 1;
  Result<bool> done{sent};
  if (!sent) done = error(nullptr);
  while (const PostgresResult result{PQgetResult(connection_.get())}) {
    if (done && PQresultStatus(result.get()) != PGRES_COMMAND_OK) done = error(result.get());
  }
  return done;
}

Result<std::int64_t> Postgres::next_id(std::string_view table) {
  const auto sql =
      fmt::format("SELECT last_value + CASE WHEN is_called THEN 1 ELSE 0 END FROM {}_id_seq", table);
  TIDINGS_LET(const auto next, rows(sql.c_str()));
  return next.empty() ? 1 : number(next[0][0]);
}

Result<void> Postgres::ids_taken(std::string_view table, std::int64_t next) {
  TIDINGS_LET(const auto known, next_id(table));
  const auto sql = fmt::format(
      "SELECT setval('{0}_id_seq', greatest((SELECT coalesce(max(id), 0) + 1 FROM {0}), {1}), false)", table,
      std::max(known, next));
  return execute(sql.c_str());
}

Result<std::vector<std::string>> Postgres::drop_indexes(std::string_view /*table*/) {
  return std::vector<std::string>{};
}

// ---- upkeep
// -------------------------------------------------------------------------------------------------------

Result<void> Postgres::check() {
  TIDINGS_LET(const auto said, quick_check());
  const auto damaged = [this](const std::string& what) {
    return fail(Errc::bad_data, fmt::format("{} schema {}: {}", server_.url, server_.schema, what),
                "restore the newest backup, or REINDEX");
  };
  if (said != "ok") return damaged(said);
  TIDINGS_LET(
      const auto indexes,
      rows("SELECT c.relname FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid "
           "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
           "WHERE n.nspname = current_schema() AND NOT (i.indisvalid AND i.indisready) LIMIT 1"));
  if (!indexes.empty()) return damaged("index " + indexes[0][0] + " is invalid");
  TIDINGS_LET(const auto constraints,
              rows("SELECT k.conname, c.relname FROM pg_catalog.pg_constraint k "
                   "JOIN pg_catalog.pg_class c ON c.oid = k.conrelid "
                   "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
                   "WHERE n.nspname = current_schema() AND NOT k.convalidated LIMIT 1"));
  if (!constraints.empty())
    return damaged(
        fmt::format("constraint {} of {} was never checked", constraints[0][0], constraints[0][1]));
  return {};
}

Result<std::string> Postgres::quick_check() {
  TIDINGS_LET(const auto failures,
              rows("SELECT coalesce(checksum_failures, 0) FROM pg_catalog.pg_stat_database "
                   "WHERE datname = current_database()"));
  if (failures.empty() || failures[0][0] == "0") return "ok";
  return fmt::format("{} pages of the database have wrong checksums", failures[0][0]);
}

Result<void> Postgres::rebuild() {
  const std::array schema{server_.schema};
  TIDINGS_LET(const auto tables,
              rows("SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = $1", schema));
  for (const auto& table : tables) TIDINGS_TRY(execute(fmt::format("VACUUM \"{}\"", table[0]).c_str()));
  return {};
}

Result<bool> Postgres::holds_text(std::span<const std::string> /*texts*/) { return true; }

Result<void> Postgres::backup_to(const std::filesystem::path& target) {
  std::error_code ignored;
  if (std::filesystem::exists(target, ignored)) {
    return fail(Errc::cannot_create, fmt::format("{} already exists", target.string()),
                "choose another name");
  }
  // Ours from the start, so that nobody else reads it while it grows.
  TIDINGS_LET(const int fd, open_ours(target, O_WRONLY | O_CREAT | O_EXCL));
  ::close(fd);
  std::string password;
  if (server_.password) {
    TIDINGS_LET(password, server_.password());
  }
  std::vector<std::string> words{"pg_dump",  "--format=custom", "--no-owner", "--no-password",
                                 "--schema", server_.schema,    "--file",     target.string(),
                                 "--dbname", server_.url};
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  // The child's alone: a password in its arguments would show in the list of processes.
  std::string variable = "PGPASSWORD=" + password;
  ChildEnvironment ours;
  std::vector<char*> environment;
  for (auto* const* each = ours.data(); *each != nullptr; ++each) environment.push_back(*each);
  if (!password.empty()) environment.push_back(variable.data());
  environment.push_back(nullptr);
  pid_t child = 0;
  const int failed =
      ::posix_spawnp(&child, "pg_dump", nullptr, nullptr, arguments.data(), environment.data());
  int status = -1;
  if (failed == 0) ::waitpid(child, &status, 0);
  if (failed == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  std::filesystem::remove(target, ignored);
  return fail(Errc::io,
              failed != 0 ? fmt::format("cannot run pg_dump: {}", std::strerror(failed))
                          : std::string{"pg_dump has failed; it says why above"},
              "it belongs to Debian's postgresql-client and must not be older than the server");
}

Result<std::string> Postgres::instance() {
  // Not everybody may ask the server's control file; then the URL names it.
  const auto system = rows("SELECT system_identifier FROM pg_catalog.pg_control_system()");
  TIDINGS_LET(const auto database, rows("SELECT current_database()"));
  const auto& name = database.at(0).at(0);
  return fmt::format("postgresql {} {} {}", system && !system->empty() ? (*system)[0][0] : server_.url, name,
                     server_.schema);
}

}  // namespace tidings::store
