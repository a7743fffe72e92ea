#include "source/parse.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "source/discover.hpp"
#include "source/encoding.hpp"
#include "source/formats.hpp"
#include "source/html_page.hpp"
#include "source/loose_xml.hpp"
#include "source/xml_reader.hpp"
#include "source/xml_tree.hpp"

namespace tidings::source {
namespace {

constexpr auto none = std::string_view::npos;

bool contains_ignoring_case(std::string_view text, std::string_view word) {
  return std::search(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
         }) != text.end();
}

bool names_a_feed_root(std::string_view text) {
  for (const std::string_view root :
       {"<rss", "<feed", "rdf", "<channel", ":feed", ":rss", "<entry", ":entry", "<item", "<urlset"}) {
    if (contains_ignoring_case(text.substr(0, 65'536), root)) return true;
  }
  return false;
}

/// The feed's element: the root, or one just below it if there is junk or a wrapper around it.
const Node* find_root(const Node& node, int depth) {
  for (const Node* child = node.first; child != nullptr; child = child->next) {
    if (child->is_text()) continue;
    const auto name = child->name;
    if (name == "rss" || name == "feed" || name == "urlset" ||
        (name == "rdf" && child->vocabulary != Vocabulary::dublin_core))
      return child;
    if ((name == "channel" || name == "entry") && child->vocabulary != Vocabulary::other) return child;
    if (depth > 0) {
      if (const Node* const found = find_root(*child, depth - 1)) return found;
    }
  }
  return nullptr;
}

bool has_item(const Node& node) {
  for (const Node* child = node.first; child != nullptr; child = child->next) {
    if (child->is("item")) return true;
  }
  return false;
}

Result<Feed> refuse(std::string_view text, const ParseOptions& options, const XmlFault& fault) {
  if (looks_like_page(text)) {
    constexpr std::size_t head = 1 << 20;
    const auto links = discover_feeds(truncate_utf8(text, head), options.base_url);
    return fail(Errc::bad_data, "no feed: an HTML page",
                links.empty() ? "it advertises no feed; say where its posts are: kind = \"page\" with "
                                "item_xpath, title_xpath and link_xpath"
                              : "the page advertises " + links.front().url);
  }
  if (text.find('<') == none)
    return fail(Errc::bad_data, trim(text).empty() ? "no feed: empty" : "no feed: plain text");
  if (fault.line > 0) {
    return fail(Errc::bad_data, std::to_string(fault.line) + ":" + std::to_string(fault.column) +
                                    ": no feed, and not well-formed: " + fault.what);
  }
  return fail(Errc::bad_data, "no feed: XML without <rss>, <feed> or <rdf:RDF>");
}

Feed adapt(const Node& root, const ParseOptions& options) {
  if (root.name == "feed" || root.name == "entry") return read_atom(root, options);
  if (root.name == "rdf") return read_rdf(root, options);
  if (root.name == "urlset") return read_news_sitemap(root, options);
  return read_rss(root, options);
}

Result<Feed> parse_xml(std::string_view text, const ParseOptions& options,
                       std::vector<std::string> warnings) {
  // Anything before the first tag is junk; the XML declaration was used when the bytes were decoded.
  const auto start = std::min(text.find('<'), text.size());
  auto body = text.substr(start);
  if (!trim(text.substr(0, start)).empty()) warnings.emplace_back("text before the document is ignored");
  if (body.starts_with("<?xml")) body.remove_prefix(std::min(body.find("?>"), body.size() - 2) + 2);
  body = body.substr(std::min(body.find('<'), body.size()));
  const auto skipped = text.substr(0, text.size() - body.size());
  const auto first_line = static_cast<int>(std::count(skipped.begin(), skipped.end(), '\n')) + 1;

  XmlFault fault;
  if (names_a_feed_root(body)) {
    XmlTree tree;
    fault = read_xml(body, first_line, tree);
    const Node* root = fault.line == 0 ? find_root(tree.document(), 2) : nullptr;
    XmlTree mended;
    if (root == nullptr) {
      read_loose_xml(body, mended);
      root = find_root(mended.document(), 6);
      // A fragment of a feed: only items.
      if (root == nullptr && has_item(mended.document())) root = &mended.document();
      if (fault.line > 0) {
        warnings.push_back(std::to_string(fault.line) + ":" + std::to_string(fault.column) +
                           ": not well-formed: " + fault.what);
      }
    }
    if (root != nullptr && !looks_like_page(text.substr(0, 512))) {
      auto feed = adapt(*root, options);
      if (root->name == "urlset" && feed.entries.empty()) {
        return fail(Errc::bad_data, "no feed: a sitemap that names no titles",
                    "only sitemaps for news do; read the page itself: kind = \"page\"");
      }
      const bool says_nothing = feed.entries.empty() && feed.title.empty() && feed.link.empty();
      if (mended.cut_off && says_nothing) {
        return fail(Errc::bad_data, std::to_string(fault.line) + ":" + std::to_string(fault.column) +
                                        ": no feed: cut off before any content");
      }
      if (fault.line == 0 ? tree.is_full() : mended.is_full()) {
        warnings.push_back("more than " + std::to_string(max_tree_nodes) +
                           " elements: the rest of the document is ignored");
      }
      if (mended.cut_off) warnings.emplace_back("the document ends inside its root element");
      feed.warnings.insert(feed.warnings.begin(), warnings.begin(), warnings.end());
      constexpr std::size_t enough = 20;
      if (feed.warnings.size() > enough) {
        const auto more = feed.warnings.size() - enough;
        feed.warnings.resize(enough);
        feed.warnings.push_back("and " + plural(static_cast<long long>(more), "warning") + " more");
      }
      return feed;
    }
  }
  return refuse(text, options, fault);
}

}  // namespace

Result<Feed> parse_feed(std::string_view bytes, const ParseOptions& options) {
  auto decoded = decode_bytes(bytes, options.content_type);
  const auto start = decoded.text.find_first_not_of(" \t\n");
  if (start == std::string::npos) return fail(Errc::bad_data, "no feed: empty");
  if (decoded.text[start] == '{' || decoded.text[start] == '[') {
    auto feed = read_json_feed(decoded.text, options);
    if (feed) feed->warnings.insert(feed->warnings.begin(), decoded.warnings.begin(), decoded.warnings.end());
    return feed;
  }
  return parse_xml(decoded.text, options, std::move(decoded.warnings));
}

}  // namespace tidings::source
