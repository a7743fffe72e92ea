// What a SQL engine does for database.hpp. Two of them: sqlite.hpp, postgres.hpp. Only files of this room
// include this header.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "store/database.hpp"

namespace tidings::store {

/// One statement of one engine; see Statement for what each call promises. Parameters count from 1.
class Prepared {
 public:
  Prepared() = default;
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;
  virtual ~Prepared() = default;

  /// 0 if there is no such parameter.
  [[nodiscard]] virtual int place_of(const char* name) const = 0;
  /// False for a wrong place.
  [[nodiscard]] virtual bool bind(int place, std::int64_t value) = 0;
  enum class Bytes { copied, borrowed };
  [[nodiscard]] virtual bool bind_text(int place, std::string_view text, Bytes bytes) = 0;
  [[nodiscard]] virtual bool bind_blob(int place, std::string_view bytes) = 0;
  [[nodiscard]] virtual bool bind_null(int place, Null kind) = 0;
  [[nodiscard]] virtual bool bind_lookup(int place, Lookup& rows) = 0;
  virtual void in_portions() = 0;

  [[nodiscard]] virtual Result<bool> step() = 0;
  virtual void reset() noexcept = 0;
  /// Resets, and forgets all values.
  virtual void clear() noexcept = 0;

  [[nodiscard]] virtual std::int64_t integer(int column) const = 0;
  [[nodiscard]] virtual std::string_view view(int column) const = 0;
  [[nodiscard]] virtual std::string blob(int column) const = 0;
  [[nodiscard]] virtual bool is_null(int column) const = 0;

  bool in_use = false;  ///< by a Statement
};

/// A row for a bulk load: its cells in column order.
struct Cell {
  enum class Kind { number, text, null } kind = Kind::null;
  std::int64_t number = 0;
  std::string_view text{};
};

/// One connection. What is not described here is described in database.hpp.
class Driver {
 public:
  Driver() = default;
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;
  virtual ~Driver() = default;

  [[nodiscard]] virtual std::unique_ptr<Prepared> prepare(const char* sql) = 0;
  [[nodiscard]] virtual Result<void> execute(const char* sql) = 0;
  [[nodiscard]] virtual Result<void> begin() = 0;
  [[nodiscard]] virtual Result<void> begin_shared() { return begin(); }
  [[nodiscard]] virtual Result<void> begin_reading() = 0;
  [[nodiscard]] virtual Result<void> commit() = 0;
  virtual void rollback() noexcept = 0;

  [[nodiscard]] virtual Result<void> set_sync(Sync sync) = 0;
  [[nodiscard]] virtual Result<void> set_cache(std::int64_t bytes) = 0;
  [[nodiscard]] virtual Result<void> limit_memory(std::int64_t bytes) = 0;
  [[nodiscard]] virtual std::int64_t changes() const = 0;
  [[nodiscard]] virtual std::int64_t last_insert_id() = 0;
  [[nodiscard]] virtual int schema_version() const = 0;

  [[nodiscard]] virtual Result<void> check() = 0;
  [[nodiscard]] virtual Result<std::string> quick_check() = 0;
  [[nodiscard]] virtual Result<void> empty_log() = 0;
  enum class References { checked, unchecked };
  [[nodiscard]] virtual Result<void> set_references(References references) = 0;
  [[nodiscard]] virtual Result<std::int64_t> free_bytes() = 0;
  [[nodiscard]] virtual Result<void> give_back(const std::function<bool()>& enough) = 0;
  [[nodiscard]] virtual Result<void> rebuild() = 0;
  [[nodiscard]] virtual Result<bool> holds_text(std::span<const std::string> texts) = 0;
  [[nodiscard]] virtual Result<void> backup_to(const std::filesystem::path& target) = 0;

  /// Inserts many rows of `columns` cells at once, faster than by statements; false if it has no such way.
  [[nodiscard]] virtual Result<bool> load(std::string_view insert, std::size_t columns,
                                          std::span<const Cell> cells) = 0;
  [[nodiscard]] virtual Result<std::int64_t> next_id(std::string_view table) = 0;
  /// After rows that brought their ids: the next id is larger than theirs, and at least `next`.
  [[nodiscard]] virtual Result<void> ids_taken(std::string_view table, std::int64_t next) = 0;
  /// Drops the indexes that would slow a bulk load, and returns the statements that make them again.
  [[nodiscard]] virtual Result<std::vector<std::string>> drop_indexes(std::string_view table) = 0;

  /// Where this store is, for the guard against copies; empty: the file's host and path decide.
  [[nodiscard]] virtual Result<std::string> instance() = 0;
  /// From now on begin() fails once another sender has a later number.
  virtual void set_fence(std::int64_t fence) = 0;
};

}  // namespace tidings::store
