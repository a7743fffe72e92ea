#include "source/xml_tree.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <utility>

#include "base/text.hpp"
#include "source/encoding.hpp"

namespace tidings::source {
namespace {

struct KnownName {
  std::string_view text;
  Vocabulary vocabulary;
};

/// Lower case, without "http://", "https://" and a final "/" or "#".
constexpr std::array<KnownName, 35> known_uris{{
    {"www.w3.org/2005/atom", Vocabulary::atom},
    {"purl.org/atom/ns", Vocabulary::atom03},
    {"example.com/newformat", Vocabulary::atom03},
    {"example.com/necho", Vocabulary::atom03},
    {"purl.org/echo", Vocabulary::atom03},
    {"uri/of/echo/namespace", Vocabulary::atom03},
    {"purl.org/pie", Vocabulary::atom03},
    {"www.w3.org/1999/02/22-rdf-syntax-ns", Vocabulary::rdf},
    {"purl.org/rss/1.0", Vocabulary::plain},
    {"purl.org/rss/1.0/modules/rss091", Vocabulary::plain},
    {"my.netscape.com/rdf/simple/0.9", Vocabulary::plain},
    {"channel.netscape.com/rdf/simple/0.9", Vocabulary::plain},
    {"my.netscape.com/publish/formats/rss-0.91.dtd", Vocabulary::plain},
    {"purl.org/net/rss1.1", Vocabulary::plain},
    {"backend.userland.com/rss", Vocabulary::plain},
    {"backend.userland.com/rss2", Vocabulary::plain},
    {"backend.userland.com/rss091", Vocabulary::plain},
    {"backend.userland.com/rss092", Vocabulary::plain},
    {"blogs.law.harvard.edu/tech/rss", Vocabulary::plain},
    {"www.rssboard.org/rss-specification", Vocabulary::plain},
    {"example.com/rss", Vocabulary::plain},
    {"purl.org/dc/elements/1.1", Vocabulary::dublin_core},
    {"purl.org/dc/elements/1.0", Vocabulary::dublin_core},
    {"purl.org/dc/terms", Vocabulary::dc_terms},
    {"purl.org/rss/1.0/modules/content", Vocabulary::content},
    {"search.yahoo.com/mrss", Vocabulary::media},
    {"www.rssboard.org/media-rss", Vocabulary::media},
    {"www.itunes.com/dtds/podcast-1.0.dtd", Vocabulary::itunes},
    {"www.itunes.com/dtds/podcast-1.0", Vocabulary::itunes},
    {"example.com/dtds/podcast-1.0.dtd", Vocabulary::itunes},
    {"rssnamespace.org/feedburner/ext/1.0", Vocabulary::feedburner},
    {"purl.org/rss/1.0/modules/syndication", Vocabulary::syndication},
    {"www.w3.org/1999/xhtml", Vocabulary::xhtml},
    {"www.w3.org/xml/1998/namespace", Vocabulary::xml},
    {"", Vocabulary::plain},
}};

constexpr std::array<KnownName, 17> known_prefixes{{
    {"", Vocabulary::plain},
    {"atom", Vocabulary::atom},
    {"atom10", Vocabulary::atom},
    {"atom03", Vocabulary::atom03},
    {"a10", Vocabulary::atom},
    {"rdf", Vocabulary::rdf},
    {"rss", Vocabulary::plain},
    {"dc", Vocabulary::dublin_core},
    {"dcterms", Vocabulary::dc_terms},
    {"content", Vocabulary::content},
    {"media", Vocabulary::media},
    {"itunes", Vocabulary::itunes},
    {"sy", Vocabulary::syndication},
    {"xhtml", Vocabulary::xhtml},
    {"xml", Vocabulary::xml},
    {"feedburner", Vocabulary::feedburner},
    {"html", Vocabulary::xhtml},
}};

bool has_c1(std::string_view text) {
  for (auto at = text.find('\xC2'); at != std::string_view::npos; at = text.find('\xC2', at + 1)) {
    if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0) return true;
  }
  return false;
}

}  // namespace

Vocabulary vocabulary_of_uri(std::string_view uri) {
  auto lower = ascii_lower(trim(uri));
  std::string_view key = lower;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (key.starts_with(scheme)) key.remove_prefix(scheme.size());
  }
  while (!key.empty() && (key.back() == '/' || key.back() == '#')) key.remove_suffix(1);
  for (const auto& known : known_uris) {
    if (known.text == key) return known.vocabulary;
  }
  return Vocabulary::other;
}

Vocabulary vocabulary_of_prefix(std::string_view prefix) {
  const auto lower = ascii_lower(prefix);
  for (const auto& known : known_prefixes) {
    if (known.text == lower) return known.vocabulary;
  }
  return Vocabulary::other;
}

