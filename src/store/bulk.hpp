// Bulk loading: rows by the hundred in one statement, and indexes that are made again once all rows are
// there.
//
// Both are for one transaction that writes a large part of a table; nobody else sees anything of it before
// the commit, and a rollback, or the death of the process, brings rows and indexes back as they were.
// Measured with a million readers: a row of its own statement costs 2.5 us, one of a hundred 1.2 us; an
// address put into its place of a large index 10 us, a sorted one 1.4 us. Failures are those of the store
// (database.hpp).
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

/// Before the transaction: at most so much memory for pages, and as much again while an index is sorted; what
/// does not fit goes to temporary files, which vanish with the process (SQLITE_TMPDIR, TMPDIR, /var/tmp).
[[nodiscard]] Result<void> limit_memory(Database& database, std::int64_t bytes);

/// Inserts rows of one table. A row is its values in the order of the columns; it is in the table after a
/// flush. Texts are copied. A row with more or fewer values than columns is a bug.
class RowBatch {
 public:
  static constexpr std::size_t rows_at_once = 100;

  /// `insert` ends behind the columns: "INSERT INTO facts (name, value)".
  RowBatch(Database& database, std::string_view insert, int columns);

  RowBatch& add(std::int64_t number);
  RowBatch& add(std::string_view text);
  RowBatch& add(UtcTime time) { return add(to_ms(time)); }
  RowBatch& add_null();
  template <class Tag>
  RowBatch& add(Id<Tag> id) {
    return add(id.value);
  }

  /// Rows that are not in the table yet.
  [[nodiscard]] std::size_t rows() const { return cells_.size() / columns_; }
  /// Inserts them all, or only as many as go by the hundred.
  [[nodiscard]] Result<void> flush();
  [[nodiscard]] Result<void> flush_hundreds();

 private:
  struct Cell {
    enum class Kind { number, text, null } kind = Kind::null;
    std::int64_t number = 0;  ///< or where the text begins in `texts_`
    std::size_t size = 0;
  };
  [[nodiscard]] Result<void> insert(const std::string& sql, std::size_t first_row, std::size_t rows);
  void forget(std::size_t rows);

  Database& database_;
  std::size_t columns_;
  std::string one_row_;
  std::string many_rows_;
  std::vector<Cell> cells_;
  std::string texts_;
};

/// The id that the next row of a table with an AUTOINCREMENT key gets: above every id that it ever had.
[[nodiscard]] Result<std::int64_t> next_id(Database& database, const Transaction& open,
                                           std::string_view table);

/// The indexes of a table that were made by CREATE INDEX, taken away until rebuild(). Without rebuild() the
/// transaction must not be committed. `table` is a name of ours, no input.
class IndexesAway {
 public:
  [[nodiscard]] static Result<IndexesAway> take(Database& database, const Transaction& open,
                                                std::string_view table);
  [[nodiscard]] Result<void> rebuild();

 private:
  IndexesAway(Database& database, std::vector<std::string> creations)
      : database_(&database), creations_(std::move(creations)) {}
  Database* database_;
  std::vector<std::string> creations_;
};

}  // namespace tidings::store
