// Threads that take turns: one runs, and where it waits, starts another or wakes one, the seed says who is
// next. When all wait, time jumps to the first who waits for a time. See seams.hpp.
//
// Each is a thread of the system, so that thread-local things are what they are; a futex passes the turn on.
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <list>
#include <optional>
#include <vector>

#include <dlfcn.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "year/seams.hpp"

namespace year {
namespace {

struct Fiber {
  pthread_t thread{};
  void* (*work)(void*) = nullptr;
  void* argument = nullptr;
  std::atomic<std::uint32_t> turn{0};
  bool waits = false;
  bool ended = false;
  const void* what = nullptr;  ///< condition, mutex or fiber that it waits for
  Waiter* waiter = nullptr;
  std::int64_t until_ns = -1;
  bool timed_out = false;
};

std::list<Fiber> fibers;
Fiber* running = nullptr;
/// A thread that has done its work and is being taken down runs beside the others and takes no turns.
thread_local bool outside = false;
std::optional<Dice> dice;

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

void give_turn(Fiber& to) {
  to.turn.store(1, std::memory_order_release);
  ::syscall(SYS_futex, &to.turn, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

void await_turn(Fiber& self) {
  while (self.turn.load(std::memory_order_acquire) == 0)
    ::syscall(SYS_futex, &self.turn, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0);
  self.turn.store(0, std::memory_order_relaxed);
}

bool may_run(Fiber& fiber) {
  if (fiber.ended) return false;
  if (!fiber.waits) return true;
  if (fiber.waiter != nullptr && fiber.waiter->ready()) {
    fiber.waits = false;
    return true;
  }
  if (fiber.until_ns >= 0 && fiber.until_ns <= now_ns()) {
    fiber.waits = false;
    fiber.timed_out = true;
    return true;
  }
  return false;
}

Fiber& choose() {
  for (;;) {
    std::vector<Fiber*> able;
    for (auto& fiber : fibers) {
      if (may_run(fiber)) able.push_back(&fiber);
    }
    if (!able.empty()) return *able[static_cast<std::size_t>(dice->below(static_cast<int>(able.size())))];
    std::int64_t next = -1;
    const auto not_after = [&](std::int64_t time) {
      if (time >= 0) next = next < 0 ? time : std::min(next, time);
    };
    for (auto& fiber : fibers) {
      if (fiber.ended) continue;
      not_after(fiber.until_ns);
      if (fiber.waiter != nullptr) not_after(fiber.waiter->next_ns());
    }
    if (next < 0) {
      note_end();
      ::_exit(hang_status);
    }
    advance_to(std::max(next, now_ns() + 1));
  }
}

void pass_on(Fiber& self) {
  auto& next = choose();
  if (&next == &self) return;
  running = &next;
  give_turn(next);
  if (!self.ended) await_turn(self);
}

/// False if time is up.
bool wait_on(const void* what, Waiter* waiter, std::int64_t until_ns) {
  auto& self = *running;
  self.waits = true;
  self.what = what;
  self.waiter = waiter;
  self.until_ns = until_ns;
  self.timed_out = false;
  pass_on(self);
  self.what = nullptr;
  self.waiter = nullptr;
  self.until_ns = -1;
  return !self.timed_out;
}

void wake(const void* what, bool all) {
  std::vector<Fiber*> waiting;
  for (auto& fiber : fibers) {
    if (fiber.waits && fiber.what == what) waiting.push_back(&fiber);
  }
  if (waiting.empty()) return;
  if (!all) {
    waiting.front() = waiting[static_cast<std::size_t>(dice->below(static_cast<int>(waiting.size())))];
    waiting.resize(1);
  }
  for (auto* const fiber : waiting) {
    fiber->waits = false;
    fiber->what = nullptr;
  }
}

void* begin(void* self) {
  auto& fiber = *static_cast<Fiber*>(self);
  await_turn(fiber);
  void* const result = fiber.work(fiber.argument);
  fiber.ended = true;
  wake(&fiber, true);
  outside = true;
  pass_on(fiber);
  return result;
}

std::int64_t nanoseconds(const timespec* time) {
  return static_cast<std::int64_t>(time->tv_sec) * 1'000'000'000 + time->tv_nsec;
}

int real_unlock(pthread_mutex_t* mutex) {
  static const auto function = real<int (*)(pthread_mutex_t*)>("pthread_mutex_unlock");
  return function(mutex);
}

int lock(pthread_mutex_t* mutex) {
  while (::pthread_mutex_trylock(mutex) == EBUSY) wait_on(mutex, nullptr, -1);
  return 0;
}

int wait_for_condition(pthread_cond_t* condition, pthread_mutex_t* mutex, std::int64_t until_ns) {
  real_unlock(mutex);
  wake(mutex, true);
  const bool in_time = wait_on(condition, nullptr, until_ns);
  lock(mutex);
  return in_time ? 0 : ETIMEDOUT;
}

}  // namespace

void start_threads(std::uint64_t seed) {
  dice.emplace(seed, "threads");
  fibers.emplace_back();
  running = &fibers.back();
}

bool wait_for(Waiter& waiter, std::int64_t until_ns) {
  if (waiter.ready()) return true;
  return wait_on(nullptr, &waiter, until_ns);
}

void maybe_yield() {
  if (running != nullptr && !outside && fibers.size() > 1 && dice->chance(30)) pass_on(*running);
}

}  // namespace year

// ---- libc

namespace {
bool is_active() { return year::is_active() && !year::outside; }
}  // namespace

extern "C" {

int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  static const auto function = year::real<int (*)(pthread_mutex_t*)>("pthread_mutex_lock");
  return is_active() ? year::lock(mutex) : function(mutex);
}

int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
  const int done = year::real_unlock(mutex);
  if (is_active()) year::wake(mutex, true);
  return done;
}

int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  static const auto function = year::real<int (*)(pthread_cond_t*, pthread_mutex_t*)>("pthread_cond_wait");
  return is_active() ? year::wait_for_condition(condition, mutex, -1) : function(condition, mutex);
}

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec* until) {
  return year::wait_for_condition(condition, mutex, year::nanoseconds(until));
}

