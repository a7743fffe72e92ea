// Makes one database one sender: a lock against a second run, and a guard against a copied database.
#pragma once

#include <filesystem>
#include <string>

#include "base/random.hpp"
#include "base/result.hpp"
#include "base/zone.hpp"
#include "store/database.hpp"

namespace tidings::store {

/// Held by the one process that may compose and deliver from a database: an flock on "FILE.lock", which the
/// kernel drops however the process dies. The file stays; it names the last holder.
class SenderLock {
 public:
  /// Errc::try_again names the holder (process, job, since when); never waits.
  [[nodiscard]] static Result<SenderLock> take(const std::filesystem::path& database, const std::string& job,
                                               const Zone& zone);

  /// The current holder in the words of take() ("process 17, send, since ..."); empty if there is none. Takes
  /// no lock.
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

/// Identifies a place: the host name, the machine id (/etc/machine-id), which cloned machines often share,
/// and the database's absolute path.
[[nodiscard]] std::string instance_of(const std::filesystem::path& database);

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
