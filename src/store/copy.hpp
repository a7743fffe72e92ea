// Copies all rows from one store to another of the same schema version, either way between SQLite and
// PostgreSQL.
//
// A table is one transaction: an interrupted copy goes on with the first table that is not whole. Each is
// verified: the number of its rows and a SHA-256 over all their values, in the order of their key, are the
// same in both. The source is read as of one moment.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/result.hpp"
#include "store/database.hpp"

namespace tidings::store {

enum class Verify { no, yes };

/// A table, its rows, and whether an earlier copy had brought them.
using TableCopied = std::function<void(std::string_view table, std::int64_t rows, bool was_there)>;

struct CopyOptions {
  Verify verify = Verify::yes;
  TableCopied on_table{};  ///< after each
};

/// Errc::bad_data if the target has rows that are not the source's.
[[nodiscard]] Result<void> copy_rows(Database& from, Database& to, const CopyOptions& options);

}  // namespace tidings::store
