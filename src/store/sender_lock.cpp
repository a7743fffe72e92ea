#include "store/sender_lock.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "store/driver.hpp"
#include "store/instance.hpp"
#include "store/postgres_connection.hpp"

namespace tidings::store {
namespace {

std::string note_of(const std::string& job, const Zone& zone) {
  return fmt::format("process {}, {}, since {}", ::getpid(), job, time_in_words(zone, SystemClock{}.now()));
}

tl::unexpected<Error> taken(const std::string& name, std::string_view who) {
  return fail(Errc::try_again,
              fmt::format("another tidings is using {}: {}", name, who.empty() ? "unknown" : who),
              "this run did nothing; the next one continues");
}

/// The advisory lock's two numbers: "TIDG", and the schema's own.
constexpr const char* try_lock =
    "SELECT pg_try_advisory_lock(1414087751, n.oid::bigint::bit(32)::integer) FROM pg_catalog.pg_namespace n "
    "WHERE n.nspname = current_schema()";
constexpr const char* ask_holder = R"sql(
  SELECT s.note FROM store_sender s
  WHERE EXISTS (SELECT 1 FROM pg_catalog.pg_locks l
                JOIN pg_catalog.pg_namespace n ON n.nspname = current_schema() AND l.objid = n.oid
                JOIN pg_catalog.pg_database d ON d.datname = current_database() AND l.database = d.oid
                WHERE l.locktype = 'advisory' AND l.classid = 1414087751 AND l.objsubid = 2 AND l.granted))sql";

}  // namespace

struct SenderLock::OnServer {
  PostgresConnection connection;
  Database* database;
};

SenderLock::SenderLock(int fd, std::unique_ptr<OnServer> server) : fd_(fd), server_(std::move(server)) {}

Result<SenderLock> SenderLock::take(Database& database, const std::string& job, const Zone& zone) {
  if (!database.place().server) return take(database.path(), job, zone);
  TIDINGS_LET(auto lock, take_on_server(database, fmt::format("{}, {}", host_name(), note_of(job, zone))));
  // One on this host that lost its connection, and with it the lock, may still live: its journal is in use.
  auto files = database.path();
  TIDINGS_LET(auto of_host, take(files += ".server", job, zone));
  lock.fd_ = std::exchange(of_host.fd_, -1);
  return lock;
}

Result<SenderLock> SenderLock::take_on_server(Database& database, const std::string& note) {
  const auto& server = *database.place().server;
  TIDINGS_LET(auto connection, connect(server, PostgresAccess::read_write));
  TIDINGS_LET(const auto locked, rows_of(server, connection.get(), try_lock, {}));
  if (locked.empty() || locked[0][0] != "t") {
    TIDINGS_LET(const auto holder_now, holder(database));
    return taken(database.place().name(), holder_now);
  }
  const std::array words{note};
  TIDINGS_LET(const auto fence,
              rows_of(server, connection.get(),
                      "UPDATE store_sender SET fence = fence + 1, note = $1 RETURNING fence", words));
  if (fence.empty()) return fail(Errc::bad_data, database.place().name() + ": store_sender has no row");
  database.driver_->set_fence(std::stoll(fence[0][0]));
  return SenderLock{-1, std::make_unique<OnServer>(OnServer{std::move(connection), &database})};
}

Result<SenderLock> SenderLock::take(const std::filesystem::path& database, const std::string& job,
                                    const Zone& zone) {
  auto path = database;
  path += ".lock";
  if (path.has_parent_path()) TIDINGS_TRY(make_folder(path.parent_path()));
  TIDINGS_LET(const int fd, open_ours(path, O_RDWR | O_CREAT));
  SenderLock lock{fd, nullptr};
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    std::array<char, 200> holder{};
    const auto size = ::pread(fd, holder.data(), holder.size(), 0);
    const auto who = trim({holder.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))});
    return taken(database.string(), who);
  }
  const auto note = note_of(job, zone) + "\n";
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, note.data(), note.size(), 0) < 0) {
    return fail(Errc::io, fmt::format("cannot write lock file {}: {}", path.string(), std::strerror(errno)));
  }
  return lock;
}

Result<std::string> SenderLock::holder(Database& database) {
  if (database.place().server) {
    auto query = database.prepare(ask_holder);
    TIDINGS_LET(const bool row, query.step());
    return row ? query.text(0) : std::string{};
  }
  auto path = database.path();
  path += ".lock";
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return std::string{};
  // Testing with flock would keep out a sender that starts at this moment.
  const auto locks = read_file("/proc/locks", 1 << 20);
  if (!locks) return std::string{};
  const auto inode = fmt::format(":{} ", file.st_ino);
  for (const auto line : split(*locks, '\n')) {
    if (line.find(" FLOCK ") == std::string_view::npos || line.find(inode) == std::string_view::npos)
      continue;
    const auto note = read_file(path, 4096);
    return note ? std::string{trim(*note)} : "a process";
  }
  return std::string{};
}

SenderLock::SenderLock(SenderLock&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), server_(std::move(other.server_)) {}

SenderLock::~SenderLock() {
  if (fd_ >= 0) ::close(fd_);
  if (server_) server_->database->driver_->set_fence(0);
}

}  // namespace tidings::store
