// Tables of data and code in an excerpt: what is short stands whole, what is long has a name. Pure; takes
// trees of sanitised HTML.
#pragma once

#include <string>

#include "post/html_tree.hpp"

namespace tidings::post {

/// Inline elements that excerpts keep.
[[nodiscard]] bool is_inline_kept(Tag tag);

/// All words below the node, blanks collapsed.
[[nodiscard]] std::string words_of(const Tree& tree, const Node& node);

/// Lines of a <pre> as they are, without blank ones around.
[[nodiscard]] std::string code_of(const Tree& tree, const Node& node);
/// At most 12 lines and 700 octets.
[[nodiscard]] bool is_short_code(const std::string& code);
[[nodiscard]] std::string whole_code(const std::string& code);
[[nodiscard]] std::string first_line(const std::string& code);

/// Rows and columns of words, not a frame around prose.
[[nodiscard]] bool is_data(const Tree& tree, const Node& table);
/// At most 8 rows, 5 columns and 400 octets.
[[nodiscard]] bool is_short_table(const Tree& tree, const Node& table);
/// Structure, emphasis and links only.
[[nodiscard]] std::string whole_table(const Tree& tree, const Node& table);
/// Its caption, else its first row: "Day · First · Last".
[[nodiscard]] std::string name_of_table(const Tree& tree, const Node& table);

}  // namespace tidings::post