int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t,
                           const timespec* until) {
  return year::wait_for_condition(condition, mutex, year::nanoseconds(until));
}

int pthread_cond_signal(pthread_cond_t* condition) noexcept {
  static const auto function = year::real<int (*)(pthread_cond_t*)>("pthread_cond_signal");
  if (!is_active()) return function(condition);
  year::wake(condition, false);
  return 0;
}

int pthread_cond_broadcast(pthread_cond_t* condition) noexcept {
  static const auto function = year::real<int (*)(pthread_cond_t*)>("pthread_cond_broadcast");
  if (!is_active()) return function(condition);
  year::wake(condition, true);
  return 0;
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*work)(void*),
                   void* argument) noexcept {
  static const auto function =
      year::real<int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)>("pthread_create");
  if (!is_active()) return function(thread, attributes, work, argument);
  auto& fiber = year::fibers.emplace_back();
  fiber.work = work;
  fiber.argument = argument;
  const int done = function(thread, attributes, year::begin, &fiber);
  fiber.thread = *thread;
  if (done != 0) fiber.ended = true;
  return done;
}

int pthread_join(pthread_t thread, void** result) {
  static const auto function = year::real<int (*)(pthread_t, void**)>("pthread_join");
  if (is_active()) {
    const auto found = std::find_if(year::fibers.begin(), year::fibers.end(), [&](const auto& each) {
      return ::pthread_equal(each.thread, thread) != 0;
    });
    if (found != year::fibers.end()) {
      while (!found->ended) year::wait_on(&*found, nullptr, -1);
      const int done = function(thread, result);
      year::fibers.erase(found);
      return done;
    }
  }
  return function(thread, result);
}

int nanosleep(const timespec* time, timespec* left) {
  if (!is_active()) return static_cast<int>(::syscall(SYS_nanosleep, time, left));
  year::wait_on(nullptr, nullptr, year::now_ns() + year::nanoseconds(time));
  return 0;
}

// SQLite, while another process has the lock.
int usleep(useconds_t microseconds) {
  const timespec time = {.tv_sec = microseconds / 1'000'000,
                         .tv_nsec = static_cast<long>(microseconds % 1'000'000) * 1000};
  return nanosleep(&time, nullptr);
}

int clock_nanosleep(clockid_t, int flags, const timespec* time, timespec*) {
  const auto from = (flags & TIMER_ABSTIME) != 0 ? 0 : year::now_ns();
  year::wait_on(nullptr, nullptr, from + year::nanoseconds(time));
  return 0;
}

}  // extern "C"
