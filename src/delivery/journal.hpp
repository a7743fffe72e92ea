// The sending journal: which final dots may have left, and what came back, between two commits of the ledger.
//
// The ledger commits a batch at a time; within a batch this file knows what a kill -9 must not forget.
// Written without fsync: what write(2) took survives the process, and a power loss is noticed by the kernel's
// boot id, after which every claim still open counts as in doubt (at most one claim batch).
//
// Files DATABASE.sending.1, .2, ...: a run goes on to the next number when one has grown; the old one is
// deleted once the ledger holds all its answers. Text, one record a line:
//     tidings sending 1 BOOT-ID
//     L EDITION SUBSCRIBER ATTEMPT                                        the last octets are about to leave
//     A EDITION SUBSCRIBER ATTEMPT STAGE CODE STATUS RELAY TEXT           the answer; STATUS "-" if there is
//     none
// A record without its line feed was torn by the crash; its octets never left, so it is ignored.
// About 100 bytes a message; one write(2) a turn of the event loop, for all sessions together. Refused: a
// commit of the ledger for each message (21 us even without fsync); a table of slots in a mapped file (no
// system call, but a full disk is then a SIGBUS).
#pragma once

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

/// What names one attempt.
struct AttemptKey {
  std::int64_t edition = 0;
  std::int64_t subscriber = 0;
  std::int64_t attempt = 0;

  auto operator<=>(const AttemptKey&) const = default;
};
[[nodiscard]] AttemptKey key_of(const Claim& claim);

/// The writing end. One thread. Moves; closes its file when it goes.
class Journal {
 public:
  /// Starts the segment after the last there is. An empty path (database in memory) journals nothing.
  [[nodiscard]] static Result<Journal> create(const std::filesystem::path& database);

  Journal(Journal&& other) noexcept;
  Journal& operator=(Journal&&) = delete;
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  ~Journal();

  void leaving(const AttemptKey& key);
  void answered(const AttemptKey& key, const Outcome& outcome, const std::string& relay);

  /// Everything noted so far is in the kernel's hands when this returns. Errc::io: nothing may leave any
  /// more.
  [[nodiscard]] Result<void> flush();

  [[nodiscard]] bool is_large() const { return written_bytes_ > 4 * 1024 * 1024; }

  /// Goes on in a new segment, taking unanswered marks along; returns the old one for deletion. Flushed
  /// before.
  [[nodiscard]] Result<std::filesystem::path> rotate();

 private:
  explicit Journal(std::filesystem::path database) : database_(std::move(database)) {}
  [[nodiscard]] Result<void> open_segment(int number);

  std::filesystem::path database_;
  std::filesystem::path path_;
  int number_ = 0;
  int fd_ = -1;
  std::string buffer_;
  std::int64_t written_bytes_ = 0;
  std::set<AttemptKey> unanswered_;
};

struct JournalRecord {
  AttemptKey key{};
  std::optional<Outcome> outcome{};  ///< none: the dot may have left, no answer
  std::string relay{};
};

struct JournalContents {
  bool trustworthy = false;  ///< written since the kernel was booted, by a process that is dead now
  std::vector<JournalRecord> records{};  ///< one for each attempt
};

/// All segments, oldest first. Absent files make it untrustworthy, not an error.
[[nodiscard]] Result<JournalContents> read_journal(const std::filesystem::path& database);

/// The paths of all segments, oldest first.
[[nodiscard]] std::vector<std::filesystem::path> journal_files(const std::filesystem::path& database);

/// Deletes all segments: once the ledger holds every answer.
[[nodiscard]] Result<void> remove_journal(const std::filesystem::path& database);

}  // namespace tidings::delivery
