// The store: a SQLite file or a schema of PostgreSQL, behind a handle that knows SQL but none of our tables.
//
// Rooms write SQL that both speak: named parameters, RETURNING, ON CONFLICT, no rowid, no function of one
// engine only. SQLite prepares it as it is. What PostgreSQL wants otherwise, postgres_sql.hpp translates word
// by word: parameters, lookup(), the unary plus that keeps SQLite's planner from an index, and the types of
// CREATE TABLE; instr() is a function of our schema there. server_ms() is the time by the store's own clock,
// which all hosts share, in UTC milliseconds. Numbers are BIGINT, texts compare by bytes.
// A failed statement spoils a transaction of PostgreSQL: afterwards it can only be rolled back.
//
// SQLite is set to WAL, foreign_keys=ON, synchronous=FULL unless asked otherwise, secure_delete=ON, a busy
// timeout of 10 s, STRICT tables, our application_id; the schema's version is user_version. PostgreSQL: a
// table store_state has the version, and its row is the write lock that begin() takes. Migrations run in
// open(), which also makes the views of views.sql. A Database and its Statements belong to one thread.
//
// Failures are Errc::io with the SQL engine's words and the store's name, but: Errc::no_input if the file or
// schema is absent and Create::no; Errc::bad_data if it is no database, not ours, or newer than this binary
// (both versions are named); Errc::try_again when another process holds the lock past the timeout;
// Errc::unavailable if the server does not answer, and Errc::not_permitted if it refuses our login.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "store/place.hpp"

namespace tidings::store {

class Database;
class Driver;
class Prepared;

/// Rows in memory for a statement to read: bound with bind_lookup(":rows", ...), SQL sees their columns as
/// lookup(:rows, key, column). So one statement can change many rows, each to its own values, at less than
/// half the cost of a statement per row.
class Lookup {
 public:
  using Value = std::variant<std::monostate, std::int64_t,
                             std::string_view>;  ///< NULL, INTEGER or TEXT (copied at once)

  enum class Type { integer, text };

  virtual ~Lookup() = default;
  /// NULL if there is no such row.
  [[nodiscard]] virtual Value value(std::int64_t key, int column) noexcept = 0;
  /// For a server, which gets all rows at once: their keys, and the type of each column.
  [[nodiscard]] virtual std::vector<std::int64_t> keys() const = 0;
  [[nodiscard]] virtual std::span<const Type> columns() const = 0;
  /// The row with this key is used: a column other than 0, which is for conditions, is put into a table.
  virtual void used(std::int64_t /*key*/) noexcept {}
};

/// What a NULL stands for: PostgreSQL wants to know the type of each parameter.
enum class Null { integer, text };

/// One prepared statement. bind() by the parameter's name with its colon (":id"); an unknown name is a bug.
/// Columns count from 0. Cached by Database::prepare.
///
/// Rows are read by each() or list(), not by a range-based for: its loop ends in the same way after the last
/// row and after an I/O error, and nothing would make the caller ask which it was. Here the error is the
/// [[nodiscard]] result. Both are inlined and cost what a loop around step() costs; step() is for a single
/// row, and for walks that stop and go on.
class Statement {
 public:
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();  ///< resets the statement and returns it to its database

  Statement& bind(const char* name, std::int64_t value);
  Statement& bind(const char* name, int value) { return bind(name, static_cast<std::int64_t>(value)); }
  Statement& bind(const char* name, std::string_view text);
  Statement& bind(const char* name, const char* text) { return bind(name, std::string_view{text}); }
  Statement& bind(const char* name, UtcTime time) { return bind(name, to_ms(time)); }
  template <class Tag>
  Statement& bind(const char* name, Id<Tag> id) {
    return bind(name, id.value);
  }
  template <class T>
  Statement& bind(const char* name, const std::optional<T>& value) {
    if (value) return bind(name, *value);
    return bind_null(name, std::is_convertible_v<const T&, std::string_view> ? Null::text : Null::integer);
  }
  Statement& bind_null(const char* name, Null kind = Null::integer);
  Statement& bind_blob(const char* name, std::string_view bytes);
  /// `rows` must outlive the run.
  Statement& bind_lookup(const char* name, Lookup& rows);
  /// An unnamed parameter ("?"), by its place from 1; a wrong place is a bug. The text is not copied and must
  /// stay valid until the statement has run.
  Statement& bind_at(int place, std::int64_t value);
  Statement& bind_at(int place, std::string_view text);
  Statement& bind_null_at(int place);

