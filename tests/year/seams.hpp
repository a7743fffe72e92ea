// Where the program meets the system: its clock, its randomness, its threads, its files and its sockets.
//
// `year` defines the functions of libc by which the program, libstdc++, SQLite and libcurl reach the kernel
// (clock_gettime, getrandom, pthread_*, write, fsync, rename, connect, poll ...). The linker prefers them, so
// the program under test is the program that ships: no line of src/ knows of this. They do what the kernel
// would until activate() is called, which happens in the process of a job only. From then on
//   - time stands still but for a microsecond a reading, and jumps to the next thing that somebody waits for;
//   - one thread runs at a time, and the seed says which is next (threads.cpp);
//   - sockets are in memory and lead to the relays and blogs of the world (network.cpp);
//   - each write, sync, rename and delete of a file of the world, and each octet sent or received, is a
//   numbered seam at which the
//     process can die, alone or with the power of its host, and at which a disk can be full or fail
//     (files.cpp).
#pragma once

#include <cstdint>
#include <string>

#include "year/dice.hpp"

namespace year {

enum class Death {
  none,
  kill,   ///< kill -9: what was written is there
  power,  ///< what was not synced is lost, kept or torn
};

/// What goes wrong in one job. Seams are counted from 1; 0 means never.
struct Faults {
  Death death = Death::none;
  std::int64_t dies_at = 0;
  std::int64_t disk_full_from = 0;  ///< each write of a file from this seam on: ENOSPC
  std::int64_t io_error_at = 0;     ///< the write or sync at this seam: EIO
  std::int64_t halts_at = 0;        ///< stands still at an octet of the network from this seam on
};

/// What the process of a job needs to know of the world.
struct JobSetting {
  std::uint64_t dice = 0;
  std::int64_t now_ms = 0;        ///< when the job starts
  std::int64_t clock_off_ms = 0;  ///< so far the clock of the host is ahead
  int process_id = 0;
  std::string boot_id;     ///< another one after each loss of power
  std::string machine_id;  ///< and of the host
  Faults faults;
};

/// From now on this process lives in the simulated world. Its files are those on the file system of its
/// working folder.
void activate(const JobSetting& setting);

[[nodiscard]] bool is_active();
/// By the clock of the host.
[[nodiscard]] std::int64_t now_ns();
/// As the rest of the world knows it.
[[nodiscard]] std::int64_t world_ms();
/// Counts one seam. Does not return if the process dies here.
void seam();
[[nodiscard]] std::int64_t seams_passed();
/// At a seam of the network, where the store is free: lets others act if it is time (run_job).
void halt_if_due();
/// Loses what was not synced if the death asks for it, and ends the process.
[[noreturn]] void die();
/// Tells the world how far the job has come.
void note_end();

/// The job can never end: all threads wait for each other.
inline constexpr int hang_status = 98;
inline constexpr int death_status = 137;

// threads.cpp, for network.cpp: how a thread waits.

/// Somebody who waits to be asked whether it may go on.
class Waiter {
 public:
  virtual ~Waiter() = default;
  [[nodiscard]] virtual bool ready() = 0;
  /// The next time at which ready() may become true by itself; negative: none.
  [[nodiscard]] virtual std::int64_t next_ns() = 0;
};

/// Until it is ready or the time has come (negative: no limit). False if time is up.
bool wait_for(Waiter& waiter, std::int64_t until_ns);
/// Perhaps another thread is next.
void maybe_yield();

void start_threads(std::uint64_t dice);
void start_files(const Faults& faults, std::uint64_t dice);
void lose_power();
void advance_to(std::int64_t ns);
[[nodiscard]] Dice& seam_dice();

}  // namespace year
