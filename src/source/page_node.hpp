// Questions about the nodes of a page parsed by libxml2: names, text, links. Pure; nodes belong to their
// document.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <libxml/tree.h>

namespace tidings::source {

/// An element's name in lower case; empty for text.
[[nodiscard]] std::string_view name_of(const xmlNode* node);
[[nodiscard]] bool is_one_of(const xmlNode* node, std::initializer_list<std::string_view> names);
[[nodiscard]] bool is_text(const xmlNode* node);
/// 1 to 6; 0 if it is not a heading.
[[nodiscard]] int heading_rank(const xmlNode* node);
/// Clean UTF-8; empty if there is none.
[[nodiscard]] std::string attribute(xmlNode* node, const char* name);

/// The text below a node, except scripts and the nodes in `without`, with a blank between blocks; not
/// collapsed.
void append_text(const xmlNode* node, const std::vector<const xmlNode*>& without, std::string& out);
/// The same with its blanks collapsed.
[[nodiscard]] std::string text_of(const xmlNode* node, const std::vector<const xmlNode*>& without = {});

/// Whether `inner` is `outer` or below it.
[[nodiscard]] bool contains(const xmlNode* outer, const xmlNode* inner);

/// An <a> that leads to a page: not within this page, nor to a mail program or telephone.
[[nodiscard]] bool is_link(xmlNode* node);
[[nodiscard]] xmlNode* link_below(xmlNode* node);  ///< the first; nullptr if there is none
[[nodiscard]] xmlNode* link_around(xmlNode* node);

/// Letters of any script; each byte of a longer UTF-8 sequence counts as one.
[[nodiscard]] bool has_letter(std::string_view text);

/// The node and its descendants, in document order.
template <class Visit>
void for_each_below(xmlNode* node, const Visit& visit) {
  visit(node);
  if (node->type != XML_ELEMENT_NODE) return;
  for (xmlNode* child = node->children; child != nullptr; child = child->next) for_each_below(child, visit);
}

}  // namespace tidings::source
