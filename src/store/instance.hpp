// What makes one database one sender: the lock that keeps a second run out, and the guard against a copied
// database.
#pragma once

#include <filesystem>
#include <string>

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/zone.hpp"
#include "store/database.hpp"

namespace tidings::store {

/// Held by the one process that may compose and deliver from a database: an flock on "FILE.lock", which the
/// kernel drops when the process dies, however it dies. The file is left in place; it says who held it last.
class SenderLock {
 public:
  /// Errc::try_again names the holder (process, job, since when); never waits.
  [[nodiscard]] static Result<SenderLock> take(const std::filesystem::path& database, const std::string& job,
                                               const Zone& zone);

  /// Who holds it now, as take() would name them ("process 17, send, since ..."); empty if nobody does. Takes
  /// nothing.
  [[nodiscard]] static std::string holder(const std::filesystem::path& database);

  SenderLock(SenderLock&& other) noexcept;
  SenderLock& operator=(SenderLock&&) = delete;
  SenderLock(const SenderLock&) = delete;
  SenderLock& operator=(const SenderLock&) = delete;
  ~SenderLock();

 private:
  explicit SenderLock(int fd) : fd_(fd) {}
  int fd_;
};

/// What tells hosts and places apart: the host name, the machine id (/etc/machine-id), which clones of a
/// machine often share, and the database's absolute path.
[[nodiscard]] std::string instance_of(const std::filesystem::path& database);

enum class Guard { refuse, adopt };

/// Errc::not_permitted if the database was last used for sending on another host or under another path, as a
/// restored or copied one is: two senders of one list would mail everybody twice. Guard::adopt makes this
/// place the sender. The first call on a fresh database adopts by itself.
[[nodiscard]] Result<void> check_instance(Database& database, Guard guard);

/// A fact of the `facts` table; empty if it is not there.
[[nodiscard]] Result<std::string> fact(Database& database, std::string_view name);
[[nodiscard]] Result<void> set_fact(Database& database, std::string_view name, std::string_view value);

}  // namespace tidings::store
