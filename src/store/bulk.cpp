#include "store/bulk.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.hpp"

namespace tidings::store {
namespace {

/// "... VALUES (?,?),(?,?)": the one place where SQL is put together, of nothing but places for values.
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
  TIDINGS_TRY(database.set_cache(bytes));
  return database.execute("PRAGMA temp_store = FILE");
}

RowBatch::RowBatch(Database& database, std::string_view insert, int columns)
    : database_(database),
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
  TIDINGS_TRY(flush_hundreds());
  for (std::size_t row = 0; row < rows(); ++row) TIDINGS_TRY(insert(one_row_, row, 1));
  cells_.clear();
  texts_.clear();
  return {};
}

Result<void> RowBatch::flush_hundreds() {
  TIDINGS_CHECK(cells_.size() % columns_ == 0);
  std::size_t done = 0;
  for (; done + rows_at_once <= rows(); done += rows_at_once)
    TIDINGS_TRY(insert(many_rows_, done, rows_at_once));
  if (done > 0) forget(done);
  return {};
}

/// The first rows; their texts lie in front of the others'.
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
  auto query = database.prepare("SELECT seq FROM sqlite_sequence WHERE name = :table");
  query.bind(":table", table);
  TIDINGS_LET(const bool row, query.step());
  return row ? query.integer(0) + 1 : 1;
}

Result<IndexesAway> IndexesAway::take(Database& database, const Transaction& /*open*/,
                                      std::string_view table) {
  std::vector<std::string> names;
  std::vector<std::string> creations;
  {
    auto indexes = database.prepare(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = :table AND sql IS NOT NULL");
    indexes.bind(":table", table);
    TIDINGS_TRY(indexes.each([&](const Statement& row) {
      names.push_back(row.text(0));
      creations.push_back(row.text(1));
    }));
  }
  for (const auto& name : names)
    TIDINGS_TRY(database.execute(fmt::format("DROP INDEX \"{}\"", name).c_str()));
  return IndexesAway{database, std::move(creations)};
}

Result<void> IndexesAway::rebuild() {
  for (const auto& creation : creations_) TIDINGS_TRY(database_->execute(creation.c_str()));
  creations_.clear();
  return {};
}

}  // namespace tidings::store
