#include "source/opml.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/url.hpp"
#include "source/encoding.hpp"
#include "source/loose_xml.hpp"
#include "source/xml_reader.hpp"
#include "source/xml_tree.hpp"

namespace tidings::source {
namespace {

constexpr std::size_t longest_text = 200;
constexpr std::size_t longest_url = 4'000;
constexpr std::size_t most_topics = 10;
constexpr std::size_t most_left_out = 50;

std::string line_of(std::string_view text) {
  return std::string{trim(truncate_utf8(collapse_blanks(clean_utf8(text)), longest_text))};
}

std::string web_url_of(std::string_view text) {
  if (text.size() > longest_url) return {};
  const auto url = parse_url(trim(text));
  return url && is_web_url(url->text()) ? url->text() : std::string{};
}

/// The root of the document, or what a wrapper or junk has around it.
const Node* find_opml(const Node& node, int depth) {
  for (const Node* child = node.first; child != nullptr; child = child->next) {
    if (child->is_text()) continue;
    if (child->name == "opml") return child;
    if (const Node* const found = depth > 0 ? find_opml(*child, depth - 1) : nullptr) return found;
  }
  return nullptr;
}

const Node* child_of(const Node& node, std::string_view name) {
  for (const Node* child = node.first; child != nullptr; child = child->next) {
    if (child->name == name) return child;
  }
  return nullptr;
}

class Reader {
 public:
  Opml read(const Node& root) {
    if (const auto* const head = child_of(root, "head")) {
      if (const auto* const title = child_of(*head, "title")) out_.title = line_of(text_of(*title));
    }
    const auto* const body = child_of(root, "body");
    outlines(body != nullptr ? *body : root);
    return std::move(out_);
  }

 private:
  /// The tree's depth is bounded (max_tree_depth), and so is this.
  void outlines(const Node& parent) {
    for (const Node* node = parent.first; node != nullptr; node = node->next) {
      if (node->name != "outline") continue;
      const auto title =
          line_of(node->attribute("title").empty() ? node->attribute("text") : node->attribute("title"));
      const auto type = ascii_lower(node->attribute("type"));
      auto address = node->attribute("xmlurl");
      if (address.empty() && (type == "rss" || type == "atom")) address = node->attribute("url");
      const bool is_folder = child_of(*node, "outline") != nullptr;
      if (!address.empty()) {
        feed(*node, title, address);
      } else if (!is_folder && !title.empty()) {
        leave_out(title + ": it has no feed");
      }
      if (!is_folder) continue;
      const bool names = address.empty() && !title.empty();
      if (names) folders_.push_back(title);
      outlines(*node);
      if (names) folders_.pop_back();
    }
  }

  void feed(const Node& node, const std::string& title, std::string_view address) {
    const auto url = web_url_of(address);
    const auto shown = title.empty() ? line_of(address) : title;
    if (url.empty())
      return leave_out(fmt::format("{}: \"{}\" is not a web address", shown, line_of(address)));
    if (!known_.insert(url).second)
      return leave_out(fmt::format("{}: {} is there twice", shown, line_of(url)));
    if (out_.feeds.size() >= most_feeds) return leave_out(shown + ": too many feeds");
    out_.feeds.push_back({.title = title,
                          .url = url,
                          .site_url = web_url_of(node.attribute("htmlurl")),
                          .topics = topics_of(node)});
  }

  [[nodiscard]] std::vector<std::string> topics_of(const Node& node) const {
    std::vector<std::string> topics;
    const auto add = [&](const std::string& topic) {
      if (!topic.empty() && topics.size() < most_topics && std::ranges::find(topics, topic) == topics.end())
        topics.push_back(topic);
    };
    for (const auto& folder : folders_) add(folder);
    // "/Sea/Boats,Food": comma-separated, each with slashes.
    for (const auto category : split(node.attribute("category"), ','))
      add(line_of(category.substr(category.rfind('/') + 1)));
    return topics;
  }

  void leave_out(std::string line) {
    if (out_.left_out.size() < most_left_out) out_.left_out.push_back(std::move(line));
    if (++left_out_ == most_left_out + 1) out_.left_out.emplace_back("and more");
  }

  Opml out_;
  std::vector<std::string> folders_;
  std::set<std::string> known_;
  std::size_t left_out_ = 0;
};

std::string feed_line(const OpmlFeed& feed, std::string_view indent) {
  const auto title = escape_html(feed.title.empty() ? feed.url : feed.title);
  auto line = fmt::format("{}<outline type=\"rss\" text=\"{}\" title=\"{}\" xmlUrl=\"{}\"", indent, title,
                          title, escape_html(feed.url));
  if (!feed.site_url.empty()) line += fmt::format(" htmlUrl=\"{}\"", escape_html(feed.site_url));
  std::vector<std::string> categories;
  // A comma or slash in a topic would part it.
  for (const auto& topic : feed.topics) {
    if (topic.find_first_of(",/") == std::string::npos) categories.push_back(topic);
  }
  if (!categories.empty()) line += fmt::format(" category=\"{}\"", escape_html(join(categories, ",")));
  return line + "/>\n";
}

}  // namespace

Result<Opml> read_opml(std::string_view bytes) {
  const auto decoded = decode_bytes(bytes, "");
  std::string_view text = decoded.text;
  text = text.substr(std::min(text.find('<'), text.size()));
  if (text.starts_with("<?xml")) text.remove_prefix(std::min(text.find("?>"), text.size() - 2) + 2);
  text = text.substr(std::min(text.find('<'), text.size()));
  XmlTree strict;
  const auto fault = read_xml(text, 1, strict);
  constexpr int around = 3;
  if (fault.line == 0) {
    if (const auto* const root = find_opml(strict.document(), around)) return Reader{}.read(*root);
  } else {
    XmlTree mended;
    read_loose_xml(text, mended);
    if (const auto* const root = find_opml(mended.document(), around)) return Reader{}.read(*root);
  }
  return fail(Errc::bad_data, "no OPML: there is no <opml> in it",
              "a list of feeds as feed readers export it");
}

std::string write_opml(std::string_view title, std::span<const OpmlFeed> feeds) {
  std::vector<std::string> folders;
  for (const auto& feed : feeds) {
    if (!feed.topics.empty() && std::ranges::find(folders, feed.topics.front()) == folders.end())
      folders.push_back(feed.topics.front());
  }
  auto out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml "
      "version=\"2.0\">\n<head>\n<title>{}</title>\n</head>\n<body>\n",
      escape_html(title));
  for (const auto& folder : folders) {
    out += fmt::format("<outline text=\"{0}\" title=\"{0}\">\n", escape_html(folder));
    for (const auto& feed : feeds) {
      if (!feed.topics.empty() && feed.topics.front() == folder) out += feed_line(feed, "  ");
    }
    out += "</outline>\n";
  }
  for (const auto& feed : feeds) {
    if (feed.topics.empty()) out += feed_line(feed, "");
  }
  return out + "</body>\n</opml>\n";
}

}  // namespace tidings::source
