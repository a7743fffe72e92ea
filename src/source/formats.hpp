// The adapters: from a document's tree to a Feed, one file per format. Pure.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "source/parse.hpp"
#include "source/source.hpp"
#include "source/xml_tree.hpp"

namespace tidings::source {

/// `rss` is the <rss> element (or a bare <channel>). Reads items inside and beside the channel.
[[nodiscard]] Feed read_rss(const Node& rss, const ParseOptions& options);

/// `feed` is the <feed> element of Atom 0.3 or 1.0, or a lone <entry>.
[[nodiscard]] Feed read_atom(const Node& feed, const ParseOptions& options);

/// `rdf` is the <rdf:RDF> element of RSS 0.90 or 1.0; its items are beside the channel.
[[nodiscard]] Feed read_rdf(const Node& rdf, const ParseOptions& options);

/// `set` is the <urlset> of a sitemap for news (Google's sitemap-news/0.9): its urls with a title. Others say
/// nothing but addresses.
[[nodiscard]] Feed read_news_sitemap(const Node& set, const ParseOptions& options);

/// `text` is clean UTF-8: a JSON Feed, or the posts of WordPress's REST interface. Errc::bad_data if it is
/// neither.
[[nodiscard]] Result<Feed> read_json_feed(std::string_view text, const ParseOptions& options);

}  // namespace tidings::source
