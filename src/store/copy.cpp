#include "store/copy.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"
#include "store/bulk.hpp"
#include "store/driver.hpp"

namespace tidings::store {

namespace {

enum class Type { integer, text, blob };

struct Column {
  std::string name;
  Type type = Type::text;
};

struct Table {
  std::string name;
  std::vector<Column> columns;
  std::vector<std::string> key;      ///< names of its columns
  std::vector<std::string> parents;  ///< tables that its rows refer to
  bool has_own_ids = false;
};

/// What tells two tables apart.
struct Sum {
  std::int64_t rows = 0;
  std::string hash;
  bool operator==(const Sum&) const = default;
};

std::string names_of(const std::vector<Column>& columns) {
  std::vector<std::string> names;
  for (const auto& column : columns) names.push_back(column.name);
  return join(names, ", ");
}

std::string select_of(const Table& table) {
  return fmt::format("SELECT {} FROM {} ORDER BY {}", names_of(table.columns), table.name,
                     join(table.key, ", "));
}

/// The tables of an empty database of ours, those first to which others refer.
Result<std::vector<Table>> all_tables() {
  TIDINGS_LET(auto model, Database::open_in_memory());
  TIDINGS_LET(const auto names,
              model
                  .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
                           "ORDER BY name")
                  .list([](const Statement& row) { return row.text(0); }));
  std::vector<Table> tables;
  for (const auto& name : names) {
    Table table{.name = name, .columns = {}, .key = {}, .parents = {}};
    auto columns = model.prepare("SELECT name, type, pk FROM pragma_table_info(:table) ORDER BY cid");
    std::vector<std::pair<std::int64_t, std::string>> key;
    TIDINGS_TRY(columns.bind(":table", name).each([&](const Statement& row) {
      const auto type = row.view(1);
      table.columns.push_back({.name = row.text(0),
                               .type = type == "INTEGER" ? Type::integer
                                       : type == "BLOB"  ? Type::blob
                                                         : Type::text});
      if (row.integer(2) > 0) key.emplace_back(row.integer(2), row.text(0));
    }));
    std::ranges::sort(key);
    for (auto& [place, column] : key) table.key.push_back(std::move(column));
    table.has_own_ids = table.key == std::vector<std::string>{"id"};
    auto parents = model.prepare("SELECT DISTINCT \"table\" FROM pragma_foreign_key_list(:table)");
    TIDINGS_TRY(parents.bind(":table", name).each([&](const Statement& row) {
      table.parents.push_back(row.text(0));
    }));
    tables.push_back(std::move(table));
  }
  std::vector<Table> sorted;
  while (!tables.empty()) {
    const auto next = std::ranges::find_if(tables, [&](const Table& table) {
      return std::ranges::all_of(table.parents, [&](const std::string& parent) {
        return parent == table.name || std::ranges::find(sorted, parent, &Table::name) != sorted.end();
      });
    });
    if (next == tables.end()) return fail(Errc::bug, "tables refer to each other in a circle");
    sorted.push_back(std::move(*next));
    tables.erase(next);
  }
  return sorted;
}

/// Adds a row's values, each with its length, so that no two rows are the same text.
class Summer {
 public:
  void add(const Table& table, const Statement& row) {
    ++rows_;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const auto column = static_cast<int>(i);
      if (row.is_null(column)) {
        hash_.update("n;");
      } else if (table.columns[i].type == Type::integer) {
        hash_.update(fmt::format("i{};", row.integer(column)));
      } else {
        const auto bytes = table.columns[i].type == Type::blob ? row.blob(column) : row.text(column);
        hash_.update(fmt::format("t{}:", bytes.size()));
        hash_.update(bytes);
      }
    }
  }

  [[nodiscard]] Sum sum() { return {.rows = rows_, .hash = hash_.finish()}; }

 private:
  std::int64_t rows_ = 0;
  Sha256 hash_;
};

Result<Sum> sum_of(Database& database, const Table& table) {
  Summer summer;
  auto query = database.prepare(select_of(table).c_str());
  query.in_portions();
  TIDINGS_TRY(query.each([&](const Statement& row) { summer.add(table, row); }));
  return summer.sum();
}

