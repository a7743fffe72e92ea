// Sitemaps for news: <urlset> of sitemaps.org 0.9 with Google's extensions for news and images.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "base/url.hpp"
#include "source/entry_reader.hpp"
#include "source/feed_date.hpp"
#include "source/formats.hpp"
#include "source/html_text.hpp"
#include "source/newest.hpp"

namespace tidings::source {
namespace {

const Node* child_of(const Node& node, std::string_view name) {
  for (const Node* child = node.first; child != nullptr; child = child->next) {
    if (child->name == name) return child;
  }
  return nullptr;
}

std::string text_at(const Node& node, std::string_view name) {
  const auto* const child = child_of(node, name);
  return child == nullptr ? std::string{} : collapse_blanks(text_of(*child));
}

std::optional<UtcTime> date_of(const Node& url) {
  const auto* const news = child_of(url, "news");
  return news == nullptr ? std::nullopt : parse_feed_date(text_at(*news, "publication_date"));
}

Entry entry_of(const Node& url, const ParseOptions& options) {
  const auto& news = *child_of(url, "news");
  Entry entry;
  const auto place = text_at(url, "loc");
  entry.link = resolve_url(options.base_url, place).value_or(place);
  entry.id = entry.link;
  entry.base_url = entry.link;
  entry.title = plain_text_of_html(text_at(news, "title"));
  entry.published = date_of(url);
  if (const auto* const publication = child_of(news, "publication"))
    entry.language = language_tag(text_at(*publication, "language"));
  const auto keywords = text_at(news, "keywords");
  for (const auto word : split(keywords, ',')) {
    if (!trim(word).empty() && entry.categories.size() < options.limits.categories)
      entry.categories.emplace_back(trim(word));
  }
  if (const auto* const image = child_of(url, "image")) {
    const auto address = text_at(*image, "loc");
    if (!address.empty()) entry.image = resolve_url(options.base_url, address).value_or(address);
  }
  return entry;
}

}  // namespace

Feed read_news_sitemap(const Node& set, const ParseOptions& options) {
  Feed feed;
  feed.format = Format::html;
  std::vector<const Node*> urls;
  for (const Node* url = set.first; url != nullptr; url = url->next) {
    const auto* const news = url->name == "url" ? child_of(*url, "news") : nullptr;
    if (news == nullptr || text_at(*news, "title").empty() || text_at(*url, "loc").empty()) continue;
    urls.push_back(url);
    const auto* const publication = child_of(*news, "publication");
    if (feed.title.empty() && publication != nullptr) feed.title = text_at(*publication, "name");
  }
  feed.left_out = keep_newest(urls, options.limits.entries, [](const Node* url) { return date_of(*url); });
  for (const auto* const url : urls) feed.entries.push_back(entry_of(*url, options));
  if (!feed.entries.empty()) feed.language = feed.entries.front().language;
  if (const auto site = parse_url(options.base_url)) {
    auto home = *site;
    home.path = "/";
    home.query.clear();
    home.fragment.clear();
    feed.link = home.text();
  }
  return feed;
}

}  // namespace tidings::source
