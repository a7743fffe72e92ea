// RSS 0.91 to 2.0 (rssboard.org/rss-specification). Items belong into the channel; RSS 1.0 habits put them beside it.
#include "source/feed_reader.hpp"
#include "source/formats.hpp"

namespace tidings::source {

Feed read_rss(const Node& rss, const ParseOptions& options) {
  Feed feed;
  feed.format = Format::rss;
  Surroundings around;
  around.document_url = options.base_url;
  std::vector<const Node*> items;
  const Node* head = rss.name == "channel" ? &rss : nullptr;
  for (const Node* child = rss.first; child != nullptr && head == nullptr; child = child->next) {
    if (child->is("channel")) head = child;
  }
  read_head(head != nullptr ? *head : rss, feed, around);
  for (const auto* local : {"item", "entry"}) {
    if (head != nullptr) collect_items(*head, local, items);
    if (head != &rss) collect_items(rss, local, items);
    // RSS 1.1 wraps them in <items>.
    for (const Node* child = head != nullptr ? head->first : nullptr; child != nullptr; child = child->next) {
      if (child->is("items")) collect_items(*child, local, items);
    }
  }
  read_items(items, around, feed);
  return feed;
}

}  // namespace tidings::source
