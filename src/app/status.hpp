// Status: how everything stands at this moment, as data. Reads only; "status" has the words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/orphaned_digests.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/context.hpp"
#include "delivery/ledger.hpp"
#include "delivery/worker_table.hpp"
#include "digest/digest.hpp"
#include "subscriber/notice_table.hpp"

namespace tidings::app {

/// When it runs next, what its newest edition came to, and what waits for a person.
struct DigestStatus {
  std::string name;
  UtcTime next_run{};
  std::optional<UtcTime> due;   ///< a run that the next send composes
  std::optional<UtcTime> late;  ///< a run that is owed, but held: later than max_lateness
  std::optional<digest::Edition> newest;
  delivery::Counts counts;  ///< this and the next three are of the newest
  std::optional<UtcTime> next_due;
  std::vector<std::pair<std::string, std::int64_t>> deferred;  ///< why, how many
  delivery::Ledger::Pace pace;
  /// An edition behind the newest that some readers still have to get.
  struct Unfinished {
    digest::Edition edition;
    delivery::Counts counts;
    std::optional<UtcTime> next_due;
    std::optional<delivery::Ledger::Waiting> waiting = {};
  };
  std::optional<delivery::Ledger::Waiting> waiting;  ///< of the newest, for their hour
  std::vector<Unfinished> unfinished;
  std::vector<digest::Edition> held;    ///< of all its editions, those later than max_lateness
  std::vector<digest::Edition> drafts;  ///< that wait for approval
  std::int64_t subscribers = 0;
  std::int64_t pending = 0;  ///< of those who have not confirmed
  std::int64_t paused = 0;   ///< at their own wish
};

/// A source that does not simply work.
struct SourceStatus {
  std::string name;
  bool failing = false;
  std::string what;  ///< its last error; else how long it has been silent
};

struct Status {
  std::vector<DigestStatus> digests;                           ///< in the configuration's order
  std::vector<delivery::RelayMemory> relays;                   ///< likewise, as the last run left them
  std::vector<std::pair<std::string, std::int64_t>> to_send;   ///< editions, and how many are due now
  std::vector<std::pair<std::string, std::int64_t>> in_doubt;  ///< editions, and how many wait for an admin
  std::vector<OrphanedDigest> orphans;
  std::string elsewhere;  ///< where the database last sent from, if not from here; then nothing is sent
  std::string sender;     ///< the process at work; empty: none
  std::vector<delivery::WorkerRow> workers;  ///< on a server: who is sending, and who waits for work
  std::vector<SourceStatus> sources;
  struct SetAside {
    std::string source;
    std::int64_t posts = 0;
    UtcTime at{};
  };
  std::vector<SetAside> set_aside;
  std::vector<std::string> clock;  ///< what lies in the future
  std::int64_t subscribers = 0;    ///< with a subscription that they have not left
  std::int64_t notices_open = 0;
  subscriber::NoticeTrouble notices_trouble;

  [[nodiscard]] int failing_sources() const;
};

[[nodiscard]] Result<Status> status(const config::Context& context);

}  // namespace tidings::app
