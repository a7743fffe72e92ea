// Clock, randomness and identity of the host; what counts seams and ends a process. See seams.hpp.
#include "year/seams.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <optional>

#include <dlfcn.h>
#include <link.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "year/record.hpp"

namespace year {
namespace {

bool active = false;
JobSetting setting;
std::int64_t clock_ns = 0;
std::int64_t passed = 0;
int accepted_before = 0;  ///< messages, in earlier jobs
std::optional<Dice> dice;

constexpr std::int64_t second_ns = 1'000'000'000;

/// Where the code of OpenSSL lies.
struct Range {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
};

Range find_openssl() {
  Range found;
  ::dl_iterate_phdr(
      [](dl_phdr_info* library, std::size_t, void* into) {
        if (std::strstr(library->dlpi_name, "libcrypto") == nullptr) return 0;
        auto& range = *static_cast<Range*>(into);
        for (int i = 0; i < library->dlpi_phnum; ++i) {
          const auto& part = library->dlpi_phdr[i];
          if (part.p_type == PT_LOAD) range.end = library->dlpi_addr + part.p_vaddr + part.p_memsz;
        }
        range.begin = library->dlpi_addr;
        return 1;
      },
      &found);
  return found;
}

/// Each reading takes time, but for OpenSSL: it reads the clock as often as its own randomness, which is
/// true, happens to want.
void read_clock(const void* caller) {
  static const auto openssl = find_openssl();
  const auto at = reinterpret_cast<std::uintptr_t>(caller);
  if (at < openssl.begin || at >= openssl.end) clock_ns += 1000;
}

}  // namespace

void activate(const JobSetting& wanted) {
  setting = wanted;
  clock_ns = (setting.now_ms + setting.clock_off_ms) * 1'000'000;
  dice.emplace(setting.dice, "seams");
  accepted_before = shared().accepted;
  start_files(setting.faults, setting.dice);
  start_threads(setting.dice);
  active = true;
}

bool is_active() { return active; }

std::int64_t now_ns() { return clock_ns; }

std::int64_t world_ms() { return clock_ns / 1'000'000 - setting.clock_off_ms; }

void advance_to(std::int64_t ns) { clock_ns = std::max(clock_ns, ns); }

Dice& seam_dice() { return *dice; }

std::int64_t seams_passed() { return passed; }

void seam() {
  if (!active) return;
  ++passed;
  const auto& faults = setting.faults;
  const bool taken = faults.dies_after > 0 && shared().accepted - accepted_before >= faults.dies_after;
  if (faults.death != Death::none && (passed == faults.dies_at || taken)) die();
}

void halt_if_due() {
  auto& at = setting.faults.halts_at;
  if (!active || at == 0 || passed < at) return;
  at = 0;
  note_end();
  // To this thread: sent to the process, it might stop another one first, and this one would go on for a
  // while.
  ::syscall(SYS_tgkill, ::syscall(SYS_getpid), ::syscall(SYS_gettid), SIGSTOP);
  advance_to((shared().ended_ms + setting.clock_off_ms) * 1'000'000);
}

void note_end() {
  shared().seams = passed;
  shared().ended_ms = world_ms();
}

void die() {
  note_end();
  if (setting.faults.death == Death::power) lose_power();
  ::_exit(death_status);
}

const JobSetting& job_setting() { return setting; }

}  // namespace year

// ---- libc

extern "C" {

int clock_gettime(clockid_t which, struct timespec* to) noexcept {
  if (!year::active) return static_cast<int>(::syscall(SYS_clock_gettime, which, to));
  year::read_clock(__builtin_return_address(0));
  to->tv_sec = year::clock_ns / year::second_ns;
  to->tv_nsec = year::clock_ns % year::second_ns;
  return 0;
}

int gettimeofday(struct timeval* to, void* zone) noexcept {
  if (!year::active) return static_cast<int>(::syscall(SYS_gettimeofday, to, zone));
  to->tv_sec = year::clock_ns / year::second_ns;
  to->tv_usec = year::clock_ns % year::second_ns / 1000;
  return 0;
}

time_t time(time_t* to) noexcept {
  struct timespec now {};
  if (year::active) {
    year::read_clock(__builtin_return_address(0));
    now.tv_sec = year::clock_ns / year::second_ns;
  } else {
    clock_gettime(CLOCK_REALTIME, &now);
  }
  if (to != nullptr) *to = now.tv_sec;
  return now.tv_sec;
}

ssize_t getrandom(void* to, size_t size, unsigned flags) {
  if (!year::active) return ::syscall(SYS_getrandom, to, size, flags);
  auto* bytes = static_cast<unsigned char*>(to);
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<unsigned char>(year::dice->next());
  return static_cast<ssize_t>(size);
}

// A job is one process: what would go on behind its back could not be told from chance.
pid_t fork() noexcept {
  static const auto real = reinterpret_cast<pid_t (*)()>(::dlsym(RTLD_NEXT, "fork"));
  if (!year::active) return real();
  errno = EAGAIN;
  return -1;
}

pid_t getpid() noexcept {
  return year::active ? year::setting.process_id : static_cast<pid_t>(::syscall(SYS_getpid));
}

int gethostname(char* name, size_t size) noexcept {
  const std::string known = year::active ? "host-" + year::setting.machine_id : "host";
  if (size <= known.size()) {
    errno = ENAMETOOLONG;
    return -1;
  }
  std::memcpy(name, known.c_str(), known.size() + 1);
  return 0;
}

}  // extern "C"
