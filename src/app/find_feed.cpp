#include "app/find_feed.hpp"

#include <variant>

#include "source/discover.hpp"
#include "source/fetch.hpp"
#include "source/page.hpp"
#include "source/parse.hpp"

namespace tidings::app {
namespace {

Result<source::Fetched> fetch(const std::string& url) {
  auto result =
      source::fetch({.url = url, .etag = {}, .last_modified = {}, .reach = source::Reach::anywhere}, {});
  if (const auto* const failed = std::get_if<source::FetchFailure>(&result))
    return fail(Errc::unavailable, failed->what);
  return std::get<source::Fetched>(std::move(result));
}

Result<source::Feed> parse(const source::Fetched& fetched) {
  return source::parse_feed(fetched.bytes,
                            {.base_url = fetched.final_url, .content_type = fetched.content_type});
}

}  // namespace

Result<FoundFeed> find_feed(const std::string& url) {
  TIDINGS_LET(const auto fetched, fetch(url));
  auto feed = parse(fetched);
  if (feed) return FoundFeed{.url = url, .feed = *std::move(feed)};
  if (fetched.bytes.empty()) return tl::unexpected<Error>(feed.error());
  auto places = source::discover_feeds(fetched.bytes, url);
  if (places.empty()) {
    for (auto& usual : source::usual_feed_urls(url))
      places.push_back({.url = std::move(usual), .type = {}, .title = {}});
  }
  for (const auto& place : places) {
    const auto other = fetch(place.url);
    if (!other) continue;
    if (auto found = parse(*other))
      return FoundFeed{.url = place.url, .feed = *std::move(found), .how = FoundFeed::How::named_by_page};
  }
  if (auto page = source::read_page(fetched.bytes, {.base_url = url, .content_type = {}, .xpaths = {}}))
    return FoundFeed{.url = url, .feed = *std::move(page), .how = FoundFeed::How::read_from_page};
  return tl::unexpected<Error>(feed.error());
}

}  // namespace tidings::app
