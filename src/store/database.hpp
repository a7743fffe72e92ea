// The store: one SQLite file behind a handle that knows SQL but no table of ours.
//
// The handle is driver-neutral on purpose: named parameters, RETURNING, ON CONFLICT, no rowid tricks, so that
// another SQL database can stand behind it (Lookup would be a temporary table there). SQLite is set to WAL,
// foreign_keys=ON, synchronous=FULL unless asked otherwise, secure_delete=ON, a busy timeout of 10 s, STRICT
// tables, our application_id. Schema versions are user_version; migrations run in open(), which also makes
// the views of views.sql. A Database and its Statements belong to one thread. Failures are Errc::io with the
// SQL engine's words and the file's name, but: Errc::no_input if the file is absent and Create::no;
// Errc::bad_data if it is no database, not ours, or newer than this binary (both versions are named);
// Errc::try_again when another process holds the lock past the timeout.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace tidings::store {

class Database;

/// Rows in memory that a statement reads: bound with bind_lookup(":rows", ...), SQL sees their columns as
/// lookup(:rows, key, column). So one statement changes many rows, each to values of its own, at less than
/// half the cost of a statement a row.
class Lookup {
 public:
  using Value = std::variant<std::monostate, std::int64_t,
                             std::string_view>;  ///< NULL, INTEGER or TEXT (copied at once)

  virtual ~Lookup() = default;
  /// NULL where there is no such row.
  [[nodiscard]] virtual Value value(std::int64_t key, int column) noexcept = 0;
};

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
  ~Statement();  ///< resets and gives the statement back to its database

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
    return value ? bind(name, *value) : bind_null(name);
  }
  Statement& bind_null(const char* name);
  Statement& bind_blob(const char* name, std::string_view bytes);
  /// `rows` must outlive the run.
  Statement& bind_lookup(const char* name, Lookup& rows);
  /// A parameter without a name ("?"), by its place from 1; one that is not there is a bug. The text is not
  /// copied: it stands still until the statement has run.
  Statement& bind_at(int place, std::int64_t value);
  Statement& bind_at(int place, std::string_view text);
  Statement& bind_null_at(int place);

  /// Calls visit(row) for each row, then resets. `visit` takes a const Statement& and returns nothing or a
  /// Result<void>, whose error ends the walk.
  template <class Visit>
  [[nodiscard]] Result<void> each(Visit&& visit);
  /// What make(row) returns for each row, a value or a Result of one; then resets.
  template <class Make>
  [[nodiscard]] auto list(Make&& make);

  /// True while there is a row. Errc::io; Errc::bad_data for a broken constraint.
  [[nodiscard]] Result<bool> step();
  /// Runs to the end and resets; for statements whose rows nobody reads. Bindings are kept.
  [[nodiscard]] Result<void> run();
  /// Ready to be bound and stepped anew.
  void reset();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;
  /// Valid until the next step(), reset() or column conversion.
  [[nodiscard]] std::string_view view(int column) const;
  [[nodiscard]] std::string blob(int column) const;
  [[nodiscard]] bool is_null(int column) const;
  /// Within the years 1 to 9999: what is beyond them is damage, and no sum of times may overflow.
  [[nodiscard]] UtcTime time(int column) const;
  [[nodiscard]] std::optional<UtcTime> optional_time(int column) const;
  [[nodiscard]] std::optional<std::string> optional_text(int column) const;
  template <class IdType>
  [[nodiscard]] IdType id(int column) const {
    return IdType{integer(column)};
  }

 private:
  friend class Database;
  Statement(Database* database, sqlite3_stmt* statement) : database_(database), statement_(statement) {}
  int index_of(const char* name) const;

  Database* database_;
  sqlite3_stmt* statement_;
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

/// How far a commit reaches before it returns: `full` survives power loss, `process` only the death of the
/// process (a WAL write without fsync; the next full commit or checkpoint makes it durable).
enum class Sync { full, process };

