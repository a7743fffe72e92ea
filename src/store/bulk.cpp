#include "store/bulk.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "base/check.hpp"
#include "store/driver.hpp"

namespace tidings::store {
namespace {

/// "... VALUES (?,?),(?,?)": the only SQL put together at run time, from nothing but placeholders.
std::string with_places(std::string_view insert, std::size_t columns, std::size_t rows) {
  std::string row = "(?";
  for (std::size_t i = 1; i < columns; ++i) row += ",?";
  row += ')';
  std::string sql{insert};
  sql += " VALUES " + row;
  for (std::size_t i = 1; i < rows; ++i) sql += ',' + row;
  return sql;
}

}  // namespace

Result<void> limit_memory(Database& database, std::int64_t bytes) {
  return database.driver_->limit_memory(bytes);
}

RowBatch::RowBatch(Database& database, std::string_view insert, int columns)
    : database_(database),
      insert_(insert),
      columns_(static_cast<std::size_t>(columns)),
      one_row_(with_places(insert, columns_, 1)),
      many_rows_(with_places(insert, columns_, rows_at_once)) {
  cells_.reserve(columns_ * rows_at_once);
}

RowBatch& RowBatch::add(std::int64_t number) {
  cells_.push_back({.kind = Cell::Kind::number, .number = number});
  return *this;
}

RowBatch& RowBatch::add(std::string_view text) {
  cells_.push_back(
      {.kind = Cell::Kind::text, .number = static_cast<std::int64_t>(texts_.size()), .size = text.size()});
  texts_ += text;
  return *this;
}

RowBatch& RowBatch::add_null() {
  cells_.emplace_back();
  return *this;
}

Result<void> RowBatch::flush() {
  TIDINGS_CHECK(cells_.size() % columns_ == 0);
  TIDINGS_LET(const bool loaded, load(rows()));
  if (!loaded) {
    TIDINGS_TRY(flush_hundreds());
    for (std::size_t row = 0; row < rows(); ++row) TIDINGS_TRY(insert(one_row_, row, 1));
  }
  cells_.clear();
  texts_.clear();
  return {};
}

Result<void> RowBatch::flush_hundreds() {
  TIDINGS_CHECK(cells_.size() % columns_ == 0);
  const std::size_t whole = rows() - rows() % rows_at_once;
  if (whole == 0) return {};
  TIDINGS_LET(const bool loaded, load(whole));
  for (std::size_t done = 0; !loaded && done < whole; done += rows_at_once)
    TIDINGS_TRY(insert(many_rows_, done, rows_at_once));
  forget(whole);
  return {};
}

/// The first rows, by the engine's own way of loading; false if it has none.
Result<bool> RowBatch::load(std::size_t rows) {
  if (rows == 0 || database_.place().server == std::nullopt) return false;
  std::vector<store::Cell> cells;
  cells.reserve(rows * columns_);
  for (const auto& cell : std::span{cells_}.first(rows * columns_)) {
    switch (cell.kind) {
      case Cell::Kind::null: cells.emplace_back(); break;
      case Cell::Kind::number:
        cells.push_back({.kind = store::Cell::Kind::number, .number = cell.number});
        break;
      case Cell::Kind::text:
        cells.push_back({.kind = store::Cell::Kind::text, .text = {texts_.data() + cell.number, cell.size}});
        break;
    }
  }
  return database_.driver_->load(insert_, columns_, cells);
}

/// Drops the first rows; their texts come before the others'.
void RowBatch::forget(std::size_t rows) {
  cells_.erase(cells_.begin(), cells_.begin() + static_cast<std::ptrdiff_t>(rows * columns_));
  const auto first = std::ranges::find(cells_, Cell::Kind::text, &Cell::kind);
  const auto before = first == cells_.end() ? static_cast<std::int64_t>(texts_.size()) : first->number;
  texts_.erase(0, static_cast<std::size_t>(before));
  for (auto& cell : cells_) {
    if (cell.kind == Cell::Kind::text) cell.number -= before;
  }
}

Result<void> RowBatch::insert(const std::string& sql, std::size_t first_row, std::size_t rows) {
  auto statement = database_.prepare(sql.c_str());
  const auto* cell = cells_.data() + first_row * columns_;
  for (int place = 1; place <= static_cast<int>(rows * columns_); ++place, ++cell) {
    switch (cell->kind) {
      case Cell::Kind::null: statement.bind_null_at(place); break;
      case Cell::Kind::number: statement.bind_at(place, cell->number); break;
      case Cell::Kind::text:
        statement.bind_at(place, std::string_view{texts_.data() + cell->number, cell->size});
        break;
    }
  }
  return statement.run();
}

Result<std::int64_t> next_id(Database& database, const Transaction& /*open*/, std::string_view table) {
  return database.driver_->next_id(table);
}

Result<IndexesAway> IndexesAway::take(Database& database, const Transaction& /*open*/,
                                      std::string_view table) {
  TIDINGS_LET(auto creations, database.driver_->drop_indexes(table));
  return IndexesAway{database, table, std::move(creations)};
}

Result<void> IndexesAway::rebuild() {
  for (const auto& creation : creations_) TIDINGS_TRY(database_->execute(creation.c_str()));
  creations_.clear();
  return database_->driver_->ids_taken(table_, 0);
}

}  // namespace tidings::store
