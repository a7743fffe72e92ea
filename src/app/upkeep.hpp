// Upkeep of the store: "db check", "backup", "restore", "copy", "adopt".
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "base/result.hpp"
#include "config/context.hpp"
#include "store/copy.hpp"

namespace tidings::app {

/// Puts right what can be without a backup: files that others can read, traces of erased people, times of a
/// clock that was ahead. `tell` takes a line for each thing done. The caller holds the sender's lock.
[[nodiscard]] Result<void> mend(const config::Context& context,
                                const std::function<void(const std::string&)>& tell);

/// Puts a backup into the place of a database that is gone. What was sent since the backup is not in it, so
/// it does not send before adopt(). Takes the sender's lock. Errc::cannot_create if there is a database,
/// Errc::no_input if there is no backup.
[[nodiscard]] Result<void> restore(const config::Config& config, const std::filesystem::path& backup);

/// Makes this host and path the one that sends from the database (store/instance.hpp).
[[nodiscard]] Result<void> adopt(store::Database& database);

/// A store: a SQLite file, or the URL of a PostgreSQL database with the schema in it.
struct NamedStore {
  std::string name;
  std::string schema;  ///< empty: [store] schema
};

/// Copies all rows of one store into another, new one and verifies them; goes on with a copy that was
/// interrupted. `tell` hears of each table. The copy sends after adopt(). Takes the sender's lock of
/// both. Errc::try_again while a send is unfinished, because what its journal knows is not in the rows.
[[nodiscard]] Result<void> copy(const config::Config& config, const NamedStore& from, const NamedStore& to,
                                const store::TableCopied& tell);

}  // namespace tidings::app