  /// For a walk over many rows, before its first step: PostgreSQL sends them in portions instead of all at
  /// once. In a transaction the walk ends with it.
  Statement& in_portions();

  /// Calls visit(row) for each row, then resets. `visit` takes a const Statement& and returns nothing or a
  /// Result<void>, whose error ends the walk.
  template <class Visit>
  [[nodiscard]] Result<void> each(Visit&& visit);
  /// What make(row) returns for each row, a value or a Result of one; then resets.
  template <class Make>
  [[nodiscard]] auto list(Make&& make);

  /// True while there is a row. Errc::io; Errc::bad_data for a broken constraint.
  [[nodiscard]] Result<bool> step();
  /// Runs to the end and resets, for statements without interesting rows. Keeps bindings.
  [[nodiscard]] Result<void> run();
  /// Ready to be bound and stepped again.
  void reset();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;
  /// Valid until the next step(), reset() or column conversion.
  [[nodiscard]] std::string_view view(int column) const;
  [[nodiscard]] std::string blob(int column) const;
  [[nodiscard]] bool is_null(int column) const;
  /// Within the years 1 to 9999: times beyond them are damage, and no sum of times may overflow.
  [[nodiscard]] UtcTime time(int column) const;
  [[nodiscard]] std::optional<UtcTime> optional_time(int column) const;
  [[nodiscard]] std::optional<std::string> optional_text(int column) const;
  template <class IdType>
  [[nodiscard]] IdType id(int column) const {
    return IdType{integer(column)};
  }

 private:
  friend class Database;
  explicit Statement(Prepared* prepared) : prepared_(prepared) {}
  int place_of(const char* name) const;

  Prepared* prepared_;
};

/// Rolls back when it goes out of scope without commit(), as it does on every failure. Do not nest.
class Transaction {
 public:
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  [[nodiscard]] Result<void> commit();
  /// Takes everything back now. Cannot fail: what is not committed is not in the database. Nothing after a
  /// commit() or rollback().
  void rollback() noexcept;

 private:
  friend class Database;
  explicit Transaction(Database* database) : database_(database) {}
  Database* database_;
};

enum class Create { no, yes };

/// How durable a commit is when it returns: `full` survives power loss, `process` only the death of the
/// process (a WAL write without fsync; the next full commit or checkpoint makes it durable).
enum class Sync { full, process };

class Database {
 public:
  /// Opens the store, checks that it is ours and migrates it to this binary's schema.
  [[nodiscard]] static Result<Database> open(const Place& place, Create create);
  /// Opens without writing a byte, for --dry-run and status. Errc::bad_data if its schema is older than this
  /// binary's, or its views are another's.
  [[nodiscard]] static Result<Database> open_read_only(const Place& place);
  /// A copy in memory (SQLite's, of either store), migrated there to this binary's schema; the store is
  /// unchanged.
  [[nodiscard]] static Result<Database> open_copy_in_memory(const Place& place);
  /// A private database in memory with the full schema, for tests and rehearsals.
  [[nodiscard]] static Result<Database> open_in_memory();
  /// Whether there is a store; any file counts, whoever wrote it.
  [[nodiscard]] static Result<bool> exists(const Place& place);

  Database(Database&&) noexcept;
  Database& operator=(Database&&) = delete;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  /// The statement for `sql`, compiled once and cached; compiled again while the cached one is in use. SQL
  /// that does not compile is a bug.
  [[nodiscard]] Statement prepare(const char* sql);

  /// Takes the write lock at once (BEGIN IMMEDIATE). Errc::try_again if another process holds it.
  [[nodiscard]] Result<Transaction> begin();
  /// For changes that carry their own guard, such as a row's fence: PostgreSQL takes no lock but those of the
  /// rows, so that several workers write at once. SQLite as begin().
  [[nodiscard]] Result<Transaction> begin_shared();
  /// For reading only: everything in it sees the same state. Takes no lock.
  [[nodiscard]] Result<Transaction> begin_reading();

  /// One or more statements without parameters or rows.
  [[nodiscard]] Result<void> execute(const char* sql);

  /// From the next commit on.
  [[nodiscard]] Result<void> set_sync(Sync sync);

  /// The most memory for pages; a bulk job whose indexes fit runs several times faster.
  [[nodiscard]] Result<void> set_cache(std::int64_t bytes);