/// Rows with bytes go one by one, all others by a bulk load.
class Writer {
 public:
  Writer(Database& to, const Table& table) : table_(table) {
    const auto insert = fmt::format("INSERT INTO {} ({})", table.name, names_of(table.columns));
    if (std::ranges::find(table.columns, Type::blob, &Column::type) == table.columns.end()) {
      batch_.emplace(to, insert, static_cast<int>(table.columns.size()));
      return;
    }
    std::string places;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      places_.push_back(fmt::format(":p{}", i));
      places += (i == 0 ? "" : ", ") + places_.back();
    }
    one_.emplace(to.prepare(fmt::format("{} VALUES ({})", insert, places).c_str()));
  }

  Result<void> add(const Statement& row) {
    for (std::size_t i = 0; i < table_.columns.size(); ++i) {
      const auto column = static_cast<int>(i);
      if (one_) {
        bind(i, row);
      } else if (row.is_null(column)) {
        batch_->add_null();
      } else if (table_.columns[i].type == Type::integer) {
        batch_->add(row.integer(column));
      } else {
        bytes_ += row.view(column).size();
        batch_->add(row.view(column));
      }
    }
    if (one_) return one_->run();
    if (batch_->rows() < most_rows && bytes_ < most_bytes) return {};
    return flush();
  }

  Result<void> flush() {
    bytes_ = 0;
    return batch_ ? batch_->flush() : Result<void>{};
  }

 private:
  static constexpr std::size_t most_rows = 10'000;
  static constexpr std::size_t most_bytes = 8 << 20;

  void bind(std::size_t i, const Statement& row) {
    const auto column = static_cast<int>(i);
    const char* const place = places_[i].c_str();
    const auto type = table_.columns[i].type;
    if (row.is_null(column)) {
      one_->bind_null(place, type == Type::integer ? Null::integer : Null::text);
    } else if (type == Type::integer) {
      one_->bind(place, row.integer(column));
    } else if (type == Type::blob) {
      one_->bind_blob(place, row.blob(column));
    } else {
      one_->bind(place, row.view(column));
    }
  }

  const Table& table_;
  std::optional<RowBatch> batch_;
  std::vector<std::string> places_;
  std::optional<Statement> one_;
  std::size_t bytes_ = 0;
};

}  // namespace

class RowCopy {
 public:
  RowCopy(Database& from, Database& to, const CopyOptions& options)
      : from_(from), to_(to), options_(options) {}

  Result<void> run() {
    TIDINGS_LET(const auto tables, all_tables());
    TIDINGS_LET(auto moment, from_.begin_reading());
    for (const auto& table : tables) TIDINGS_TRY(copy(table));
    return {};
  }

 private:
  Result<void> copy(const Table& table) {
    bool was_there = false;
    Sum sum;
    if (options_.verify == Verify::yes) {
      TIDINGS_LET(const auto there, sum_of(to_, table));
      was_there = there.rows > 0;
      if (was_there) {
        TIDINGS_LET(sum, sum_of(from_, table));
        if (there != sum) {
          return fail(Errc::bad_data,
                      fmt::format("table {} of {} has {} rows that are not those of {}", table.name,
                                  to_.place().name(), there.rows, from_.place().name()),
                      "the source has changed since an earlier copy, or the target is another's: copy into a "
                      "new one");
        }
      }
    }
    if (!was_there) {
      TIDINGS_LET(sum, fill(table));
    }
    if (options_.on_table) options_.on_table(table.name, sum.rows, was_there);
    return {};
  }

  Result<Sum> fill(const Table& table) {
    TIDINGS_LET(auto transaction, to_.begin());
    Summer summer;
    {
      Writer writer{to_, table};
      auto query = from_.prepare(select_of(table).c_str());
      query.in_portions();
      TIDINGS_TRY(query.each([&](const Statement& row) -> Result<void> {
        summer.add(table, row);
        return writer.add(row);
      }));
      TIDINGS_TRY(writer.flush());
    }
    if (table.has_own_ids) {
      TIDINGS_LET(const auto next, from_.driver_->next_id(table.name));
      TIDINGS_TRY(to_.driver_->ids_taken(table.name, next));
    }
    const auto sum = summer.sum();
    if (options_.verify == Verify::yes) {
      TIDINGS_LET(const auto arrived, sum_of(to_, table));
      if (arrived != sum) {
        return fail(
            Errc::bad_data,
            fmt::format("table {}: {} rows were read from {}, but {} or other ones are in {}", table.name,
                        sum.rows, from_.place().name(), arrived.rows, to_.place().name()));
      }
    }
    TIDINGS_TRY(transaction.commit());
    return sum;
  }

  Database& from_;
  Database& to_;
  const CopyOptions& options_;
};

Result<void> copy_rows(Database& from, Database& to, const CopyOptions& options) {
  return RowCopy{from, to, options}.run();
}

}  // namespace tidings::store
