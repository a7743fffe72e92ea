// What the dates of a reading's entries are worth: floods of old posts, and posts without a date. Pure.
//
// A first reading is taken one period of a digest back, so an entry without a date needs one there: that of
// the entry beside it in the source's own order. If none beside it has a date, it is set aside: nobody can
// tell how old it is. Later an entry without a date is new when it is first seen; but of more than
// `always_fine` at once only the first are taken, for the page may just have been rebuilt.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.hpp"
#include "post/post.hpp"
#include "source/source.hpp"

namespace tidings::post {

/// One look at a source.
struct Reading {
  SourceId source;
  UtcTime now{};
  std::optional<UtcTime>
      last_good{};  ///< when the source was last read well before; none: this is its first reading
};

/// So many old or undated posts of one reading are no flood.
constexpr std::size_t always_fine = 10;

/// For each entry of a first reading the date that it counts with: its own, else the newest of those beside
/// it.
[[nodiscard]] std::vector<std::optional<UtcTime>> dates_by_neighbours(std::span<const source::Entry> entries,
                                                                      UtcTime now);

/// Which of a reading's new posts, in the source's own order, are set aside. `entries`: of the whole reading.
[[nodiscard]] std::vector<bool> to_set_aside(std::span<const Post* const> fresh, std::size_t entries,
                                             const Reading& reading);

}  // namespace tidings::post
