// Files of the world: numbered seams, a disk that is full or fails, and the loss of power. See seams.hpp.
//
// Loss of power keeps, for each file, what it was when it was synced last, and of each write since then
// nothing, all, or the first part; which is the seed's choice. Names (create, rename, delete) are kept as
// they are: the file systems that tidings is run on keep them in order. Memory that processes share (SQLite's
// -shm) goes with the power.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "year/network.hpp"
#include "year/seams.hpp"

namespace year {

const JobSetting& job_setting();

namespace {

/// A write, or a change of size, that is not synced.
struct Unsynced {
  off_t offset = 0;
  std::string before;
  std::string after;
  off_t size_before = 0;
  off_t size_after = 0;
};

struct File {
  int fd = -1;  ///< of our own
  std::vector<Unsynced> changes;
};

Faults faults;
std::uint64_t power_dice = 0;
dev_t device = 0;
constexpr int most_fds = 1024;
/// Whether an open descriptor is a file of the world, by inode; 0 if not.
std::array<ino_t, most_fds> inode_of{};
std::map<ino_t, File> files;
std::vector<std::string> shared_memory;

bool is_ours(int fd) {
  return is_active() && fd >= 0 && fd < most_fds && inode_of[static_cast<std::size_t>(fd)] != 0;
}

void opened(int fd, const char* path) {
  if (!is_active() || fd < 0 || fd >= most_fds) return;
  inode_of[static_cast<std::size_t>(fd)] = 0;
  struct stat facts {};
  if (::fstat(fd, &facts) != 0 || facts.st_dev != device || !S_ISREG(facts.st_mode)) return;
  if (std::string_view{path}.ends_with("-shm")) {
    shared_memory.emplace_back(path);
    return;
  }
  inode_of[static_cast<std::size_t>(fd)] = facts.st_ino;
}

std::string read_at(int fd, off_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  const auto got = ::syscall(SYS_pread64, fd, bytes.data(), size, offset);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

off_t size_of(int fd) {
  struct stat facts {};
  return ::fstat(fd, &facts) == 0 ? facts.st_size : 0;
}

File& file_of(int fd) {
  auto& file = files[inode_of[static_cast<std::size_t>(fd)]];
  if (file.fd < 0) {
    std::array<char, 40> path{};
    std::snprintf(path.data(), path.size(), "/proc/self/fd/%d", fd);
    file.fd = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path.data(), O_RDWR | O_CLOEXEC, 0));
  }
  return file;
}

/// Before `size` bytes at `offset` change; what they become is noted by changed().
void will_change(int fd, off_t offset, std::size_t size) {
  if (faults.death != Death::power) return;
  auto& file = file_of(fd);
  Unsynced change;
  change.offset = offset;
  change.before = read_at(file.fd, offset, size);
  change.size_before = size_of(file.fd);
  file.changes.push_back(std::move(change));
}

void changed(int fd, std::string_view bytes) {
  if (faults.death != Death::power) return;
  auto& file = file_of(fd);
  file.changes.back().after = bytes;
  file.changes.back().size_after = size_of(file.fd);
}

void synced(int fd) {
  if (const auto found = files.find(inode_of[static_cast<std::size_t>(fd)]); found != files.end())
    found->second.changes.clear();
}

void undo(const File& file) {
  for (auto change = file.changes.rbegin(); change != file.changes.rend(); ++change) {
    ::syscall(SYS_pwrite64, file.fd, change->before.data(), change->before.size(), change->offset);
    ::syscall(SYS_ftruncate, file.fd, change->size_before);
  }
}

void redo(const File& file, const Unsynced& change, std::size_t size) {
  ::syscall(SYS_pwrite64, file.fd, change.after.data(), std::min(size, change.after.size()), change.offset);
  if (change.after.empty()) ::syscall(SYS_ftruncate, file.fd, change.size_after);
}

/// True: go on. False: errno says what is wrong.
bool may_write() {
  seam();
  const auto at = seams_passed();
  if (faults.disk_full_from > 0 && at >= faults.disk_full_from) {
    errno = ENOSPC;
    return false;
  }
  if (faults.io_error_at > 0 && at == faults.io_error_at) {
    errno = EIO;
    return false;
  }
  return true;
}

int open_file(int folder, const char* path, int flags, mode_t mode) {
  const std::string_view name{path};
  if (is_active() && name == "/proc/sys/kernel/random/boot_id") path = "host/boot_id";
  if (is_active() && name == "/etc/machine-id") path = "host/machine_id";
  const bool makes = is_active() && (flags & O_CREAT) != 0 && faults.disk_full_from > 0 &&
                     seams_passed() >= faults.disk_full_from && ::faccessat(folder, path, F_OK, 0) != 0;
  if (makes && name.starts_with('/') && name.find("/dev/") != 0) {
    errno = ENOSPC;
    return -1;
  }
  const int fd = static_cast<int>(::syscall(SYS_openat, folder, path, flags, mode));
  opened(fd, path);
  return fd;
}

}  // namespace