  [[nodiscard]] std::int64_t changes() const;  ///< rows changed by the last statement
  [[nodiscard]] std::int64_t last_insert_id() const;
  [[nodiscard]] int schema_version() const;
  [[nodiscard]] const Place& place() const { return place_; }
  /// The SQLite file, or how the names of our files beside it begin; empty in memory.
  [[nodiscard]] const std::filesystem::path& path() const { return place_.path; }

  /// SQLite: integrity_check and foreign_key_check. PostgreSQL: checksums of its pages as far as it has
  /// noticed, and indexes and constraints that do not hold. Errc::bad_data with the first finding.
  [[nodiscard]] Result<void> check();
  /// SQLite: its pages alone, many times as fast: "ok", or the first finding in SQLite's words.
  [[nodiscard]] Result<std::string> quick_check();

  /// Moves the whole log into the file and truncates it: overwritten or deleted data is gone from the disk
  /// too. Waits for readers as long as for a lock, then Errc::try_again: the changes themselves are kept.
  [[nodiscard]] Result<void> empty_log();
  /// Rewrites the file without remains of old rows in the gaps of its pages; then empty_log(). A file of 1 GB
  /// takes half a minute, during which nobody else can write.
  [[nodiscard]] Result<void> rebuild();

  /// Runs `work`, which begins its own transaction, without looking for rows that refer to those it deletes:
  /// where no index finds them, each deletion would read a whole table. The caller knows that no such row
  /// exists. PostgreSQL looks all the same.
  [[nodiscard]] Result<void> without_references(const std::function<Result<void>()>& work);

  /// Space that deleted rows have left in the file; of a server: 0.
  [[nodiscard]] Result<std::int64_t> free_bytes();
  /// Gives some of it back, in steps between which others write, until none is left or `enough` says so; then
  /// the file is shorter. A file made before version 18 reuses its space instead, until rebuild().
  [[nodiscard]] Result<void> give_back(const std::function<bool()>& enough);

  /// Whether the file, without its log, contains any of the texts, in live rows or in gaps; ASCII letters
  /// match either case. Ignores empty texts.
  [[nodiscard]] Result<bool> holds_text(std::span<const std::string> texts);

  /// A consistent copy while others write (SQLite's online backup, pg_dump of the schema), synced to disk.
  /// Errc::cannot_create; never overwrites.
  [[nodiscard]] Result<void> backup_to(const std::filesystem::path& target);

 private:
  friend class IndexesAway;
  friend class RowCopy;
  friend class RowBatch;
  friend class SenderLock;
  friend class Transaction;
  friend Result<std::string> instance_of(Database& database);
  friend Result<void> limit_memory(Database& database, std::int64_t bytes);
  friend Result<std::int64_t> next_id(Database& database, const Transaction& open, std::string_view table);
  Database(std::unique_ptr<Driver> driver, Place place);

  // Before the cache, which it must outlive.
  std::unique_ptr<Driver> driver_;
  // Keyed by content, since the address would be wrong for built strings; lookups are per batch, not per row.
  std::unordered_map<std::string, std::vector<std::unique_ptr<Prepared>>> cache_;
  Place place_;
};

/// The schema version that this binary writes.
[[nodiscard]] int newest_schema_version();

// ---- rows

template <class T>
inline constexpr bool is_result = false;
template <class T>
inline constexpr bool is_result<Result<T>> = true;

template <class Visit>
Result<void> Statement::each(Visit&& visit) {
  for (;;) {
    TIDINGS_LET(const bool more, step());
    if (!more) break;
    if constexpr (std::is_void_v<std::invoke_result_t<Visit&, const Statement&>>) {
      visit(std::as_const(*this));
    } else if (auto visited = visit(std::as_const(*this)); !visited) {
      reset();
      return tl::unexpected<Error>(std::move(visited).error());
    }
  }
  reset();
  return {};
}

template <class Make>
auto Statement::list(Make&& make) {
  using Made = std::remove_cvref_t<std::invoke_result_t<Make&, const Statement&>>;
  if constexpr (is_result<Made>) {
    Result<std::vector<typename Made::value_type>> made{tl::in_place};
    auto done = each([&](const Statement& row) -> Result<void> {
      TIDINGS_LET(auto value, make(row));
      made->push_back(std::move(value));
      return {};
    });
    if (!done) made = tl::unexpected<Error>(std::move(done).error());
    return made;
  } else {
    Result<std::vector<Made>> made{tl::in_place};
    auto done = each([&](const Statement& row) { made->push_back(make(row)); });
    if (!done) made = tl::unexpected<Error>(std::move(done).error());
    return made;
  }
}

}  // namespace tidings::store
