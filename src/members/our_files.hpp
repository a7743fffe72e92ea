// The files that the program writes about people, and what erasing a person means for them.
//
// Known are those that the configuration names: the database with its log, lock and journal, mail for nobody
// (unmatched/), and what a relay of the kinds drop: and maildir: has written. Backups, exports and --to-dir
// folders are where somebody put them.
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

/// Files and folders of ours that more people can read or write than [store] mode says, keys of [dkim] among
/// them. A folder that also holds other things, such as the database's, is not ours.
[[nodiscard]] std::vector<std::filesystem::path> wide_files(const config::Config& config);

struct Erased {
  int files = 0;      ///< deleted because they held the address
  bool done = false;  ///< the database's file has nothing left; otherwise a reader stood in the way, and
                      ///< finish_erasing() is owed
};

/// Somebody whose address the database holds: on the list, or suppressed though they never were.
struct Person {
  std::string address;
  std::string name;
  SubscriberId subscriber{};  ///< unset: not on the list
};

/// Nothing of an address that is neither on the list nor suppressed by itself. Looked for before it is
/// judged: whoever is there can be found, whatever is refused today.
[[nodiscard]] Result<std::optional<Person>> find_person(store::Database& database, const Clock& clock,
                                                        std::string_view address);

/// Forgets a person: their rows, the traces that SQLite leaves of those in its file and log, their address in
/// the journal, what they asked or wrote and nobody has seen to yet, and their mails in the folders that we
/// write.
[[nodiscard]] Result<Erased> erase_person(const config::Context& context, const Person& person);

/// What an earlier erase_person() owes. Costs nothing if that is nothing. Errc::try_again while a reader
/// stands in the way.
[[nodiscard]] Result<void> finish_erasing(store::Database& database);

}  // namespace tidings::members
