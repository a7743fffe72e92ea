// Small HTML as feeds put it into titles and names, as plain text; and guesses whether text is HTML. Pure,
// linear. Whole documents and bodies are post/'s work.
#pragma once

#include <string>
#include <string_view>

namespace tidings::source {

/// Tags of HTML elements removed (others are text: "use <vector>"), references decoded, blanks collapsed.
[[nodiscard]] std::string plain_text_of_html(std::string_view html);

/// Plain text as HTML: blank lines end paragraphs, line ends are kept (<br>), unless every line is as long as
/// a program wraps them. Text of a single line is only escaped.
[[nodiscard]] std::string html_of_plain_text(std::string_view text);

/// A tag of an HTML element or a character reference is in it.
[[nodiscard]] bool looks_like_html(std::string_view text);

/// An end tag of HTML, an element without one or a character reference is in it.
[[nodiscard]] bool has_closed_html(std::string_view text);

/// HTML that was escaped once too often ("&lt;p&gt;..." without any real tag), unescaped; other HTML as it
/// is.
[[nodiscard]] std::string mend_double_escaped(std::string html);

/// True for the name of an element of HTML, lower case.
[[nodiscard]] bool is_html_element(std::string_view name);

}  // namespace tidings::source
