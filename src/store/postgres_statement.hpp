// A prepared statement of PostgreSQL.
//
// The server is told the type of each parameter: as it was bound, and for a NULL as its column's (Null). The
// rows come at once, or by a cursor in portions of two thousand.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/postgres.hpp"
#include "store/postgres_sql.hpp"

namespace tidings::store {

class PostgresPrepared final : public Prepared {
 public:
  PostgresPrepared(Postgres& driver, std::string_view sql);
  ~PostgresPrepared() override;

  [[nodiscard]] int place_of(const char* name) const override;
  [[nodiscard]] bool bind(int place, std::int64_t value) override;
  [[nodiscard]] bool bind_text(int place, std::string_view text, Bytes bytes) override;
  [[nodiscard]] bool bind_blob(int place, std::string_view bytes) override;
  [[nodiscard]] bool bind_null(int place, Null kind) override;
  [[nodiscard]] bool bind_lookup(int place, Lookup& rows) override;
  void in_portions() override { in_portions_ = true; }

  [[nodiscard]] Result<bool> step() override;
  void reset() noexcept override;
  void clear() noexcept override;

  [[nodiscard]] std::int64_t integer(int column) const override;
  [[nodiscard]] std::string_view view(int column) const override;
  [[nodiscard]] std::string blob(int column) const override;
  [[nodiscard]] bool is_null(int column) const override;

 private:
  struct Value {
    bool is_null = true;
    bool is_binary = false;
    std::string bytes;
  };

  bool set(int place, Oid type, Value value);
  [[nodiscard]] Result<void> start();
  [[nodiscard]] Result<void> make_ready();
  [[nodiscard]] PostgresResult run_once();
  [[nodiscard]] PostgresResult last_of_pipeline();
  [[nodiscard]] Result<void> open_cursor();
  [[nodiscard]] Result<void> fetch();

  Postgres& driver_;
  PostgresStatement sql_;
  bool is_select_;
  std::vector<Value> values_;
  std::vector<Oid> types_;  ///< of the parameters as bound
  std::string name_;        ///< of the prepared statement; empty: not prepared, or for other types
  int session_ = -1;        ///< in which it was prepared
  Lookup* lookup_ = nullptr;
  bool in_portions_ = false;
  std::string cursor_;
  int cursor_transaction_ = 0;  ///< in which it was declared; 0: in none
  PostgresResult result_;
  int row_ = 0;
  bool is_running_ = false;
};

}  // namespace tidings::store