void start_files(const Faults& wanted, std::uint64_t dice) {
  faults = wanted;
  power_dice = dice;
  struct stat facts {};
  ::stat(".", &facts);
  device = facts.st_dev;
}

void lose_power() {
  Dice dice{power_dice, "power"};
  for (auto& [inode, file] : files) {
    undo(file);
    const int kept = dice.below(4);  // nothing; a beginning; any of them; all but the last
    const auto count = file.changes.size();
    const auto first = kept == 1 ? static_cast<std::size_t>(dice.below(static_cast<int>(count) + 1)) : count;
    for (std::size_t i = 0; i < count && kept != 0; ++i) {
      const auto& change = file.changes[i];
      const bool torn = dice.chance(10);
      if (kept == 1 && i >= first) break;
      if (kept == 2 && dice.chance(50)) continue;
      if (kept == 3 && i + 1 == count) break;
      redo(file, change, torn ? change.after.size() / 2 : change.after.size());
    }
  }
  for (const auto& path : shared_memory) ::syscall(SYS_unlink, path.c_str());
}

}  // namespace year

// ---- libc

using year::is_active;

extern "C" {

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const auto mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  return year::open_file(AT_FDCWD, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const auto mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  return year::open_file(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const auto mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  return year::open_file(folder, path, flags, mode);
}

int __open_2(const char* path, int flags) { return year::open_file(AT_FDCWD, path, flags, 0); }
int __open64_2(const char* path, int flags) { return year::open_file(AT_FDCWD, path, flags, 0); }

int close(int fd) {
  if (is_active()) {
    if (year::close_socket(fd)) return 0;
    if (fd >= 0 && fd < year::most_fds) year::inode_of[static_cast<std::size_t>(fd)] = 0;
  }
  return static_cast<int>(::syscall(SYS_close, fd));
}

ssize_t write(int fd, const void* bytes, size_t size) {
  if (!year::is_ours(fd)) {
    const auto wrote = ::syscall(SYS_write, fd, bytes, size);
    if (is_active()) year::maybe_yield();
    return wrote;
  }
  if (!year::may_write()) return -1;
  const off_t offset = (::fcntl(fd, F_GETFL) & O_APPEND) != 0 ? year::size_of(fd) : ::lseek(fd, 0, SEEK_CUR);
  year::will_change(fd, offset, size);
  const auto wrote = ::syscall(SYS_write, fd, bytes, size);
  year::changed(fd, {static_cast<const char*>(bytes), size});
  return wrote;
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) {
  if (!year::is_ours(fd)) return ::syscall(SYS_pwrite64, fd, bytes, size, offset);
  if (!year::may_write()) return -1;
  year::will_change(fd, offset, size);
  const auto wrote = ::syscall(SYS_pwrite64, fd, bytes, size, offset);
  year::changed(fd, {static_cast<const char*>(bytes), size});
  return wrote;
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  return pwrite64(fd, bytes, size, offset);
}

int ftruncate64(int fd, off64_t size) noexcept {
  if (!year::is_ours(fd)) return static_cast<int>(::syscall(SYS_ftruncate, fd, size));
  if (!year::may_write()) return -1;
  const auto before = year::size_of(fd);
  year::will_change(fd, size, before > size ? static_cast<std::size_t>(before - size) : 0);
  const int done = static_cast<int>(::syscall(SYS_ftruncate, fd, size));
  year::changed(fd, {});
  return done;
}

int ftruncate(int fd, off_t size) noexcept { return ftruncate64(fd, size); }

int fdatasync(int fd) {
  if (!year::is_ours(fd)) return static_cast<int>(::syscall(SYS_fdatasync, fd));
  if (!year::may_write()) return -1;
  year::synced(fd);
  year::advance_to(year::now_ns() + 2'000'000);
  year::maybe_yield();
  return 0;
}

int fsync(int fd) { return year::is_ours(fd) ? fdatasync(fd) : static_cast<int>(::syscall(SYS_fsync, fd)); }

int rename(const char* from, const char* to) noexcept {
  if (is_active() && !year::may_write()) return -1;
  return static_cast<int>(::syscall(SYS_rename, from, to));
}

int unlink(const char* path) noexcept {
  year::seam();
  return static_cast<int>(::syscall(SYS_unlink, path));
}

}  // extern "C"
