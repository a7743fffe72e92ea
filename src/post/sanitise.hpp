// Sanitiser: turns HTML from anywhere into HTML that is safe and suitable for mail.
//
// The output is rebuilt from an allow-list of elements, attributes, style properties and URL schemes, never
// patched: no script, style block, form, frame, svg, handler, comment or id survives; links are http, https,
// mailto or tel; images http, https or data:image. It is always well-formed and parses to the tree it was
// written from, so no mail program can read it differently. Relative URLs become absolute, lazy images get
// their real address, tracking pixels and hidden elements are removed, widths are capped, embedded players,
// frames and image maps become links, <details> is opened. An unclosed <title>, <textarea> or frame loses
// only its tag; an unclosed <script> or <style> hides everything after it. Pure, linear in the input: limits
// apply before the tree is built. Idempotent: sanitise(sanitise(x)) == sanitise(x). Keeps text even where
// markup is dropped; drops everything past `max_bytes`.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tidings::post {

struct SanitiseOptions {
  std::string base_url;  ///< for relative URLs; empty: they stay relative
  int max_width = 600;   ///< pixels; wider images and tables are reduced to it
  std::size_t max_bytes = std::size_t{1} << 20U;
};

/// Safe HTML for inside <body>; empty if nothing remains to show. Accepts any bytes.
[[nodiscard]] std::string sanitise(std::string_view html, const SanitiseOptions& options = {});

}  // namespace tidings::post
