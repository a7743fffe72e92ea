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

Result<void> make_folder(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return fail(Errc::cannot_create, fmt::format("cannot make folder {}: {}", path.string(), error.message()));
  return {};
}

Result<void> write_secret_file(const std::filesystem::path& path, std::string_view bytes) {
  if (path.has_parent_path()) TIDINGS_TRY(make_folder(path.parent_path()));
  const Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  if (file.get() < 0) return fail(Errc::cannot_create, fmt::format("cannot make {}: {}", path.string(), reason()));
  if (const auto wrote = write_all(file.get(), bytes); !wrote || ::fsync(file.get()) != 0) {
    ::unlink(path.c_str());
    return fail(Errc::cannot_create, fmt::format("cannot write {}: {}", path.string(), wrote ? reason() : wrote.error().what));
  }
  return {};
}

Result<void> write_file(const std::filesystem::path& path, std::string_view bytes, Durability durability) {
  if (path.has_parent_path()) TIDINGS_TRY(make_folder(path.parent_path()));
  auto temporary = path;
  temporary += fmt::format(".{}.part", ::getpid());
  const auto failed = [&](const std::string& why) {
    ::unlink(temporary.c_str());
    return fail(Errc::cannot_create, fmt::format("cannot write {}: {}", path.string(), why));
  };
  {
    const Descriptor file{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)};
    if (file.get() < 0) return failed(reason());
    if (const auto wrote = write_all(file.get(), bytes); !wrote) return failed(wrote.error().what);
    if (durability == Durability::synced && ::fsync(file.get()) != 0) return failed(reason());
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) return failed(reason());
  return {};
}

}  // namespace tidings
