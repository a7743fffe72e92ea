#include "store/instance.hpp"

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

namespace tidings::store {

Result<SenderLock> SenderLock::take(const std::filesystem::path& database, const std::string& job,
                                    const Zone& zone) {
  auto path = database;
  path += ".lock";
  if (path.has_parent_path()) TIDINGS_TRY(make_folder(path.parent_path()));
  TIDINGS_LET(const int fd, open_ours(path, O_RDWR | O_CREAT));
  SenderLock lock{fd};
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    std::array<char, 200> holder{};
    const auto size = ::pread(fd, holder.data(), holder.size(), 0);
    const auto who = trim({holder.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))});
    return fail(
        Errc::try_again,
        fmt::format("another tidings is using {}: {}", database.string(), who.empty() ? "unknown" : who),
        "this run did nothing; the next one continues");
  }
  const auto note =
      fmt::format("process {}, {}, since {}\n", ::getpid(), job, time_in_words(zone, SystemClock{}.now()));
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, note.data(), note.size(), 0) < 0) {
    return fail(Errc::io, fmt::format("cannot write lock file {}: {}", path.string(), std::strerror(errno)));
  }
  return lock;
}

std::string SenderLock::holder(const std::filesystem::path& database) {
  auto path = database;
  path += ".lock";
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return {};
  // Testing with flock would keep out a sender that starts at this moment.
  const auto locks = read_file("/proc/locks", 1 << 20);
  if (!locks) return {};
  const auto inode = fmt::format(":{} ", file.st_ino);
  for (const auto line : split(*locks, '\n')) {
    if (line.find(" FLOCK ") == std::string_view::npos || line.find(inode) == std::string_view::npos)
      continue;
    const auto note = read_file(path, 4096);
    return note ? std::string{trim(*note)} : "a process";
  }
  return {};
}

SenderLock::SenderLock(SenderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

SenderLock::~SenderLock() {
  if (fd_ >= 0) ::close(fd_);
}

namespace {

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string place_of(const std::filesystem::path& database) {
  std::error_code error;
  const auto absolute = std::filesystem::weakly_canonical(database, error);
  return (error ? database : absolute).string();
}

/// As recorded by older versions: the machine id (or the host name if there is none) and the path.
std::string instance_without_host(const std::filesystem::path& database) {
  std::string machine;
  if (const auto id = read_file("/etc/machine-id", 4096)) machine = std::string{trim(*id)};
  return (machine.empty() ? host_name() : machine) + " " + place_of(database);
}

}  // namespace

std::string instance_of(const std::filesystem::path& database) {
  return host_name() + " " + instance_without_host(database);
}

Result<std::string> fact(Database& database, std::string_view name) {
  auto query = database.prepare("SELECT value FROM facts WHERE name = :name");
  query.bind(":name", name);
  TIDINGS_LET(const bool row, query.step());
  return row ? query.text(0) : std::string{};
}

Result<void> set_fact(Database& database, std::string_view name, std::string_view value) {
  auto statement = database.prepare(
      "INSERT INTO facts (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = "
      "excluded.value");
  return statement.bind(":name", name).bind(":value", value).run();
}

Result<std::string> foreign_instance(Database& database) {
  TIDINGS_LET(auto known, fact(database, "instance"));
  const bool is_ours =
      known == instance_of(database.path()) || known == instance_without_host(database.path());
  return is_ours ? std::string{} : known;
}

Result<void> check_instance(Database& database, Guard guard) {
  const auto here = instance_of(database.path());
  TIDINGS_LET(const auto known, fact(database, "instance"));
  if (known == here) return {};
  TIDINGS_LET(const auto foreign, foreign_instance(database));
  if (foreign.empty() || guard == Guard::adopt) return set_fact(database, "instance", here);
  return fail(
      Errc::not_permitted,
      fmt::format("database {} last sent mail from elsewhere ({}); two senders would mail people twice",
                  database.path().string(), known),
      "if that one is retired, run \"tidings db adopt\"");
}

}  // namespace tidings::store
