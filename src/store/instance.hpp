// Makes one store one sender: a guard against a copied one, and the lock of sender_lock.hpp.
#pragma once

#include <filesystem>
#include <string>

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/zone.hpp"
#include "store/database.hpp"
#include "store/sender_lock.hpp"

namespace tidings::store {

/// Identifies where a store is. A SQLite file: the host name, the machine id (/etc/machine-id), which cloned
/// machines often share, and its absolute path. PostgreSQL: the cluster, the database and the schema, from
/// whichever host.
[[nodiscard]] Result<std::string> instance_of(Database& database);
[[nodiscard]] std::string host_name();
/// The host name and the machine id: whose local files belong to what was done.
[[nodiscard]] std::string this_host();

/// The place from which the database last sent, if that is elsewhere: then check_instance() refuses. Empty if
/// it may send from here.
[[nodiscard]] Result<std::string> foreign_instance(Database& database);

enum class Guard { refuse, adopt };

/// Errc::not_permitted if the database last sent mail from another host or path, as a restored or copied one
/// has: two senders of one list would mail everybody twice. Guard::adopt makes this place the sender. The
/// first call on a new database adopts it.
[[nodiscard]] Result<void> check_instance(Database& database, Guard guard);

/// A fact from the `facts` table; empty if absent.
[[nodiscard]] Result<std::string> fact(Database& database, std::string_view name);
[[nodiscard]] Result<void> set_fact(Database& database, std::string_view name, std::string_view value);

}  // namespace tidings::store
