// The bodies of editions on disk: sole writer of segment_bodies, edition_parts and edition_packs.
//
// The texts of an edition's segments are kept in parts, each once: thousands of segments show the same posts
// in other combinations. A part is whole lines; which, the caller decides (message/parts.hpp). Parts of a
// finished edition are packed: compressed, many to a row, and read as before. Any call may fail as
// store/database.hpp says; Errc::bad_data for a row that names a part that is not there.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "digest/digest.hpp"
#include "store/database.hpp"

namespace tidings::digest {

/// Writes the bodies of one edition, inside the caller's transaction. Its memory is some 50 octets a part.
class BodyWriter {
 public:
  BodyWriter(store::Database& database, EditionId edition) : database_(database), edition_(edition) {}

  /// Before the first add() to an edition that has bodies: their parts are shared.
  [[nodiscard]] Result<void> take_up();

  /// `text` and `html` in parts.
  [[nodiscard]] Result<void> add(SegmentId segment, int variant, const std::string& subject,
                                 std::span<const std::string> text, std::span<const std::string> html);

 private:
  [[nodiscard]] Result<std::string> numbers_of(std::span<const std::string> parts);

  store::Database& database_;
  EditionId edition_;
  std::unordered_map<std::string, std::uint32_t> numbers_;  // by the part's SHA-256
  std::uint32_t next_ = 0;
};

class BodyTable {
 public:
  explicit BodyTable(store::Database& database) : database_(database) {}

  /// Of one segment, by variant.
  [[nodiscard]] Result<std::vector<SegmentBody>> of_segment(EditionId edition, SegmentId segment);

  /// Of all segments, in the order of their ids.
  [[nodiscard]] Result<PartedEdition> of_edition(EditionId edition);

  /// Compresses some parts of a finished edition, in one transaction; false once all are. It reads the same
  /// before, meanwhile and afterwards.
  [[nodiscard]] Result<bool> pack_some(EditionId edition);
  [[nodiscard]] Result<bool> has_parts(EditionId edition);
  [[nodiscard]] Result<bool> has_bodies(EditionId edition);
  /// Deletes some of what an edition's segments say, in one transaction; false once it is gone. Begun, it
  /// must go on: what is left is not whole.
  [[nodiscard]] Result<bool> drop_some(EditionId edition);

 private:
  using Parts = std::unordered_map<std::uint32_t, std::string>;
  [[nodiscard]] Result<std::string> text_of(EditionId edition, std::string_view ranges);

  store::Database& database_;
  EditionId unpacked_{};  // whose packs are in packed_
  Parts packed_;
};

/// "0-5 9 12-14", ascending or not.
[[nodiscard]] std::string ranges_text(std::span<const std::uint32_t> numbers);
/// Errc::bad_data for what ranges_text() does not write, and for more than a million numbers.
[[nodiscard]] Result<std::vector<std::uint32_t>> numbers_in(std::string_view ranges);

}  // namespace tidings::digest
