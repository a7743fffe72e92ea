// RSS 0.90 and 1.0: an RDF graph, read in the one form that everybody writes (web.resource.org/rss/1.0/spec).
#include <utility>

#include "source/feed_reader.hpp"
#include "source/formats.hpp"

namespace tidings::source {

Feed read_rdf(const Node& rdf, const ParseOptions& options) {
  Feed feed;
  feed.format = Format::rdf;
  Surroundings around;
  around.document_url = options.base_url;
  around.limits = options.limits;
  std::vector<const Node*> items;
  const Node* head = nullptr;
  for (const Node* child = rdf.first; child != nullptr && head == nullptr; child = child->next) {
    if (child->is("channel")) head = child;
  }
  if (head != nullptr) {
    read_head(*head, feed, around);
    collect_items(*head, "item", items);
  }
  collect_items(rdf, "item", items);
  read_items(std::move(items), around, feed);
  return feed;
}

}  // namespace tidings::source
