// A disk with so many octets left, for one process, preloaded: TIDINGS_TEST_DISK=OCTETS. Whatever is written
// to regular files counts; then there is no space left.
#include <atomic>
#include <cerrno>
#include <cstdlib>

#include <dlfcn.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace {

std::atomic<long long> used{0};

long long size() {
  static const long long octets = std::atoll(std::getenv("TIDINGS_TEST_DISK"));
  return octets;
}

bool has_room(int fd, size_t count) {
  struct stat what {};
  if (fstat(fd, &what) != 0 || !S_ISREG(what.st_mode)) return true;
  if (used + static_cast<long long>(count) > size()) {
    errno = ENOSPC;
    return false;
  }
  used += static_cast<long long>(count);
  return true;
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

template <class Info>
int space(int result, Info* info) {
  if (result == 0)
    info->f_bavail = static_cast<fsblkcnt_t>((size() - used) / static_cast<long long>(info->f_frsize));
  return result;
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* data, size_t count) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t)>("write");
  return has_room(fd, count) ? real(fd, data, count) : -1;
}

ssize_t pwrite(int fd, const void* data, size_t count, off_t at) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  return has_room(fd, count) ? real(fd, data, count, at) : -1;
}

ssize_t pwrite64(int fd, const void* data, size_t count, off64_t at) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
  return has_room(fd, count) ? real(fd, data, count, at) : -1;
}

int statvfs(const char* path, struct statvfs* info) {
  static const auto real = next<int (*)(const char*, struct statvfs*)>("statvfs");
  return space(real(path, info), info);
}

int statvfs64(const char* path, struct statvfs64* info) {
  static const auto real = next<int (*)(const char*, struct statvfs64*)>("statvfs64");
  return space(real(path, info), info);
}
}
