// What is told of an edition for ever, and what finished editions give back: sole writer of edition_history,
// and the one that deletes segments and edition_images.
//
// The bodies of an edition are compressed and later dropped by BodyTable; here it is noted that they were.
// The archive's pages (edition_pages) stay. Any call may fail as store/database.hpp says.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "digest/digest.hpp"
#include "store/database.hpp"

namespace tidings::digest {

/// What a part of the work took: real time and the processor's share of it.
struct Cost {
  std::chrono::milliseconds elapsed{};
  std::chrono::milliseconds processor{};
};

struct EditionHistory {
  std::int64_t mail_bytes = 0;  ///< its largest mail as sealed, without pictures; 0: unknown
  Cost compose;
  Cost deliver;
  std::optional<UtcTime> packed;
  std::optional<UtcTime> dropped;  ///< when its bodies were dropped
  std::optional<int> segments;     ///< how many there were; none: they are still there
  std::vector<std::string> notes;  ///< what of them was shortened, likewise
};

class HistoryTable {
 public:
  explicit HistoryTable(store::Database& database) : database_(database) {}

  [[nodiscard]] Result<EditionHistory> of(EditionId edition);

  [[nodiscard]] Result<void> set_mail_bytes(EditionId edition, std::int64_t bytes);
  [[nodiscard]] Result<void> set_compose(EditionId edition, const Cost& cost);
  [[nodiscard]] Result<void> add_deliver(EditionId edition, const Cost& cost);
  [[nodiscard]] Result<void> set_packed(EditionId edition, UtcTime at);
  [[nodiscard]] Result<void> set_dropped(EditionId edition, UtcTime at);

  /// Sent or cancelled, finished before that time, oldest first.
  [[nodiscard]] Result<std::vector<Edition>> finished_before(UtcTime time);
  /// When the next edition of its digest began to be sent, the end of the time in which people may have left
  /// because of this one; UtcTime::max() if none did.
  [[nodiscard]] Result<UtcTime> next_start(const Edition& edition);
  [[nodiscard]] Result<bool> has_segments(EditionId edition);

  /// Its pictures: those of the mails, not those of the archive's pages.
  [[nodiscard]] Result<void> drop_images(EditionId edition);
  /// Its segments, counted. Only once no delivery and no body refers to one.
  [[nodiscard]] Result<void> drop_segments(EditionId edition);

 private:
  store::Database& database_;
};

}  // namespace tidings::digest
