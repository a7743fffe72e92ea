#include "app/find_feed.hpp"

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "app/read_source.hpp"
#include "source/calendar.hpp"
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

std::optional<FoundFeed> first_feed(const std::vector<std::string>& places) {
  for (const auto& place : places) {
    const auto fetched = fetch(place);
    if (!fetched) continue;
    if (auto found = parse(*fetched))
      return FoundFeed{.url = place, .feed = *std::move(found), .how = FoundFeed::How::named_by_page};
  }
  return std::nullopt;
}

}  // namespace

Result<FoundFeed> find_feed(const std::string& url, const Zone& zone, UtcTime now) {
  TIDINGS_LET(const auto fetched, fetch(url));
  if (source::looks_like_calendar(fetched.bytes)) {
    TIDINGS_LET(auto calendar, source::read_calendar(fetched.bytes, calendar_options(fetched, zone, now)));
    return FoundFeed{.url = url, .feed = std::move(calendar)};
  }
  auto feed = parse(fetched);
  if (feed) return FoundFeed{.url = url, .feed = *std::move(feed)};
  if (fetched.bytes.empty()) return tl::unexpected<Error>(feed.error());
  std::vector<std::string> places;
  for (auto& link : source::discover_feeds(fetched.bytes, url)) places.push_back(std::move(link.url));
  if (places.empty()) places = source::usual_feed_urls(url);
  if (auto found = first_feed(places)) return *std::move(found);
  if (auto page = source::read_page(fetched.bytes, {.base_url = url, .content_type = {}, .xpaths = {}}))
    return FoundFeed{.url = url, .feed = *std::move(page), .how = FoundFeed::How::read_from_page};
  if (auto found = first_feed(source::usual_sitemap_urls(url))) return *std::move(found);
  return tl::unexpected<Error>(feed.error());
}

}  // namespace tidings::app
