// Template tags inside Markdown, which only the site's own generator could fill in: Hugo's shortcodes {{<
// name >}} and {{% name %}}, Jekyll's Liquid {% tag %} and {{ variable }}. Pure.
//
// Removes the tags and keeps the text between an opening and a closing one. {% highlight %} becomes a code
// block, {% comment %} goes with its content, {% raw %} and Hugo's {{</* name */>}} show what they protect.
// Code blocks and code spans are left alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidings::source {

struct WithoutShortcodes {
  std::string text;
  std::vector<std::string>
      names;  ///< removed tags, as "{{< figure >}}" or "{% include %}", each once, in order
};

[[nodiscard]] WithoutShortcodes without_shortcodes(std::string_view markdown);

}  // namespace tidings::source
