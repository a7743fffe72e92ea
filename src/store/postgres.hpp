// PostgreSQL behind store/driver.hpp; the contract is database.hpp's, what its SQL becomes
// postgres_sql.hpp's.
//
// A newsletter is a schema. Besides the tables of the migrations it has
//   store_state   one row: the schema's version, and the views as they were made. begin() locks it, so that
//   one
//                 transaction writes at a time, as in SQLite
//   store_sender  one row: who sends, and the sender's number (fence), which grows with each
//   instr()       as SQLite's
// Statements outside transactions commit by themselves and take no lock but their rows'.
//
// A connection that was lost outside a transaction is made again; a SELECT is then asked once more, while of
// anything else it is unknown whether it was done: Errc::unavailable.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/driver.hpp"
#include "store/postgres_connection.hpp"

namespace tidings::store {

class Postgres final : public Driver {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Postgres>> open(const Server& server, Create create);
  [[nodiscard]] static Result<std::unique_ptr<Postgres>> open_read_only(const Server& server);
  [[nodiscard]] static Result<bool> exists(const Server& server);

  Postgres(Server server, PostgresConnection connection, PostgresAccess access)
      : server_(std::move(server)), connection_(std::move(connection)), access_(access) {}

  [[nodiscard]] std::unique_ptr<Prepared> prepare(const char* sql) override;
  [[nodiscard]] Result<void> execute(const char* sql) override;
  [[nodiscard]] Result<void> begin() override;
  [[nodiscard]] Result<void> begin_shared() override;
  [[nodiscard]] Result<void> begin_reading() override;
  [[nodiscard]] Result<void> commit() override;
  void rollback() noexcept override;

  /// Commits are as durable as the server's synchronous_commit says, whatever is asked; it is never off.
  [[nodiscard]] Result<void> set_sync(Sync /*sync*/) override { return {}; }
  [[nodiscard]] Result<void> set_cache(std::int64_t /*bytes*/) override { return {}; }
  [[nodiscard]] Result<void> limit_memory(std::int64_t /*bytes*/) override { return {}; }
  [[nodiscard]] std::int64_t changes() const override { return changes_; }
  [[nodiscard]] std::int64_t last_insert_id() override;
  [[nodiscard]] int schema_version() const override { return schema_version_; }

  [[nodiscard]] Result<void> check() override;
  [[nodiscard]] Result<std::string> quick_check() override;
  [[nodiscard]] Result<void> empty_log() override { return {}; }  // the server's own business
  // Deletions find referring rows by indexes or not at all: only an administrator could switch that off.
  [[nodiscard]] Result<void> set_references(References /*references*/) override { return {}; }
  [[nodiscard]] Result<std::int64_t> free_bytes() override { return 0; }  // autovacuum's
  [[nodiscard]] Result<void> give_back(const std::function<bool()>& /*enough*/) override { return {}; }
  /// VACUUM of our tables.
  [[nodiscard]] Result<void> rebuild() override;
  /// True: nobody can look into the server's files.
  [[nodiscard]] Result<bool> holds_text(std::span<const std::string> texts) override;
  [[nodiscard]] Result<void> backup_to(const std::filesystem::path& target) override;

  [[nodiscard]] Result<bool> load(std::string_view insert, std::size_t columns,
                                  std::span<const Cell> cells) override;
  [[nodiscard]] Result<std::int64_t> next_id(std::string_view table) override;
  [[nodiscard]] Result<void> ids_taken(std::string_view table, std::int64_t next) override;
  /// None: others read on while rows are loaded.
  [[nodiscard]] Result<std::vector<std::string>> drop_indexes(std::string_view table) override;

  [[nodiscard]] Result<std::string> instance() override;
  void set_fence(std::int64_t fence) override { fence_ = fence; }

 private:
  friend class PostgresPrepared;

  /// In a shared transaction: a process that hangs in it loses it, and the locks of its rows, after ten
  /// seconds.
  static constexpr const char* let_go = "SET LOCAL idle_in_transaction_session_timeout = 10000";

  [[nodiscard]] Result<std::vector<PostgresRow>> rows(const char* sql,
                                                      std::span<const std::string> values = {});
  /// What is there: the version of our schema, nothing if it is absent. Errc::bad_data if it is not ours.
  [[nodiscard]] Result<std::optional<int>> identify();
  /// Begins a transaction; the rows of the last statement. A lost connection is made again first.
  [[nodiscard]] Result<PostgresResult> begin_with(const char* sql);
  /// What begin_shared() has put off until there is a statement to send with it.
  [[nodiscard]] Result<void> begin_now();
  [[nodiscard]] bool has_begun() const { return in_transaction_ && !begin_waits_; }
  [[nodiscard]] Result<void> migrate();
  [[nodiscard]] Result<void> migrate_locked();
  /// Makes a lost connection again; true if it did. Never within a transaction.
  [[nodiscard]] Result<bool> reconnect();
  [[nodiscard]] tl::unexpected<Error> error(const PGresult* result, std::string_view doing = "cannot use");
  /// Keeps how many rows a command has changed.
  void note_changes(PGresult* result);
  [[nodiscard]] int current_transaction() const { return in_transaction_ ? transactions_ : 0; }

  Server server_;
  PostgresConnection connection_;
  PostgresAccess access_;
  bool in_transaction_ = false;
  bool begin_waits_ = false;  ///< in a transaction whose BEGIN goes with its first statement
  int session_ = 0;           ///< grows with each connection: prepared statements belong to one
  int transactions_ = 0;      ///< begun
  int names_ = 0;             ///< of statements and cursors
  std::int64_t fence_ = 0;
  std::int64_t changes_ = 0;
  int schema_version_ = 0;
};

}  // namespace tidings::store
