// Bulk loading: inserts rows by the hundred in one statement, and rebuilds indexes once all rows are in.
//
// For a single transaction that writes a large part of a table: nobody else sees any of it before the commit,
// and a rollback or the death of the process restores rows and indexes. Measured with a million rows: a row
// costs 2.5 us in its own statement, 1.2 us in one of a hundred; inserting an address into a large index
// costs 10 us, a sorted one 1.4 us. PostgreSQL takes the rows by COPY and keeps its indexes, so that others
// can read on. Failures are those of the store (database.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "store/database.hpp"

namespace tidings::store {

/// Before the transaction: limits the memory for pages, and as much again for sorting an index; the rest goes
/// to temporary files, which vanish with the process (SQLITE_TMPDIR, TMPDIR, /var/tmp).
[[nodiscard]] Result<void> limit_memory(Database& database, std::int64_t bytes);

/// Inserts rows of one table. A row is its values in column order; it is in the table after a flush. Texts
/// are copied. A row with the wrong number of values is a bug.
class RowBatch {
 public:
  static constexpr std::size_t rows_at_once = 100;

  /// `insert` ends after the columns: "INSERT INTO facts (name, value)".
  RowBatch(Database& database, std::string_view insert, int columns);

  RowBatch& add(std::int64_t number);
  RowBatch& add(std::string_view text);
  RowBatch& add(UtcTime time) { return add(to_ms(time)); }
  RowBatch& add_null();
  template <class Tag>
  RowBatch& add(Id<Tag> id) {
    return add(id.value);
  }

  /// Rows not yet in the table.
  [[nodiscard]] std::size_t rows() const { return cells_.size() / columns_; }
  /// Inserts all of them, or only full hundreds.
  [[nodiscard]] Result<void> flush();
  [[nodiscard]] Result<void> flush_hundreds();

 private:
  struct Cell {
    enum class Kind { number, text, null } kind = Kind::null;
    std::int64_t number = 0;  ///< or where the text begins in `texts_`
    std::size_t size = 0;
  };
  [[nodiscard]] Result<bool> load(std::size_t rows);
  [[nodiscard]] Result<void> insert(const std::string& sql, std::size_t first_row, std::size_t rows);
  void forget(std::size_t rows);

  Database& database_;
  std::string insert_;
  std::size_t columns_;
  std::string one_row_;
  std::string many_rows_;
  std::vector<Cell> cells_;
  std::string texts_;
};

/// The id that the next row of a table with an AUTOINCREMENT key will get: above every id it ever had.
[[nodiscard]] Result<std::int64_t> next_id(Database& database, const Transaction& open,
                                           std::string_view table);

/// Drops the indexes of a table that CREATE INDEX made, where that pays, until rebuild(), which also notes
/// which ids are taken. Without rebuild() the transaction must not be committed. `table` is one of our own
/// names, never input.
class IndexesAway {
 public:
  [[nodiscard]] static Result<IndexesAway> take(Database& database, const Transaction& open,
                                                std::string_view table);
  [[nodiscard]] Result<void> rebuild();

 private:
  IndexesAway(Database& database, std::string_view table, std::vector<std::string> creations)
      : database_(&database), table_(table), creations_(std::move(creations)) {}
  Database* database_;
  std::string table_;
  std::vector<std::string> creations_;
};

}  // namespace tidings::store
