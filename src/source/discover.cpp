#include "source/discover.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.hpp"
#include "base/url.hpp"
#include "source/encoding.hpp"
#include "source/html_page.hpp"
#include "source/html_text.hpp"

namespace tidings::source {
namespace {

constexpr std::size_t max_links = 20;

bool is_feed_type(std::string_view type) {
  static constexpr std::array<std::string_view, 9> types{"application/rss+xml",
                                                         "application/atom+xml",
                                                         "application/rdf+xml",
                                                         "application/feed+json",
                                                         "application/json",
                                                         "application/xml",
                                                         "text/xml",
                                                         "application/x.atom+xml",
                                                         "application/x-atom+xml"};
  const auto lower = ascii_lower(trim(type.substr(0, type.find(';'))));
  return std::find(types.begin(), types.end(), lower) != types.end();
}

bool has_word(std::string_view list, std::string_view word) {
  for (const auto part : split(list, ' ')) {
    if (ascii_iequals(trim(part), word)) return true;
  }
  return false;
}

bool url_looks_like_feed(std::string_view url) {
  const auto lower = ascii_lower(url.substr(0, url.find_first_of("?#")));
  for (const std::string_view end :
       {".rss", ".atom", ".rdf", "/rss", "/feed", "/feed/", "/rss/", "/atom", "/rss.xml", "/atom.xml",
        "/feed.xml", "/index.xml", "/feed.json", "/feeds/posts/default"}) {
    if (lower.ends_with(end)) return true;
  }
  return false;
}

bool is_of_comments(const FeedLink& link) {
  const auto text = ascii_lower(link.url + " " + link.title);
  return text.find("comment") != std::string::npos || text.find("/replies") != std::string::npos;
}

class Finder {
 public:
  explicit Finder(std::string_view page_url) : base_(page_url) {}

  void visit(const GumboNode& node) {
    if (node.type != GUMBO_NODE_ELEMENT) return;
    const auto tag = node.v.element.tag;
    const auto href = html_attribute(node, "href");
    if (tag == GUMBO_TAG_BASE && !href.empty() && !base_seen_) {
      base_seen_ = true;
      base_ = resolve_url(base_, href).value_or(base_);
    } else if (tag == GUMBO_TAG_LINK && !href.empty()) {
      const auto rel = html_attribute(node, "rel");
      const auto type = html_attribute(node, "type");
      const bool alternate = has_word(rel, "alternate") && is_feed_type(type) && !has_word(rel, "stylesheet");
      if (alternate || (has_word(rel, "feed") && !has_word(rel, "stylesheet")))
        add(advertised_, href, type, html_attribute(node, "title"));
      if (has_word(rel, "https://api.w.org/")) wordpress_ = resolve_url(base_, href).value_or(std::string{});
    } else if (tag == GUMBO_TAG_A && !href.empty()) {
      if (is_feed_type(html_attribute(node, "type")) || url_looks_like_feed(href)) {
        add(guessed_, href, {}, html_text(node));
      }
    }
  }

  std::vector<FeedLink> take() {
    auto& found = advertised_.empty() ? guessed_ : advertised_;
    // A WordPress whose feeds are switched off.
    if (found.empty() && is_web_url(wordpress_)) {
      const auto* const separator = wordpress_.find('?') == std::string::npos ? "?" : "&";
      found.push_back({.url = wordpress_ + "wp/v2/posts" + separator + "per_page=20&_embed=1",
                       .type = "application/json",
                       .title = {}});
    }
    std::stable_partition(found.begin(), found.end(),
                          [](const FeedLink& link) { return !is_of_comments(link); });
    return std::move(found);
  }

 private:
  void add(std::vector<FeedLink>& list, std::string_view href, std::string_view type,
           std::string_view title) const {
    auto url = resolve_url(base_, href).value_or(std::string{href});
    // WordPress announces its JSON interface as application/json, which is not a feed.
    if (ascii_iequals(trim(type), "application/json") && url.find("/wp-json") != std::string::npos) return;
    const bool known =
        std::any_of(list.begin(), list.end(), [&](const FeedLink& link) { return link.url == url; });
    if (known || list.size() >= max_links) return;
    list.push_back({.url = std::move(url),
                    .type = ascii_lower(trim(type)),
                    .title = collapse_blanks(clean_utf8(title))});
  }

  std::string base_;
  bool base_seen_ = false;
  std::vector<FeedLink> advertised_;
  std::vector<FeedLink> guessed_;
  std::string wordpress_;  ///< of its REST interface
};

}  // namespace

std::vector<FeedLink> discover_feeds(std::string_view html, std::string_view page_url) {
  constexpr std::size_t max_bytes = 2 * 1024 * 1024;
  const auto page = HtmlPage::parse(decode_bytes(html.substr(0, max_bytes), {}).text);
  if (!page) return {};
  Finder finder{page_url};
  page->for_each([&](const GumboNode& node) { finder.visit(node); });
  return finder.take();
}

std::vector<std::string> usual_feed_urls(std::string_view page_url) {
  std::vector<std::string> urls;
  const auto page = parse_url(page_url);
  if (!page || !is_web_url(page_url)) return urls;
  // Blogger, WordPress, Hugo, Jekyll, Ghost, Eleventy, Drupal, JSON Feed.
  for (const std::string_view path : {"/feeds/posts/default", "/feed/", "/index.xml", "/feed.xml", "/rss/",
                                      "/rss.xml", "/atom.xml", "/feed.json"}) {
    Url url = *page;
    url.path = path;
    url.query.clear();
    url.fragment.clear();
    urls.push_back(url.text());
  }
  return urls;
}

std::vector<std::string> usual_sitemap_urls(std::string_view page_url) {
  std::vector<std::string> urls;
  const auto page = parse_url(page_url);
  if (!page || !is_web_url(page_url)) return urls;
  for (const std::string_view path : {"/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml"}) {
    Url url = *page;
    url.path = path;
    url.query.clear();
    url.fragment.clear();
    urls.push_back(url.text());
  }
  return urls;
}

}  // namespace tidings::source
