// Text for a terminal or a log, made harmless.
//
// A title, a name or a relay's reply may hold escape sequences, which drive the terminal, and bidirectional
// overrides, which make a line read as another one. Both become '?', so that it shows that something was
// there.
#pragma once

#include <string>
#include <string_view>

namespace tidings {

/// Control characters (C0 but line feed and tab, DEL, C1), line and paragraph separators, bidirectional
/// embeddings, overrides and isolates (U+202A..202E, U+2066..2069) and tag characters become '?'; bytes that
/// are not UTF-8 become U+FFFD.
[[nodiscard]] std::string terminal_text(std::string_view text);

/// The same, and line feeds and tabs become blanks.
[[nodiscard]] std::string terminal_line(std::string_view text);

/// The same characters in a JSON document become \uXXXX, which is the same document.
[[nodiscard]] std::string json_with_escapes(std::string_view json);

}  // namespace tidings
