// Bytes in, Feed out: RSS 0.9x and 2.0, Atom 0.3 and 1.0, RDF (RSS 0.90 and 1.0), JSON Feed 1.0 and 1.1.
//
// Pure: no clock, network or file. What the bytes are is read from the bytes; the content type only helps
// with the encoding. Sick feeds are mended as far as their meaning is plain, and each mend is a warning of
// the Feed, not an error: a well-formed document takes libxml2's parser (xml_reader), any other the tolerant
// one (loose_xml). Entries that a cut-off document leaves unfinished are left out. Time is linear in the size
// of the bytes, memory at most some ten times it: a tree has at most max_tree_nodes, a JSON document at most
// as many values.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "source/source.hpp"

namespace tidings::source {

struct ParseOptions {
  std::string base_url;      ///< where the bytes came from; relative links stay relative without it
  std::string content_type;  ///< of the HTTP answer, with its charset; empty if there was none
  Limits limits{};
};

/// Errc::bad_data if the bytes are no feed: says what they are instead, with line:column where the parser
/// knows it; for an HTML page the hint names the feed that the page advertises.
[[nodiscard]] Result<Feed> parse_feed(std::string_view bytes, const ParseOptions& options);

}  // namespace tidings::source
