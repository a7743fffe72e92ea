// Short HTML from titles and names of feeds as plain text; and guesses whether text is HTML. Pure, linear.
// Whole documents and bodies are left to post/.
#pragma once

#include <string>
#include <string_view>

namespace tidings::source {

/// Without the tags of HTML elements (others are text: "use <vector>"), references decoded, blanks collapsed.
[[nodiscard]] std::string plain_text_of_html(std::string_view html);

/// Plain text as HTML: blank lines end paragraphs, line ends are kept (<br>) unless a program wrapped the
/// lines. Text of a single line is only escaped.
[[nodiscard]] std::string html_of_plain_text(std::string_view text);

/// Whether it contains a tag of an HTML element or a character reference.
[[nodiscard]] bool looks_like_html(std::string_view text);

/// Whether it contains an HTML end tag, an element without one, or a character reference.
[[nodiscard]] bool has_closed_html(std::string_view text);

/// Unescapes HTML that was escaped once too often ("&lt;p&gt;..." without any real tag); other HTML is
/// unchanged.
[[nodiscard]] std::string mend_double_escaped(std::string html);

/// Whether it is the lower-case name of an HTML element.
[[nodiscard]] bool is_html_element(std::string_view name);

}  // namespace tidings::source
