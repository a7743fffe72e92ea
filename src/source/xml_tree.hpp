// A feed's document as a tree in one arena: what both XML readers build and all format adapters read. Pure.
//
// Names are compared by Vocabulary and lower-case local name, so "dc:creator", "DC:Creator" and another
// prefix for the same namespace are one. Text is clean UTF-8 with references decoded. Views and nodes live as
// long as their XmlTree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>

namespace tidings::source {

/// Whose words a name belongs to. `plain` is no namespace and those of RSS 0.90, 1.0 and 2.0, whose names
/// agree.
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

/// By URI; a prefix that everybody knows helps where the URI is missing. `other` for the rest.
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
  bool closed = false;  ///< its end tag was there

  [[nodiscard]] bool is_text() const { return name.empty(); }
  /// True for that name in no namespace or in any Atom: feeds mix them.
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

/// What is inside the node as HTML: elements under their local names, text escaped, void elements without an
/// end tag.
[[nodiscard]] std::string inner_html(const Node& node);

/// Elements that HTML writes without an end tag.
[[nodiscard]] bool is_void_element(std::string_view name);

/// How deep a tree gets; what is nested deeper is flattened.
inline constexpr std::size_t max_tree_depth = 500;

/// How many nodes and attributes a tree gets: fifteen million octets of ordinary feed have a third of them.
/// What follows is passed over, with a warning, and what is open then ends where its author ended it.
inline constexpr std::size_t max_tree_nodes = 900'000;

/// Owns the nodes. Built by start(), text() and end() in the order of the document.
class XmlTree {
 public:
  XmlTree();
  XmlTree(const XmlTree&) = delete;
  XmlTree& operator=(const XmlTree&) = delete;
  ~XmlTree() = default;

  /// Opens an element below the open one. Deeper than max_tree_depth the element is passed over, its text is
  /// kept.
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

  bool cut_off = false;  ///< the document ends before its root does

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
  std::size_t passed_over_ = 0;  ///< open elements that found no room
};

}  // namespace tidings::source
