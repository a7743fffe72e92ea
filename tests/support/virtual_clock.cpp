// A wall clock for one process, preloaded: it stands still but for the scheduler's sleeps, which it shortens to nothing, and it
// is set back once. So a test sees days of `tidings run` in seconds, and none of them depends on the host's clock.
//
// TIDINGS_TEST_CLOCK="START FROM TO", in seconds since 1970: begins at START; the sleep that passes FROM ends at TO instead, once.
// Ends the process with status 99 after 20,000 sleeps.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include <dlfcn.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

constexpr long long ms = 1'000'000;

struct Times {
  std::atomic<long long> now{0};  // nanoseconds since 1970; 0: not read yet
  long long from = 0;
  long long to = 0;
};
Times times;
int sleeps = 0;

long long now() {
  if (times.now == 0) {
    long long start = 0;
    const char* const text = std::getenv("TIDINGS_TEST_CLOCK");
    if (text == nullptr || std::sscanf(text, "%lld %lld %lld", &start, &times.from, &times.to) != 3) std::abort();
    times.from *= 1000 * ms;
    times.to *= 1000 * ms;
    times.now = start * 1000 * ms;
  }
  return times.now;
}

bool is_pipe(int fd) {
  struct stat what {};
  return fstat(fd, &what) == 0 && S_ISFIFO(what.st_mode);
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t which, struct timespec* out) {
  static const auto real =
      reinterpret_cast<int (*)(clockid_t, struct timespec*)>(dlsym(RTLD_NEXT, "clock_gettime"));
  if (which != CLOCK_REALTIME) return real(which, out);
  out->tv_sec = now() / (1000 * ms);
  out->tv_nsec = now() % (1000 * ms);
  return 0;
}

time_t time(time_t* out) {
  const time_t seconds = now() / (1000 * ms);
  if (out != nullptr) *out = seconds;
  return seconds;
}

int poll(struct pollfd* fds, nfds_t count, int timeout) {
  static const auto real = reinterpret_cast<int (*)(struct pollfd*, nfds_t, int)>(dlsym(RTLD_NEXT, "poll"));
  // The scheduler's bell: nothing else waits for one pipe alone.
  if (count != 1 || timeout < 0 || !is_pipe(fds[0].fd)) return real(fds, count, timeout);
  if (++sleeps > 20'000) _exit(99);
  const int rung = real(fds, count, 0);
  if (rung == 0) {
    const long long later = now() + timeout * ms;
    const bool set_back = times.from != 0 && later >= times.from;
    times.now = set_back ? times.to : later;
    if (set_back) {
      times.from = 0;
      std::fputs("the clock was set back\n", stderr);
    }
  }
  return rung;
}
}
