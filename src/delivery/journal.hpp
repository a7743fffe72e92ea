// The sending journal: which final dots may have been sent, and what was answered, between two commits of the
// ledger.
//
// The ledger commits one batch at a time; within a batch this file knows what a kill -9 must not lose.
// Written without fsync: data accepted by write(2) survives the process, and the kernel's boot id reveals a
// power loss, after which every open claim counts as in doubt (at most one claim batch).
//
// Files DATABASE.sending.1, .2, ...: a run continues with the next number when one has grown; the old one is
// deleted once the ledger holds all its answers. Text, one record per line:
//
//   SUM tidings sending 2 BOOT-ID
//   SUM L EDITION SUBSCRIBER ATTEMPT                                 the last octets are about to be sent
//   SUM A EDITION SUBSCRIBER ATTEMPT STAGE CODE STATUS RELAY TEXT    the answer; STATUS "-" if there is none
//
// SUM is the CRC-32 of the rest of the line without TEXT, in eight hexadecimal digits; an address in TEXT can
// be blotted out (members/our_files.hpp). A record without its line feed was torn by the crash; its octets
// were never sent, so it is ignored. Each file has a twin, DATABASE.sending.1.twin, with the same records:
// what a flipped bit or a lost end takes from one is in the other. Where both are damaged, no claim without a
// mark is believed to be unsent.
//
// About 110 bytes per message and file; one write(2) to each per turn of the event loop, for all sessions
// together. Rejected: a commit of the ledger per message (21 us even without fsync); a table of slots in a
// mapped file (no system call, but a full disk is then a SIGBUS).
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "base/result.hpp"
#include "delivery/ledger.hpp"

namespace tidings::delivery {

/// Identifies one attempt.
struct AttemptKey {
  std::int64_t edition = 0;
  std::int64_t subscriber = 0;
  std::int64_t attempt = 0;

  auto operator<=>(const AttemptKey&) const = default;
};
[[nodiscard]] AttemptKey key_of(const Claim& claim);

/// The writing end. One thread. Movable; closes its file on destruction.
class Journal {
 public:
  /// Starts a segment after the last existing one. An empty path (database in memory) journals nothing.
  [[nodiscard]] static Result<Journal> create(const std::filesystem::path& database);

  Journal(Journal&& other) noexcept;
  Journal& operator=(Journal&&) = delete;
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  ~Journal();

  void leaving(const AttemptKey& key);
  void answered(const AttemptKey& key, const Outcome& outcome, const std::string& relay);

  /// When it returns, the kernel has everything noted so far. Errc::io: nothing more may be sent.
  [[nodiscard]] Result<void> flush();

  [[nodiscard]] bool is_large() const { return written_bytes_ > 4 * 1024 * 1024; }

  /// Continues in a new segment, with unanswered marks copied; returns the old one's files for deletion. Call
  /// flush() first.
  [[nodiscard]] Result<std::vector<std::filesystem::path>> rotate();

 private:
  explicit Journal(std::filesystem::path database) : database_(std::move(database)) {}
  [[nodiscard]] bool is_open() const { return fds_.front() >= 0; }
  void close();
  void note(std::size_t start);
  void mark(const AttemptKey& key);
  [[nodiscard]] Result<void> open_segment(int number);

  std::filesystem::path database_;
  std::filesystem::path path_;
  int number_ = 0;
  std::array<int, 2> fds_{-1, -1};  // the file and its twin
  std::string buffer_;
  std::int64_t written_bytes_ = 0;
  std::set<AttemptKey> unanswered_;
};

struct JournalRecord {
  AttemptKey key{};
  std::optional<Outcome> outcome{};  ///< none: the dot may have been sent, no answer
  std::string relay{};
};

struct JournalContents {
  bool trustworthy = false;              ///< complete, and written since the kernel booted
  std::vector<JournalRecord> records{};  ///< one for each attempt
};

/// All segments, oldest first. Missing files make it untrustworthy, which is not an error.
[[nodiscard]] Result<JournalContents> read_journal(const std::filesystem::path& database);

/// The paths of all segments and their twins, oldest first.
[[nodiscard]] std::vector<std::filesystem::path> journal_files(const std::filesystem::path& database);

/// How the names of a worker's journal begin: each of several on a host has its own.
[[nodiscard]] std::filesystem::path worker_journal(const std::filesystem::path& database,
                                                   std::string_view name);
/// Those of whoever holds the sender's lock and of all workers.
[[nodiscard]] std::vector<std::filesystem::path> all_journal_files(const std::filesystem::path& database);

/// Deletes all segments, once the ledger holds every answer.
[[nodiscard]] Result<void> remove_journal(const std::filesystem::path& database);

}  // namespace tidings::delivery
