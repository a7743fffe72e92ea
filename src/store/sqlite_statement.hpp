// Prepared statements of SQLite.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <sqlite3.h>

#include "store/driver.hpp"
#include "store/sqlite.hpp"

namespace tidings::store {

/// The type of pointer that lookup() accepts: no other pointer passes, and SQL text cannot create one.
inline constexpr const char* lookup_type = "tidings lookup";

struct StatementFinalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, StatementFinalize>;

/// Text columns as SQLite keeps them.
inline std::string_view view_of(sqlite3_stmt* statement, int column) {
  const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  return text == nullptr
             ? std::string_view{}
             : std::string_view{text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

class SqlitePrepared final : public Prepared {
 public:
  SqlitePrepared(const Sqlite& driver, sqlite3_stmt* statement) : driver_(driver), statement_(statement) {}

  int place_of(const char* name) const override {
    return sqlite3_bind_parameter_index(statement_.get(), name);
  }

  bool bind(int place, std::int64_t value) override {
    return sqlite3_bind_int64(statement_.get(), place, value) == SQLITE_OK;
  }

  bool bind_text(int place, std::string_view text, Bytes bytes) override {
    // A null pointer would bind NULL; the empty string is a value.
    const char* const data = text.data() == nullptr ? "" : text.data();
    return sqlite3_bind_text64(statement_.get(), place, data, text.size(),
                               bytes == Bytes::copied ? SQLITE_TRANSIENT : SQLITE_STATIC,
                               SQLITE_UTF8) == SQLITE_OK;
  }

  bool bind_blob(int place, std::string_view bytes) override {
    const void* const data = bytes.data() == nullptr ? "" : bytes.data();
    return sqlite3_bind_blob64(statement_.get(), place, data, bytes.size(), SQLITE_TRANSIENT) == SQLITE_OK;
  }

  bool bind_null(int place, Null /*kind*/) override {
    return sqlite3_bind_null(statement_.get(), place) == SQLITE_OK;
  }

  bool bind_lookup(int place, Lookup& rows) override {
    return sqlite3_bind_pointer(statement_.get(), place, &rows, lookup_type, nullptr) == SQLITE_OK;
  }

  void in_portions() override {}  // always

  Result<bool> step() override {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    auto failure = driver_.error("cannot use");
    reset();
    return failure;
  }

  void reset() noexcept override { sqlite3_reset(statement_.get()); }

  void clear() noexcept override {
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
  }

  [[nodiscard]] std::int64_t integer(int column) const override {
    return sqlite3_column_int64(statement_.get(), column);
  }
  [[nodiscard]] std::string_view view(int column) const override { return view_of(statement_.get(), column); }

  [[nodiscard]] std::string blob(int column) const override {
    const auto* const data = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
    return data == nullptr
               ? std::string{}
               : std::string{data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
  }

  [[nodiscard]] bool is_null(int column) const override {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
  }

 private:
  const Sqlite& driver_;
  StatementHandle statement_;
};

/// What does not compile: tests/lint/sql_rule.py compiles every statement, so it is the file that is damaged.
class BrokenStatement final : public Prepared {
 public:
  explicit BrokenStatement(Error error) : error_(std::move(error)) {}

  int place_of(const char* /*name*/) const override { return 1; }
  bool bind(int /*place*/, std::int64_t /*value*/) override { return true; }
  bool bind_text(int /*place*/, std::string_view /*text*/, Bytes /*bytes*/) override { return true; }
  bool bind_blob(int /*place*/, std::string_view /*bytes*/) override { return true; }
  bool bind_null(int /*place*/, Null /*kind*/) override { return true; }
  bool bind_lookup(int /*place*/, Lookup& /*rows*/) override { return true; }
  void in_portions() override {}
  Result<bool> step() override { return tl::unexpected<Error>(error_); }
  void reset() noexcept override {}
  void clear() noexcept override {}
  [[nodiscard]] std::int64_t integer(int /*column*/) const override { return 0; }
  [[nodiscard]] std::string_view view(int /*column*/) const override { return {}; }
  [[nodiscard]] std::string blob(int /*column*/) const override { return {}; }
  [[nodiscard]] bool is_null(int /*column*/) const override { return true; }

 private:
  Error error_;
};

}  // namespace tidings::store
