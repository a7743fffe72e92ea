// What the channel of RSS and RDF and the feed of Atom have in common. Pure.
#pragma once

#include <vector>

#include "source/entry_reader.hpp"
#include "source/source.hpp"
#include "source/xml_tree.hpp"

namespace tidings::source {

/// Title, link, language and ttl from the children of `head`; what entries share goes into `around`.
void read_head(const Node& head, Feed& feed, Surroundings& around);

/// Reads `items` in order, the newest `limits.entries` of them; without dates the first ones. An item that
/// the cut-off document leaves unfinished is left out with a warning.
void read_items(std::vector<const Node*> items, const Surroundings& around, Feed& feed);

/// The children of `parent` that are called `local` ("item", "entry") in any vocabulary of feeds.
void collect_items(const Node& parent, std::string_view local, std::vector<const Node*>& items);

}  // namespace tidings::source
