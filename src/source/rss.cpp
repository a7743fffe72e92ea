// RSS 0.91 to 2.0 (rssboard.org/rss-specification). Items belong inside the channel; feeds in the habit of
// RSS 1.0 have them beside it.
#include <utility>

#include "source/feed_reader.hpp"
#include "source/formats.hpp"

namespace tidings::source {

namespace {

/// Entries of the root, of its channels and of the <items> of RSS 1.1.
void collect_from(const Node& node, std::vector<const Node*>& items) {
  for (const Node* child = node.first; child != nullptr; child = child->next) {
    if (child->is("item") || child->is("entry")) items.push_back(child);
    if (child->is("channel") || child->is("items")) collect_from(*child, items);
  }
}

}  // namespace

Feed read_rss(const Node& rss, const ParseOptions& options) {
  Feed feed;
  feed.format = Format::rss;
  Surroundings around;
  around.document_url = options.base_url;
  around.limits = options.limits;
  std::vector<const Node*> items;
  const Node* head = rss.name == "channel" ? &rss : nullptr;
  for (const Node* child = rss.first; child != nullptr && head == nullptr; child = child->next) {
    if (child->is("channel")) head = child;
  }
  read_head(head != nullptr ? *head : rss, feed, around);
  // Feeds that were joined have several channels or several roots.
  for (const Node* root = &rss; root != nullptr; root = root->next) {
    if (root->name == rss.name) collect_from(*root, items);
  }
  read_items(std::move(items), around, feed);
  return feed;
}

}  // namespace tidings::source
