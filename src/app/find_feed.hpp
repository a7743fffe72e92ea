// Where the posts of a blog can be read: what "source check URL" looks for.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/zone.hpp"
#include "source/source.hpp"

namespace tidings::app {

struct FoundFeed {
  std::string url;  ///< what a [[source]] should name
  source::Feed feed;
  enum class How {
    directly,        ///< the URL itself is a feed
    named_by_page,   ///< it is a page that names one, or that has one at a usual place
    read_from_page,  ///< a page without one, which shows its posts
  } how = How::directly;
};

/// Of http(s):// or file:, private addresses too. Errc::unavailable if there is no answer; else the error of
/// reading it as a feed. A calendar is one too, with its events from `now` on.
[[nodiscard]] Result<FoundFeed> find_feed(const std::string& url, const Zone& zone, UtcTime now);

}  // namespace tidings::app
