// Sanitiser: HTML from anywhere becomes HTML that is safe and fit for a mail.
//
// The output is rebuilt from an allow-list of elements, attributes, style properties and URL schemes, never
// patched: no script, style block, form, frame, svg, handler, comment or id survives; links are http, https
// or mailto; images http, https or data:image. It is always well-formed and parses to the tree it was written
// from, so there is nothing for a mail program to read differently. Relative URLs become absolute, lazy
// images get their real address, tracking pixels and hidden elements go, widths are capped, embedded players,
// frames and image maps become links, <details> is open. A <title>, <textarea> or frame that never ends loses
// only its tag; a <script> or <style> hides all that follows. Pure, linear in the input: limits hold before
// the tree is built. Idempotent: sanitise(sanitise(x)) == sanitise(x). Text is kept even where markup is not;
// what lies past `max_bytes` is dropped.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tidings::post {

struct SanitiseOptions {
  std::string base_url;  ///< for relative URLs; empty: they stay as they are
  int max_width = 600;   ///< pixels; wider images and tables are brought down to it
  std::size_t max_bytes = std::size_t{1} << 20U;
};

/// Safe HTML for inside <body>; empty if nothing is left to show. Any bytes are accepted.
[[nodiscard]] std::string sanitise(std::string_view html, const SanitiseOptions& options = {});

}  // namespace tidings::post
