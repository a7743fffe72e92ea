#include "source/html_page.hpp"

#include <cstddef>

#include "base/text.hpp"
#include "source/xml_tree.hpp"

namespace tidings::source {

bool looks_like_page(std::string_view text) {
  const auto head = ascii_lower(text.substr(0, 4096));
  return head.find("<!doctype html") != std::string::npos || head.find("<html") != std::string::npos;
}

// An upper bound for the nesting: start tags of elements that can stay open, less end tags.
bool is_nested_too_deeply(std::string_view html) {
  constexpr int limit = 3000;
  int depth = 0;
  for (auto at = html.find('<'); at != std::string_view::npos; at = html.find('<', at + 1)) {
    const char next = at + 1 < html.size() ? html[at + 1] : '\0';
    if (next == '/') {
      if (depth > 0) --depth;
      continue;
    }
    if (!((next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z'))) continue;
    std::size_t end = at + 1;
    while (end < html.size() && end - at < 16 && html[end] != '>' && html[end] != ' ' && html[end] != '/' &&
           html[end] != '\n')
      ++end;
    const auto name = ascii_lower(html.substr(at + 1, end - at - 1));
    // Pages often leave these open; the parser closes them when the next one begins.
    if (is_void_element(name) || name == "p" || name == "li" || name == "td" || name == "tr" ||
        name == "th" || name == "option" || name == "dt" || name == "dd" || name == "link") {
      continue;
    }
    if (++depth > limit) return true;
  }
  return false;
}

std::optional<HtmlPage> HtmlPage::parse(std::string html) {
  constexpr std::size_t max_bytes = 16 * 1024 * 1024;
  if (html.size() > max_bytes || is_nested_too_deeply(html)) return std::nullopt;
  HtmlPage page;
  page.html_ = std::make_unique<const std::string>(std::move(html));
  page.output_.reset(gumbo_parse_with_options(&kGumboDefaultOptions, page.html_->data(), page.html_->size()));
  return page.output_ ? std::optional{std::move(page)} : std::nullopt;
}

std::string_view html_attribute(const GumboNode& node, const char* name) {
  if (node.type != GUMBO_NODE_ELEMENT) return {};
  const auto* const attribute = gumbo_get_attribute(&node.v.element.attributes, name);
  return attribute == nullptr ? std::string_view{} : std::string_view{attribute->value};
}

std::string html_text(const GumboNode& node) {
  std::string out;
  HtmlPage::for_each_below(node, [&](const GumboNode& each) {
    if (each.type == GUMBO_NODE_WHITESPACE) {
      out += ' ';
    } else if (each.type == GUMBO_NODE_TEXT || each.type == GUMBO_NODE_CDATA) {
      const auto parent = each.parent != nullptr ? each.parent->v.element.tag : GUMBO_TAG_UNKNOWN;
      if (parent != GUMBO_TAG_SCRIPT && parent != GUMBO_TAG_STYLE) out += each.v.text.text;
    } else if (each.type == GUMBO_NODE_ELEMENT &&
               (each.v.element.tag == GUMBO_TAG_BR || each.v.element.tag == GUMBO_TAG_P ||
                each.v.element.tag == GUMBO_TAG_DIV || each.v.element.tag == GUMBO_TAG_LI)) {
      out += ' ';
    }
  });
  return collapse_blanks(out);
}

}  // namespace tidings::source
