// The files that the program writes about people, and their part in erasing a person.
//
// It knows those that the configuration names: the database with its log, lock and journal, foreign mail
// (unmatched/), and the output of relays of the kinds drop: and maildir:. Backups, exports and --to-dir
// folders are wherever somebody put them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/context.hpp"
#include "store/database.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::members {

/// Our files and folders that more people can read or write than [store] mode allows, including the keys of
/// [dkim]. A folder that also holds other things, such as the database's, does not count as ours.
[[nodiscard]] std::vector<std::filesystem::path> wide_files(const config::Config& config);

struct Erased {
  int files = 0;      ///< deleted because they contained the address
  bool done = false;  ///< nothing is left in the database's file; else a reader blocked it, and
                      ///< finish_erasing() is owed
};

/// A person whose address the database holds: on the list, or suppressed without ever having been on it.
struct Person {
  std::string address;
  std::string name;
  SubscriberId subscriber{};  ///< unset: not on the list
};

/// Nothing for an address that is neither on the list nor itself suppressed. Searches before checking syntax,
/// so that everybody in the database can be found, whatever is refused today.
[[nodiscard]] Result<std::optional<Person>> find_person(store::Database& database, const Clock& clock,
                                                        std::string_view address);

/// Erases a person: their rows, the traces that SQLite leaves of them in its file and log, their address in
/// the journal, their unprocessed requests and mails, and their mails in folders that we write.
[[nodiscard]] Result<Erased> erase_person(const config::Context& context, const Person& person);

/// Finishes an earlier erase_person(). Costs nothing if there is nothing to do. Errc::try_again while a
/// reader blocks it.
[[nodiscard]] Result<void> finish_erasing(store::Database& database);

}  // namespace tidings::members
