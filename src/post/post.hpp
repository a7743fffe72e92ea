// Noun of the post room: one article of a source, in the single form that all later steps use.
//
// A Post is safe: its text is clean UTF-8, its HTML has passed the sanitiser, its link and image are http(s)
// or empty.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"

namespace tidings::post {

/// Whether a post's date lies before `reading`, on the safe side: a date at midnight (UTC) may stand for the
/// whole day.
[[nodiscard]] inline bool published_before(UtcTime published, UtcTime reading) {
  constexpr std::chrono::hours day{24};
  const bool whole_day = published.time_since_epoch() % day == std::chrono::milliseconds{0};
  return published + (whole_day ? day : std::chrono::hours{0}) < reading;
}

struct Post {
  PostId id;
  SourceId source;
  std::string identity;  ///< unique within its source; see post/identity.hpp
  std::string link;
  std::string link_key;
  std::string title;
  std::string title_key;
  std::string author;
  std::optional<UtcTime> published;
  std::optional<UtcTime> updated;
  UtcTime first_seen{};
  std::string image_url;
  std::string image_alt;
  std::string html;          ///< sanitised; empty for a headline-only post
  std::string summary_html;  ///< sanitised; empty if the source gives none
  std::string language;
  std::vector<std::string> tags;
  std::string audio_url;                   ///< audio (podcast); http(s) or empty
  std::chrono::seconds audio_duration{0};  ///< 0: unknown
  std::string dropped;  ///< the [[source]] include or exclude rule that rejects it; empty if there is none
  std::string content_hash;
  bool hidden = false;
  bool pinned = false;

  bool operator==(const Post&) const = default;

  /// The date for display and order: the source's, unless it is later than our first sight.
  [[nodiscard]] UtcTime date() const {
    return published && *published <= first_seen ? *published : first_seen;
  }
};

}  // namespace tidings::post
