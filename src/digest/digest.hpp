// Nouns of the digest room: the standing order, its editions, and the period of an edition.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"

namespace tidings::digest {

/// Half-open: from <= t < until.
struct Period {
  UtcTime from{};
  UtcTime until{};

  bool operator==(const Period&) const = default;
  [[nodiscard]] bool contains(UtcTime t) const { return from <= t && t < until; }
};

/// The dates of the oldest and the newest of some posts.
struct DateSpan {
  UtcTime oldest{};
  UtcTime newest{};

  bool operator==(const DateSpan&) const = default;
};

/// How the posts of a section are laid out; usual: as the digest's other posts. events has no posts, but
/// events.
enum class Layout { usual, lead, list, grid, links, events };

enum class EditionState { draft, sealed, sending, sent, skipped, cancelled };
[[nodiscard]] std::string_view name_of(EditionState state);

struct Edition {
  EditionId id;
  std::string digest;
  std::optional<int> number;  ///< none for a skipped one
  EditionState state = EditionState::draft;
  UtcTime scheduled{};
  Period period;
  UtcTime cut{};
  std::string title;
  std::string reason;
  std::optional<UtcTime> sealed;
  std::optional<UtcTime> started;
  std::optional<UtcTime> finished;
  std::string intro = {};                ///< Markdown, by this edition's editor
  std::optional<UtcTime> mailed = {};    ///< a draft: when the editor got it
  std::optional<UtcTime> approved = {};  ///< when it was approved; lateness counts from here
  /// The wall-clock time at which each reader gets it where they are, as if it were UTC; none: all at once.
  std::optional<UtcTime> wall = {};

  bool operator==(const Edition&) const = default;

  /// The time from which lateness counts.
  [[nodiscard]] UtcTime promised() const { return approved ? std::max(*approved, scheduled) : scheduled; }
  /// The same for whoever gets it last: with `wall` in the westernmost zone of the world, UTC-12.
  [[nodiscard]] UtcTime promised_to_last() const {
    return wall ? std::max(promised(), *wall + std::chrono::hours{12}) : promised();
  }
};

/// "weekly#12"; the id of an edition without a number. EditionTable::find() knows both.
[[nodiscard]] std::string name_of(const Edition& edition);

/// One segment's frozen rendering; `bodies[v]` is variant v.
struct SegmentBody {
  std::string subject;
  std::string text;
  std::string html;

  bool operator==(const SegmentBody&) const = default;
};

/// The same as the store keeps it: the texts in numbered parts that segments of one edition share.
struct PartedBody {
  std::string subject;
  std::vector<std::uint32_t> text;
  std::vector<std::uint32_t> html;

  bool operator==(const PartedBody&) const = default;
};

/// What the segments of an edition show. Each part but the last of a text ends with a line end.
struct PartedSegment {
  SegmentId id;
  std::string language;
  std::vector<PartedBody> bodies;  ///< by variant

  bool operator==(const PartedSegment&) const = default;
};
struct PartedEdition {
  std::vector<std::string> parts;  ///< by number
  std::vector<PartedSegment> segments;
};

struct Segment {
  SegmentId id;
  EditionId edition;
  std::string language;
  std::vector<PostId> posts;
  std::vector<std::size_t> events = {};  ///< by their place in the edition
  std::string note = {};                 ///< what was shortened to keep the mail small; empty: nothing

  bool operator==(const Segment&) const = default;
};

}  // namespace tidings::digest
