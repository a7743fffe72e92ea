// OPML 2.0 (http://opml.org/spec2.opml): lists of feeds, in and out. Pure.
//
// Readers write it in many ways: the feed's address is xmlUrl, or url of an outline of type "rss"; folders
// are outlines around it. A folder's name, and whatever the outline has as category, are topics. Anybody may
// have written the file: at most `most_feeds` are read of it, and nothing in it is trusted to be an address
// or a line.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace tidings::source {

/// A feed of the list. All texts are single lines of clean UTF-8.
struct OpmlFeed {
  std::string title;                ///< empty if it has none
  std::string url;                  ///< http(s), absolute
  std::string site_url;             ///< http(s); empty if there is none
  std::vector<std::string> topics;  ///< the outermost folder first; each once

  bool operator==(const OpmlFeed&) const = default;
};

struct Opml {
  std::string title;
  std::vector<OpmlFeed> feeds;        ///< in the document's order, each address once
  std::vector<std::string> left_out;  ///< a line each: what is no feed, or was there before
};

/// How many feeds are read of one document.
constexpr std::size_t most_feeds = 10'000;

/// Bytes of any encoding, also not well-formed. Errc::bad_data if it is no OPML.
[[nodiscard]] Result<Opml> read_opml(std::string_view bytes);

/// Folders by each feed's first topic, in the order of first appearance; all topics as category, so that
/// read_opml() gives them back.
[[nodiscard]] std::string write_opml(std::string_view title, std::span<const OpmlFeed> feeds);

}  // namespace tidings::source
