// Template tags inside Markdown, which only the site's own generator could fill in: Hugo's shortcodes {{<
// name >}} and
// {{% name %}}, Jekyll's Liquid {% tag %} and {{ variable }}. Pure.
//
// The tags go, what stands between an opening and a closing one stays. {% highlight %} becomes a block of
// code, {% comment %} goes with what it holds, {% raw %} and Hugo's {{</* name */>}} show what they protect.
// Code blocks and code spans are left alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidings::source {

struct WithoutShortcodes {
  std::string text;
  std::vector<std::string>
      names;  ///< what was taken out, as "{{< figure >}}" or "{% include %}", each once, in order
};

[[nodiscard]] WithoutShortcodes without_shortcodes(std::string_view markdown);

}  // namespace tidings::source
