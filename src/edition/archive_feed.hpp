// The archive for programs: Atom feeds with contents, in pages (RFC 4287, RFC 5005), the catalogue of books
// (OPDS 1.2), the sitemap. Pure.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "edition/archive_pages.hpp"

namespace tidings::edition {

/// Editions a page of a feed.
constexpr std::size_t feed_page_size = 25;

/// The contents of an edition in one language, for feed readers; sanitised HTML. Of a topic's feed: of its
/// posts alone.
using Contents = std::function<Result<std::string>(const ArchiveFeed& feed, const ArchivedEdition& edition,
                                                   const std::string& language)>;

/// "topic-sea.atom"
[[nodiscard]] std::string topic_file(std::string_view topic);

struct FeedPage {
  std::string file;
  std::string mark;  ///< first line after the declaration: equal marks mean equal pages
  std::function<Result<std::string>()> write;  ///< the whole page
};

/// The newest editions, and all of them in archived pages that never change once they are full. `editions`
/// newest first.
[[nodiscard]] std::vector<FeedPage> feed_pages(const config::Config& config, const ArchiveFeed& feed,
                                               const std::vector<const ArchivedEdition*>& editions,
                                               const Contents& contents);

/// Below the archive: "weekly/12.en.epub".
[[nodiscard]] std::string book_path(const digest::Edition& edition, std::string_view language);

[[nodiscard]] std::string make_catalogue(const config::Config& config,
                                         const std::vector<const ArchivedEdition*>& editions);

/// Every page, with the day it was sealed.
[[nodiscard]] std::string make_sitemap(const config::Config& config, const std::vector<int>& years,
                                       const std::vector<const ArchivedEdition*>& editions);

}  // namespace tidings::edition
