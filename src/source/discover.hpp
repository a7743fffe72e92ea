// From a page to its feeds: what an HTML page advertises, and where feeds usually lie. Pure; reads HTML by
// gumbo.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidings::source {

struct FeedLink {
  std::string url;    ///< absolute if the page's address is known
  std::string type;   ///< "application/atom+xml" ...; empty for a guess
  std::string title;  ///< as the page names it, plain text

  bool operator==(const FeedLink&) const = default;
};

/// Feeds that the page names (link rel="alternate" or "feed" in the order of the page, those of comments
/// last; then plain links that look like feeds). At most 20. Only the first 2 MiB are read; a page nested too
/// deeply for safe parsing gives none.
[[nodiscard]] std::vector<FeedLink> discover_feeds(std::string_view html, std::string_view page_url);

/// Where the feeds of well-known blog engines lie, to be tried in order when a page advertises none.
[[nodiscard]] std::vector<std::string> usual_feed_urls(std::string_view page_url);

}  // namespace tidings::source
