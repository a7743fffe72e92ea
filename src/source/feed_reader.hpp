// What an RSS or RDF channel and an Atom feed have in common. Pure.
#pragma once

#include <vector>

#include "source/entry_reader.hpp"
#include "source/source.hpp"
#include "source/xml_tree.hpp"

namespace tidings::source {

/// Title, link, language and ttl from the children of `head`; what all entries share goes into `around`.
void read_head(const Node& head, Feed& feed, Surroundings& around);

/// Reads the newest `limits.entries` of `items` in order; without dates the first ones. Skips an item left
/// unfinished by a cut-off document, with a warning.
void read_items(std::vector<const Node*> items, const Surroundings& around, Feed& feed);

/// The children of `parent` named `local` ("item", "entry") in any feed vocabulary.
void collect_items(const Node& parent, std::string_view local, std::vector<const Node*>& items);

}  // namespace tidings::source
