// Import of a list from a CSV file (subscribers/README.md describes the formats for users).
//
// Columns: email, name, language, digests, topics, status, confirmed_at, ip, left_at, tags, paused_until and
// the publisher's own fields, in any order, recognised by their headers (usual synonyms in any case, or the
// caller's mapping); exports of other services are recognised by their headers. Rules:
//
// - A line with an invalid address, date, status, digest, topic, language or field is rejected and reported;
// the
//   others are imported.
// - Unused columns are listed. If a header or value of one speaks of consent, bounces or leaving, nobody is
//   confirmed on the caller's word: Errc::bad_data until the caller maps or ignores it.
// - Broken structure (csv.hpp) or a missing email column is Errc::bad_data with file:line, and changes
//   nothing.
// - Whoever left (this digest, or all they had) or is suppressed is never brought back; a line that says
//   withdrawn unsubscribes; one that says bounced, complained or blocked suppresses.
// - A line's own status counts; without one, `state` of the options.
//
// The whole file is one transaction unless batches are requested; importing the same file again changes
// nothing. A million new subscribers: 10.8 s and 92 MB; a bare insert of the same rows 14.2 s without any
// index, 34 s with ours (bench_import). A separate thread reads the file (read_ahead.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/mail_address.hpp"
#include "base/result.hpp"
#include "store/database.hpp"
#include "subscriber/csv.hpp"
#include "subscriber/field.hpp"
#include "subscriber/subscriber.hpp"

namespace tidings::subscriber {

struct AddResult;

enum class DryRun { no, yes };

/// Whether to ask, by mail, those whom the file leaves unconfirmed.
enum class AskReaders { no, yes };

struct ImportProgress {
  std::int64_t records = 0;
  std::int64_t bytes = 0;  ///< read of the file so far
};

struct ImportOptions {
  std::vector<std::string> digests{};        ///< for lines without any; not empty
  std::vector<std::string> known_digests{};  ///< the configuration's; a line with another one is rejected
  std::vector<std::string>
      known_topics{};               ///< a line with another one is rejected; none: every topic is accepted
  std::vector<FieldRule> fields{};  ///< the publisher's own, each a column of its name
  SubscriptionState state = SubscriptionState::pending;  ///< for lines without a status
  std::vector<std::pair<std::string, std::string>>
      map{};                            ///< our column name, the file's header; an empty header: use none
  std::vector<std::string> ignored{};   ///< headers of columns without a meaning
  DryRun dry_run = DryRun::no;          ///< everything is done and rolled back
  AskReaders ask = AskReaders::no;      ///< queued in the same transaction; at most three to an address a day
                                        ///< (notice_table.hpp)
  std::int64_t batch = 0;               ///< records in a transaction; 0: the whole file is one
  std::filesystem::path reject_file{};  ///< gets rejected lines with number and reason; empty: nowhere
  std::string detail{};                 ///< for the consent log; usually the file's name
  std::function<void(const ImportProgress&)> progress{};  ///< now and then; may be empty
  std::function<void(std::int64_t)> committed{};  ///< that so many records are in for good; may be empty
  /// Whose lines are passed over and counted as unchanged; may be empty.
  std::function<bool(const MailAddress&)> leaves_out{};
  /// For each line that concerns a person, within the transaction; may be empty. An error ends the import.
  std::function<Result<void>(const MailAddress&, const AddResult&)> stored{};
  std::function<bool()> stopped{};  ///< somebody asked for the end: Errc::try_again, the open batch is undone
};

struct RejectedLine {
  std::int64_t line = 0;
  std::string reason{};

  bool operator==(const RejectedLine&) const = default;
};

/// The file's header for one of our columns; empty if the file has none.
struct ColumnChoice {
  std::string column{};
  std::string header{};

  bool operator==(const ColumnChoice&) const = default;
};

/// A column that is not used.
struct UnusedColumn {
  std::string header{};
  bool is_suspect = false;  ///< sounds like a status, consent, bounce or the like

  bool operator==(const UnusedColumn&) const = default;
};

/// Every record read is in exactly one of the counts from `added` to `rejected`.
struct ImportReport {
  std::string format{};                 ///< "tidings", "mailchimp", ...; "csv" if unknown
  std::vector<ColumnChoice> columns{};  ///< how each column was understood
  std::vector<UnusedColumn> unused{};
  std::string encoding{};         ///< of the file, in its usual name
  bool guessed_encoding = false;  ///< guessed only from its letters
  std::int64_t records = 0;
  std::int64_t added = 0;    ///< new subscribers
  std::int64_t updated = 0;  ///< new subscriptions of known ones, confirmations
  std::int64_t unchanged = 0;
  std::int64_t withdrawn = 0;     ///< lines that unsubscribed or recorded an earlier unsubscribe
  std::int64_t suppressed = 0;    ///< lines that suppressed an address
  std::int64_t skipped_left = 0;  ///< had left: not brought back
  std::int64_t skipped_suppressed = 0;
  std::int64_t rejected = 0;
  std::int64_t pending =
      0;  ///< subscribers of these lines who now wait for confirmation; in addition to the other counts
  std::int64_t asked = 0;                      ///< confirmation mails queued; in addition to the other counts
  std::vector<RejectedLine> rejected_lines{};  ///< the first `max_reported`
  std::vector<RejectedLine>
      warnings{};  ///< imported but suspicious (role addresses, typos); the first `max_reported`
  std::int64_t warned = 0;

  [[nodiscard]] std::int64_t imported() const { return records - rejected; }
};

inline constexpr std::size_t max_reported = 1000;

/// Errc::no_input if the file is absent; Errc::bad_data for broken structure, an empty file, a missing email
/// column, or a mapped header that does not exist.
[[nodiscard]] Result<ImportReport> import_csv(store::Database& database, const Clock& clock,
                                              CsvReader& reader, const ImportOptions& options);

}  // namespace tidings::subscriber
