// From a page to its feeds: the feeds an HTML page advertises, and the usual addresses of feeds. Pure; reads
// HTML with gumbo.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidings::source {

struct FeedLink {
  std::string url;    ///< absolute if the page's address is known
  std::string type;   ///< "application/atom+xml" ...; empty for a guess
  std::string title;  ///< as named by the page, plain text

  bool operator==(const FeedLink&) const = default;
};

/// The feeds a page names (link rel="alternate" or "feed" in page order, comment feeds last; then plain links
/// that look like feeds; then WordPress's REST interface). At most 20. Reads only the first 2 MiB; none if a
/// page is nested too deeply for safe parsing.
[[nodiscard]] std::vector<FeedLink> discover_feeds(std::string_view html, std::string_view page_url);

/// Feed addresses of well-known blog engines, to try in order if a page advertises none.
[[nodiscard]] std::vector<std::string> usual_feed_urls(std::string_view page_url);

/// Where sitemaps for news usually are, for a page that shows no posts either.
[[nodiscard]] std::vector<std::string> usual_sitemap_urls(std::string_view page_url);

}  // namespace tidings::source
