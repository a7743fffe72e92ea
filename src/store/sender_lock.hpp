// A lock against a second run on the same store.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "base/zone.hpp"
#include "store/database.hpp"

namespace tidings::store {

/// Held by the one process that may compose and deliver from a store.
///
/// SQLite: an flock on "FILE.lock", which the kernel drops however the process dies. The file stays; it names
/// the last holder. PostgreSQL: an advisory lock of a connection of its own, which the server drops with the
/// connection, the same flock for the host's own files, and a number that grows with each holder: a sender
/// whose connection was cut, so that another could take over, fails at its next transaction
/// (Errc::try_again).
class SenderLock {
 public:
  /// Errc::try_again names the holder (process, job, since when); never waits. With a server `database` is
  /// the sender's from now on: its transactions end with the lock.
  [[nodiscard]] static Result<SenderLock> take(Database& database, const std::string& job, const Zone& zone);
  /// For a SQLite file that is not open.
  [[nodiscard]] static Result<SenderLock> take(const std::filesystem::path& file, const std::string& job,
                                               const Zone& zone);

  /// The current holder in the words of take() ("process 17, send, since ..."); empty if there is none. Takes
  /// no lock.
  [[nodiscard]] static Result<std::string> holder(Database& database);

  SenderLock(SenderLock&& other) noexcept;
  SenderLock& operator=(SenderLock&&) = delete;
  SenderLock(const SenderLock&) = delete;
  SenderLock& operator=(const SenderLock&) = delete;
  ~SenderLock();

 private:
  struct OnServer;
  SenderLock(int fd, std::unique_ptr<OnServer> server);
  [[nodiscard]] static Result<SenderLock> take_on_server(Database& database, const std::string& note);
  int fd_;
  std::unique_ptr<OnServer> server_;
};

}  // namespace tidings::store
