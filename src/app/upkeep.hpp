// Upkeep of the store: "db check", "backup", "restore", "copy", "adopt". See also app/retention.hpp.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

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
/// Errc::no_input if there is no backup. Of a folder, the newest that back_up() wrote.
[[nodiscard]] Result<void> restore(const config::Config& config, const std::filesystem::path& from);

struct Backup {
  std::filesystem::path file;
  std::vector<std::filesystem::path> deleted;  ///< older ones, beyond the number to keep
};

/// A checked copy (Database::backup_to): at `target`, or in it under a name of the day and time if it is a
/// folder. Then the oldest of such names beyond `keep` are deleted; 0 keeps all. Errc::usage for `keep`
/// without a folder.
[[nodiscard]] Result<Backup> back_up(const config::Context& context, const std::filesystem::path& target,
                                     int keep);

/// Looks at the pages of the file if that was not done for a week; before each send. Errc::bad_data with the
/// first finding.
[[nodiscard]] Result<void> check_if_old(const config::Context& context);

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
