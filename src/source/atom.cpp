// Atom 1.0 (RFC 4287) and its draft 0.3, whose names and types of text constructs differ.
#include <utility>

#include "source/feed_reader.hpp"
#include "source/formats.hpp"

namespace tidings::source {

Feed read_atom(const Node& feed_element, const ParseOptions& options) {
  Feed feed;
  feed.format = Format::atom;
  Surroundings around;
  around.document_url = options.base_url;
  around.limits = options.limits;
  around.atom_text = true;
  std::vector<const Node*> items;
  if (feed_element.name == "entry") {
    items.push_back(&feed_element);
  } else {
    read_head(feed_element, feed, around);
    collect_items(feed_element, "entry", items);
    collect_items(feed_element, "item", items);
  }
  read_items(std::move(items), around, feed);
  return feed;
}

}  // namespace tidings::source
