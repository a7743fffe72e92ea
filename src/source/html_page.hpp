// An HTML page parsed by gumbo, with the limits that gumbo lacks. Pure.
//
// gumbo frees its tree recursively and needs quadratic time for some nestings, so a page whose tags nest
// deeper than any that a person wrote is refused before parsing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gumbo.h>

namespace tidings::source {

class HtmlPage {
 public:
  /// `html` is clean UTF-8; keeps a copy. Nothing if it is nested too deeply or longer than 16 MiB.
  [[nodiscard]] static std::optional<HtmlPage> parse(std::string html);

  [[nodiscard]] const GumboNode& root() const { return *output_->root; }
  /// The parsed text; gumbo's positions point into it.
  [[nodiscard]] std::string_view text() const { return *html_; }

  /// Every node, in document order.
  template <class Visit>
  void for_each(Visit visit) const {
    for_each_below(root(), visit);
  }

  /// `from` and its descendants in document order, without recursion.
  template <class Visit>
  static void for_each_below(const GumboNode& from, Visit visit) {
    std::vector<const GumboNode*> todo{&from};
    while (!todo.empty()) {
      const GumboNode* const node = todo.back();
      todo.pop_back();
      visit(*node);
      if (node->type != GUMBO_NODE_ELEMENT && node->type != GUMBO_NODE_TEMPLATE) continue;
      const GumboVector& children = node->v.element.children;
      for (unsigned i = children.length; i-- > 0;)
        todo.push_back(static_cast<const GumboNode*>(children.data[i]));
    }
  }

 private:
  struct Free {
    void operator()(GumboOutput* output) const { gumbo_destroy_output(&kGumboDefaultOptions, output); }
  };
  HtmlPage() = default;
  std::unique_ptr<const std::string> html_;  ///< never moves: gumbo points into it
  std::unique_ptr<GumboOutput, Free> output_;
};

/// Whether a document says at its beginning that it is HTML: by its doctype or its root element.
[[nodiscard]] bool looks_like_page(std::string_view text);

/// Whether the tags of `html` may nest deeper than in any page that a person wrote; checked before any HTML
/// parser sees it.
[[nodiscard]] bool is_nested_too_deeply(std::string_view html);

/// The value of an attribute of an element, empty if absent. Lives as long as the page.
[[nodiscard]] std::string_view html_attribute(const GumboNode& node, const char* name);

/// All text below the node, except scripts and styles, blanks collapsed.
[[nodiscard]] std::string html_text(const GumboNode& node);

}  // namespace tidings::source
