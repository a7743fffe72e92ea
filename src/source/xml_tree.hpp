// A feed's document as a tree in one arena, built by both XML readers and read by all format adapters. Pure.
//
// Names are compared by Vocabulary and lower-case local name, so "dc:creator", "DC:Creator" and another
// prefix for the same namespace are equal. Text is clean UTF-8 with references decoded. Views and nodes live
// as long as their XmlTree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>

namespace tidings::source {

/// The vocabulary that a name belongs to. `plain` is no namespace or those of RSS 0.90, 1.0 and 2.0, whose
/// names agree.
enum class Vocabulary : std::uint8_t {
  plain,
  atom,
  atom03,
  rdf,
  dublin_core,
  dc_terms,
  content,
  media,
  itunes,
  feedburner,
  syndication,
  xhtml,
  xml,
  other
};

/// By URI; well-known prefixes help if the URI is missing. Otherwise `other`.
[[nodiscard]] Vocabulary vocabulary_of_uri(std::string_view uri);
[[nodiscard]] Vocabulary vocabulary_of_prefix(std::string_view prefix);

struct Attribute {
  Vocabulary vocabulary = Vocabulary::plain;
  std::string_view name;  ///< local, lower case
  std::string_view value;
};

struct Node {
  Node* parent = nullptr;
  Node* first = nullptr;
  Node* last = nullptr;
  Node* next = nullptr;
  std::string_view name;  ///< local, lower case; empty for text
  std::string_view text;  ///< of a text node
  std::span<Attribute> attributes;
  Vocabulary vocabulary = Vocabulary::plain;
  bool closed = false;  ///< its end tag was present

  [[nodiscard]] bool is_text() const { return name.empty(); }
  /// Whether it has that name in no namespace or in any Atom: feeds mix them.
  [[nodiscard]] bool is(std::string_view local) const {
    return name == local && (vocabulary == Vocabulary::plain || vocabulary == Vocabulary::atom ||
                             vocabulary == Vocabulary::atom03);
  }
  [[nodiscard]] bool is(Vocabulary in, std::string_view local) const {
    return vocabulary == in && name == local;
  }

  /// The value of an attribute without a namespace (or of the element's own); empty if absent.
  [[nodiscard]] std::string_view attribute(std::string_view local) const;
  [[nodiscard]] std::string_view attribute(Vocabulary in, std::string_view local) const;
  [[nodiscard]] bool has_elements() const;
};

/// All text below, in order, as written.
[[nodiscard]] std::string text_of(const Node& node);

/// The node's content as HTML: elements by local name, text escaped, void elements without an end tag.
[[nodiscard]] std::string inner_html(const Node& node);

/// Elements that have no end tag in HTML.
[[nodiscard]] bool is_void_element(std::string_view name);

/// Maximum depth of a tree; deeper nesting is flattened.
inline constexpr std::size_t max_tree_depth = 500;

/// Maximum number of nodes and attributes: fifteen million octets of ordinary feed have a third of them. The
/// rest is ignored with a warning, and elements still open end where their author ended them.
inline constexpr std::size_t max_tree_nodes = 900'000;

/// Owns the nodes. Built by start(), text() and end() in document order.
class XmlTree {
 public:
  XmlTree();
  XmlTree(const XmlTree&) = delete;
  XmlTree& operator=(const XmlTree&) = delete;
  ~XmlTree() = default;

  /// Opens an element inside the open one. Below max_tree_depth the element is ignored and its text kept.
  void start(Vocabulary vocabulary, std::string_view local, std::span<const Attribute> attributes);
  void text(std::string_view piece) {
    if (!is_full()) pending_.append(piece);
  }
  void end();
  /// After the last event; elements still open stay marked as not closed.
  void finish() { flush_text(); }

  [[nodiscard]] Node& document() { return *document_; }
  [[nodiscard]] const Node& document() const { return *document_; }
  [[nodiscard]] std::size_t depth() const { return depth_; }
  [[nodiscard]] bool is_full() const { return nodes_ >= max_tree_nodes; }

  bool cut_off = false;  ///< the document ends inside its root element

 private:
  std::string_view keep(std::string_view text);
  std::string_view keep_name(std::string_view text);
  void flush_text();
  Node* append(Node* parent);

  std::pmr::monotonic_buffer_resource arena_;
  Node* document_;
  Node* open_;
  std::string pending_;
  std::unordered_set<std::string_view> names_;  ///< of elements and attributes, the usual ones kept once
  std::size_t nodes_ = 0;                       ///< and attributes
  std::size_t depth_ = 0;
  std::size_t passed_over_ = 0;  ///< open elements beyond the limits
};

}  // namespace tidings::source
