// Bytes in, Feed out: RSS 0.9x and 2.0, Atom 0.3 and 1.0, RDF (RSS 0.90 and 1.0), JSON Feed 1.0 and 1.1.
//
// Pure: no clock, network or file. The format is recognised from the bytes; the content type only helps with
// the encoding. Malformed feeds are repaired as far as their meaning is clear, and each repair is a warning
// of the Feed, not an error: a well-formed document goes to libxml2's parser (xml_reader), any other to the
// tolerant one (loose_xml). Entries left unfinished by a cut-off document are dropped. Time is linear in the
// size of the bytes, memory at most about ten times it: a tree has at most max_tree_nodes, a JSON document as
// many values.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "source/source.hpp"

namespace tidings::source {

struct ParseOptions {
  std::string base_url;      ///< where the bytes came from; without it relative links stay relative
  std::string content_type;  ///< of the HTTP response, with its charset; empty if there was none
  Limits limits{};
};

/// Errc::bad_data if the bytes are not a feed: says what they are instead, with line:column if the parser
/// knows it; for an HTML page the hint names the feed that the page advertises.
[[nodiscard]] Result<Feed> parse_feed(std::string_view bytes, const ParseOptions& options);

}  // namespace tidings::source
