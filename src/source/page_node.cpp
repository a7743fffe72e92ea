#include "source/page_node.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace tidings::source {
namespace {

std::string own_text(const xmlNode* node) {
  return node->content == nullptr ? std::string{} : clean_utf8(reinterpret_cast<const char*>(node->content));
}

}  // namespace

std::string_view name_of(const xmlNode* node) {
  return node->type == XML_ELEMENT_NODE && node->name != nullptr ? reinterpret_cast<const char*>(node->name)
                                                                 : std::string_view{};
}

bool is_one_of(const xmlNode* node, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name_of(node)) != names.end();
}

bool is_text(const xmlNode* node) {
  return node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE;
}

/// 1 to 6; 0 if it is not a heading.
int heading_rank(const xmlNode* node) {
  const auto name = name_of(node);
  return name.size() == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6' ? name[1] - '0' : 0;
}

std::string attribute(xmlNode* node, const char* name) {
  if (node->type != XML_ELEMENT_NODE) return {};
  xmlChar* const value = xmlGetProp(node, reinterpret_cast<const xmlChar*>(name));
  if (value == nullptr) return {};
  std::string out = clean_utf8(reinterpret_cast<const char*>(value));
  xmlFree(value);
  return out;
}

/// The text below a node, except scripts and the nodes in `without`, with a blank between elements; not
/// collapsed.
void append_text(const xmlNode* node, const std::vector<const xmlNode*>& without, std::string& out) {
  if (std::ranges::find(without, node) != without.end() || is_one_of(node, {"script", "style"})) return;
  if (is_text(node)) {
    out += own_text(node);
    return;
  }
  const bool inline_element =
      is_one_of(node, {"a", "b", "i", "em", "strong", "font", "sup", "sub", "u", "abbr"});
  if (!inline_element) out += ' ';
  for (const xmlNode* child = node->children; child != nullptr; child = child->next)
    append_text(child, without, out);
  if (!inline_element) out += ' ';
}

std::string text_of(const xmlNode* node, const std::vector<const xmlNode*>& without) {
  std::string out;
  append_text(node, without, out);
  return collapse_blanks(out);
}

bool contains(const xmlNode* outer, const xmlNode* inner) {
  for (; inner != nullptr; inner = inner->parent) {
    if (inner == outer) return true;
  }
  return false;
}

/// A link to somewhere else.
bool is_link(xmlNode* node) {
  if (name_of(node) != "a") return false;
  const auto href = ascii_lower(trim(attribute(node, "href")));
  static constexpr std::array<std::string_view, 5> elsewhere{"#", "mailto:", "tel:", "javascript:", "data:"};
  return !href.empty() &&
         std::ranges::none_of(elsewhere, [&](std::string_view start) { return href.starts_with(start); });
}

xmlNode* link_below(xmlNode* node) {
  xmlNode* found = nullptr;
  for_each_below(node, [&](xmlNode* each) {
    if (found == nullptr && is_link(each)) found = each;
  });
  return found;
}

xmlNode* link_around(xmlNode* node) {
  for (; node != nullptr; node = node->parent) {
    if (is_link(node)) return node;
  }
  return nullptr;
}

bool has_letter(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (static_cast<unsigned char>(c) & 0x80U) != 0;
  });
}

}  // namespace tidings::source