class Database {
 public:
  /// Opens, checks that it is ours and migrates it to this binary's schema.
  [[nodiscard]] static Result<Database> open(const std::filesystem::path& path, Create create);
  /// Opens without writing a byte, for --dry-run and status. Errc::bad_data if its schema is older than this
  /// binary's, or its views are another's.
  [[nodiscard]] static Result<Database> open_read_only(const std::filesystem::path& path);
  /// A copy of the file in memory, brought to this binary's schema there; the file is not changed.
  [[nodiscard]] static Result<Database> open_copy_in_memory(const std::filesystem::path& path);
  /// A private database in memory with the full schema, for tests and rehearsals.
  [[nodiscard]] static Result<Database> open_in_memory();

  Database(Database&&) noexcept;
  Database& operator=(Database&&) = delete;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  /// The statement for `sql`, compiled once and kept. A statement of the same text that is in use is compiled
  /// a second time. SQL that does not compile is a bug.
  [[nodiscard]] Statement prepare(const char* sql);

  /// Takes the write lock at once (BEGIN IMMEDIATE). Errc::try_again if another process keeps it.
  [[nodiscard]] Result<Transaction> begin();

  /// One or more statements without parameters or rows.
  [[nodiscard]] Result<void> execute(const char* sql);

  /// From the next commit on.
  [[nodiscard]] Result<void> set_sync(Sync sync);

  /// Pages kept in memory, at most; a bulk job whose indexes fit runs several times as fast.
  [[nodiscard]] Result<void> set_cache(std::int64_t bytes);

  [[nodiscard]] std::int64_t changes() const;  ///< rows changed by the last statement
  [[nodiscard]] std::int64_t last_insert_id() const;
  [[nodiscard]] int schema_version() const { return schema_version_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// PRAGMA integrity_check and foreign_key_check; Errc::bad_data with the first finding.
  [[nodiscard]] Result<void> check();
  /// Its pages alone, many times as fast: "ok", or the first finding in SQLite's words.
  [[nodiscard]] Result<std::string> quick_check();

  /// Everything in the log goes into the file, and the log is cut to nothing: what was overwritten or deleted
  /// is gone from the disk too. Waits for readers as long as for a lock, then Errc::try_again: the changes
  /// themselves are kept.
  [[nodiscard]] Result<void> empty_log();
  /// Writes the file anew, without what is left of old rows in the gaps of its pages; then empty_log(). A
  /// file of 1 GB takes half a minute, during which nobody else can write.
  [[nodiscard]] Result<void> rebuild();

  /// Whether the file, without its log, has one of the texts anywhere, in live rows or in the gaps of its
  /// pages; ASCII letters match either case. Empty texts are not looked for.
  [[nodiscard]] Result<bool> holds_text(std::span<const std::string> texts);

  /// A consistent copy while others write (SQLite's online backup), synced to disk. Errc::cannot_create;
  /// refuses to overwrite.
  [[nodiscard]] Result<void> backup_to(const std::filesystem::path& target);

 private:
  [[nodiscard]] Result<void> copy_to(const std::filesystem::path& target);

  friend class RowBatch;
  friend class Statement;
  friend class Transaction;
  struct Handle;
  explicit Database(std::unique_ptr<Handle> handle, std::filesystem::path path);
  [[nodiscard]] static Result<Database> open_handle(const std::filesystem::path& path, int flags);
  [[nodiscard]] Result<void> identify();
  [[nodiscard]] Result<void> migrate();
  [[nodiscard]] Result<void> migrate_one();
  [[nodiscard]] Result<std::vector<std::string>> stored_views();
  [[nodiscard]] Result<bool> has_our_views();
  [[nodiscard]] Result<void> drop_views();
  [[nodiscard]] Result<void> check_references();
  [[nodiscard]] tl::unexpected<Error> error(std::string_view doing) const;

  std::unique_ptr<Handle> handle_;
  std::filesystem::path path_;
  int schema_version_ = 0;
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
