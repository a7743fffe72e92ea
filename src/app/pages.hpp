// The pages of new posts: content = "article" takes the whole article, images_from = "page" the picture that
// the page names. The events that such a page describes are read from it, too.
//
// Polite: robots.txt is obeyed and asked for once a run and host, one connection a host, `most_pages` of a
// source at one run. Safe: the same guards as feeds (source/fetch). A page is fetched once, when its post is
// new or has changed; one that cannot be fetched or read leaves the post as the feed gave it.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "post/normalise.hpp"
#include "source/fetch.hpp"
#include "source/robots.hpp"
#include "source/source.hpp"

namespace tidings::app {

/// Of one source at one run: the first of its feed.
constexpr std::size_t most_pages = 60;

class Pages {
 public:
  Pages(source::FetchOptions options, const Zone& zone, UtcTime now)
      : options_(std::move(options)), zone_(zone), now_(now) {}

  [[nodiscard]] static bool are_wanted(const config::SourceConfig& source) {
    return source.images_from_page || source.content == post::Content::article;
  }

  /// Fills Entry::from_page of these entries. `like`: the request for their source. Returns what went wrong,
  /// a line each.
  [[nodiscard]] std::vector<std::string> fill(const config::SourceConfig& source,
                                              const source::FetchRequest& like,
                                              std::span<source::Entry* const> entries);

 private:
  [[nodiscard]] const source::Robots& robots_of(const std::string& url, const source::FetchRequest& like);

  void read(const source::Fetched& page, const config::SourceConfig& source, source::Entry& entry) const;

  source::FetchOptions options_;
  Zone zone_;
  UtcTime now_;
  std::map<std::string, source::Robots> robots_;  ///< by scheme, host and port
};

}  // namespace tidings::app
