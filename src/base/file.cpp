#include "base/file.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace tidings {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ > 2) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

std::string reason() { return std::strerror(errno); }

tl::unexpected<Error> cannot(std::string_view do_what, const std::filesystem::path& path,
                             const std::string& why) {
  return fail(Errc::cannot_create, fmt::format("cannot {} {}: {}", do_what, path.string(), why));
}

Access access_of_process;

/// A new file or folder gets our mode and group whatever the umask and its folder are.
bool give_access(int fd, unsigned mode) {
  if (access_of_process.group && ::fchown(fd, static_cast<uid_t>(-1), *access_of_process.group) != 0)
    return false;
  return ::fchmod(fd, mode) == 0;
}

Result<void> make_one_folder(const std::filesystem::path& path, Audience audience) {
  if (::mkdir(path.c_str(), audience == Audience::ours ? 0700 : 0777) != 0) {
    if (errno == EEXIST) return {};  // by somebody else meanwhile, or a file, which the next step finds
    return cannot("make folder", path, reason());
  }
  if (audience == Audience::everybody) return {};
  const Descriptor folder{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  if (folder.get() < 0 || !give_access(folder.get(), access_of_process.folder_mode()))
    return cannot("make folder", path, reason());
  return {};
}

Result<void> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return fail(Errc::cannot_create, reason());
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return {};
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::int64_t max_bytes) {
  const Descriptor file{path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.get() < 0) return fail(Errc::no_input, fmt::format("cannot read {}: {}", path.string(), reason()));
  std::string bytes;
  char chunk[65536];
  for (;;) {
    const auto got = ::read(file.get(), chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(Errc::no_input, fmt::format("cannot read {}: {}", path.string(), reason()));
    if (got == 0) return bytes;
    bytes.append(chunk, static_cast<std::size_t>(got));
    if (static_cast<std::int64_t>(bytes.size()) > max_bytes) {
      return fail(Errc::bad_data, fmt::format("{} is larger than {} bytes", path.string(), max_bytes));
    }
  }
}

unsigned Access::folder_mode() const {
  const unsigned enter = (file_mode & 0444U) >> 2U;
  return file_mode | enter | (group ? static_cast<unsigned>(S_ISGID) : 0U);
}

void set_access(const Access& access) { access_of_process = access; }
Access access() { return access_of_process; }

Result<int> open_ours(const std::filesystem::path& path, int flags) {
  const int wanted =
      flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;  // a pipe in the file's place must not make us wait
  for (;;) {
    // Whether we made it must be known: an admin's own mode of an older file is not ours to change.
    int fd = -1;
    bool made = false;
    if ((flags & O_CREAT) != 0) {
      fd = ::open(path.c_str(), wanted | O_EXCL, 0600);
      made = fd >= 0;
    }
    if (fd < 0 && (flags & O_EXCL) == 0 && ((flags & O_CREAT) == 0 || errno == EEXIST)) {
      fd = ::open(path.c_str(), wanted & ~O_CREAT);
      if (fd < 0 && errno == ENOENT && (flags & O_CREAT) != 0) continue;  // deleted in between
    }
    if (fd < 0) return cannot("open", path, errno == ELOOP ? "it is a symbolic link" : reason());
    struct stat info {};
    if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) ||
        (made && !give_access(fd, access_of_process.file_mode))) {
      const auto why = S_ISREG(info.st_mode) ? reason() : "not a regular file";
      ::close(fd);
      return cannot("open", path, why);
    }
    return fd;
  }
}

bool is_too_wide(const std::filesystem::path& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0 || S_ISLNK(info.st_mode)) return false;
  const unsigned allowed =
      S_ISDIR(info.st_mode) ? access_of_process.folder_mode() : access_of_process.file_mode;
  return (info.st_mode & 0077U & ~allowed) != 0;
}

Result<void> narrow(const std::filesystem::path& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
  struct stat info {};
  if (file.get() < 0 || ::fstat(file.get(), &info) != 0) return cannot("open", path, reason());
  const unsigned allowed =
      S_ISDIR(info.st_mode) ? access_of_process.folder_mode() : access_of_process.file_mode;
  if (::fchmod(file.get(), info.st_mode & (07700U | allowed)) != 0)
    return cannot("change the mode of", path, reason());
  return {};
}

Result<void> make_folder(const std::filesystem::path& path, Audience audience) {
  std::error_code error;
  std::filesystem::path so_far;
  for (const auto& part : path) {
    so_far /= part;
    if (part.empty() || std::filesystem::exists(so_far, error)) continue;
    TIDINGS_TRY(make_one_folder(so_far, audience));
  }
  if (!std::filesystem::is_directory(path, error)) return cannot("make folder", path, "a file has that name");
  return {};
}

Result<void> write_secret_file(const std::filesystem::path& path, std::string_view bytes) {
  if (path.has_parent_path()) TIDINGS_TRY(make_folder(path.parent_path()));
  const Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
  if (file.get() < 0) return cannot("make", path, reason());
  if (const auto wrote = write_all(file.get(), bytes); !wrote || ::fsync(file.get()) != 0) {
    ::unlink(path.c_str());
    return cannot("write", path, wrote ? reason() : wrote.error().what);
  }
  return {};
}

Result<void> write_file(const std::filesystem::path& path, std::string_view bytes, Durability durability,
                        Audience audience) {
  if (path.has_parent_path()) TIDINGS_TRY(make_folder(path.parent_path(), audience));
  auto temporary = path;
  temporary += fmt::format(".{}.part", ::getpid());
  const auto failed = [&](const std::string& why) {
    ::unlink(temporary.c_str());
    return cannot("write", path, why);
  };
  ::unlink(temporary.c_str());  // of a process that died; or a link that somebody has put there
  {
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    const Descriptor file{::open(temporary.c_str(), flags, audience == Audience::ours ? 0600 : 0666)};
    if (file.get() < 0) return failed(reason());
    if (audience == Audience::ours && !give_access(file.get(), access_of_process.file_mode))
      return failed(reason());
    if (const auto wrote = write_all(file.get(), bytes); !wrote) return failed(wrote.error().what);
    if (durability == Durability::synced && ::fsync(file.get()) != 0) return failed(reason());
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) return failed(reason());
  return {};
}

}  // namespace tidings
