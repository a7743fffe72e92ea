#include "source/feed_reader.hpp"

#include <charconv>
#include <chrono>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "base/url.hpp"
#include "source/newest.hpp"

namespace tidings::source {
namespace {

std::optional<std::chrono::minutes> ttl_of(const Node& node) {
  const auto text = text_of(node);
  const auto digits = trim(text);
  int minutes = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), minutes);
  static_cast<void>(end);
  if (error != std::errc{} || minutes <= 0 || minutes > 525'600) return std::nullopt;
  return std::chrono::minutes{minutes};
}

}  // namespace

void read_head(const Node& head, Feed& feed, Surroundings& around) {
  LinkChoice links;
  links.offer(8, absolute(head, head.attribute("href"), around));  // CDF
  std::string author;
  bool has_own_title = false;  // its first; one of Dublin Core steps back for it
  for (const Node* child = head.first; child != nullptr; child = child->next) {
    if (is_unfinished(*child)) continue;  // half a title is none
    const bool dublin_core = child->vocabulary == Vocabulary::dublin_core;
    if (child->is("title") || (dublin_core && child->name == "title" && feed.title.empty())) {
      auto title = plain_construct(*child, around.atom_text);
      if (title.empty() || has_own_title) continue;
      feed.title = std::move(title);
      has_own_title = !dublin_core;
    } else if (child->is("link")) {
      links.offer_link_element(*child, around);
    } else if (child->is("language") || (dublin_core && child->name == "language")) {
      if (feed.language.empty()) feed.language = language_tag(text_of(*child));
    } else if (child->is("id")) {
      const auto id = collapse_blanks(text_of(*child));
      if (is_web_url(id)) links.offer(9, id);
    } else if (child->is("ttl")) {
      feed.ttl = ttl_of(*child);
    } else if (child->is("author") || (dublin_core && child->name == "creator")) {
      if (author.empty()) author = person_of(*child);
    } else if (child->vocabulary == Vocabulary::itunes && child->name == "author" && around.author.empty()) {
      around.author = person_of(*child);
    }
  }
  if (!author.empty()) around.author = author;
  feed.link = links.best();
  if (feed.language.empty()) feed.language = language_at(head);
  around.language = feed.language;
  around.site_url = feed.link;
}

void read_items(std::vector<const Node*> items, const Surroundings& around, Feed& feed) {
  feed.left_out =
      keep_newest(items, around.limits.entries, [](const Node* item) { return date_of_entry(*item); });
  feed.entries.reserve(items.size());
  for (const Node* item : items) {
    if (is_unfinished(*item)) {
      feed.warnings.emplace_back("the document ends inside an entry, which is skipped");
      continue;
    }
    feed.entries.push_back(read_entry(*item, around, feed.warnings));
  }
}

void collect_items(const Node& parent, std::string_view local, std::vector<const Node*>& items) {
  for (const Node* child = parent.first; child != nullptr; child = child->next) {
    if (child->is(local)) items.push_back(child);
  }
}

}  // namespace tidings::source