bool is_void_element(std::string_view name) {
  static constexpr std::array<std::string_view, 12> names{"area", "base",  "br",   "col",   "embed",  "hr",
                                                          "img",  "input", "meta", "param", "source", "wbr"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string_view Node::attribute(std::string_view local) const {
  for (const auto& attribute : attributes) {
    if (attribute.name == local &&
        (attribute.vocabulary == Vocabulary::plain || attribute.vocabulary == vocabulary)) {
      return attribute.value;
    }
  }
  return {};
}

std::string_view Node::attribute(Vocabulary in, std::string_view local) const {
  for (const auto& attribute : attributes) {
    if (attribute.name == local && attribute.vocabulary == in) return attribute.value;
  }
  return {};
}

bool Node::has_elements() const {
  for (const Node* child = first; child != nullptr; child = child->next) {
    if (!child->is_text()) return true;
  }
  return false;
}

namespace {

void append_text(std::string& out, const Node& node) {
  if (node.is_text()) out += node.text;
  for (const Node* child = node.first; child != nullptr; child = child->next) append_text(out, *child);
}

void append_escaped(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto special = std::min(text.find_first_of("&<>\"", i), text.size());
    out.append(text, i, special - i);
    i = special;
    if (i == text.size()) break;
    switch (text[i++]) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      default: out += "&quot;"; break;
    }
  }
}

void append_html(std::string& out, const Node& node) {
  if (node.is_text()) {
    append_escaped(out, node.text);
    return;
  }
  out += '<';
  out += node.name;
  for (const auto& attribute : node.attributes) {
    if (attribute.vocabulary != Vocabulary::plain && attribute.vocabulary != node.vocabulary &&
        !(attribute.vocabulary == Vocabulary::xml && attribute.name == "lang")) {
      continue;
    }
    out += ' ';
    out += attribute.name;
    out += "=\"";
    append_escaped(out, attribute.value);
    out += '"';
  }
  out += '>';
  for (const Node* child = node.first; child != nullptr; child = child->next) append_html(out, *child);
  if (!is_void_element(node.name)) {
    out += "</";
    out += node.name;
    out += '>';
  }
}

}  // namespace

std::string text_of(const Node& node) {
  std::string out;
  append_text(out, node);
  return out;
}

std::string inner_html(const Node& node) {
  std::string out;
  for (const Node* child = node.first; child != nullptr; child = child->next) append_html(out, *child);
  return out;
}

XmlTree::XmlTree() : document_(new (arena_.allocate(sizeof(Node), alignof(Node))) Node{}), open_(document_) {
  document_->name = "#document";
}

std::string_view XmlTree::keep(std::string_view text) {
  if (text.empty()) return {};
  auto* const copy = static_cast<char*>(arena_.allocate(text.size(), 1));
  std::memcpy(copy, text.data(), text.size());
  return {copy, text.size()};
}

std::string_view XmlTree::keep_name(std::string_view text) {
  const auto lower = ascii_lower(text);
  if (const auto known = names_.find(lower); known != names_.end()) return *known;
  const auto kept = keep(lower);
  constexpr std::size_t enough = 10'000;
  if (names_.size() < enough) names_.insert(kept);
  return kept;
}

Node* XmlTree::append(Node* parent) {
  ++nodes_;
  auto* const node = new (arena_.allocate(sizeof(Node), alignof(Node))) Node{};
  node->parent = parent;
  (parent->last != nullptr ? parent->last->next : parent->first) = node;
  parent->last = node;
  return node;
}

void XmlTree::flush_text() {
  if (pending_.empty()) return;
  // References can name characters that the document itself must not contain: controls, and C1 numbers meant
  // as windows-1252.
  if (has_c1(pending_)) pending_ = mend_c1(pending_);
  if (!is_clean_utf8(pending_)) pending_ = clean_utf8(pending_);
  append(open_)->text = keep(pending_);
  pending_.clear();
}

void XmlTree::start(Vocabulary vocabulary, std::string_view local, std::span<const Attribute> attributes) {
  if (++depth_ > max_tree_depth) return;
  if (is_full() || passed_over_ > 0) {
    ++passed_over_;
    return;
  }
  flush_text();
  auto* const node = append(open_);
  node->vocabulary = vocabulary;
  node->name = keep_name(local);
  if (!attributes.empty()) {
    nodes_ += attributes.size();
    auto* const list =
        static_cast<Attribute*>(arena_.allocate(attributes.size() * sizeof(Attribute), alignof(Attribute)));
    for (std::size_t i = 0; i < attributes.size(); ++i) {
      const auto& from = attributes[i];
      const bool clean = is_clean_utf8(from.value);
      new (list + i) Attribute{from.vocabulary, keep_name(from.name),
                               clean ? keep(from.value) : keep(clean_utf8(mend_c1(from.value)))};
    }
    node->attributes = {list, attributes.size()};
  }
  open_ = node;
}

void XmlTree::end() {
  if (depth_ == 0) return;
  if (depth_-- > max_tree_depth) return;
  if (passed_over_ > 0) {
    --passed_over_;
    return;
  }
  flush_text();
  open_->closed = true;
  open_ = open_->parent;
}

}  // namespace tidings::source
