// The head of a Markdown file as written for Hugo, Jekyll and Eleventy: TOML between "+++" lines or YAML
// between "---" lines. Reads the YAML that front matter uses: scalars, quoted strings, both forms of lists,
// block text; ignores nested maps. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace tidings::source {

struct FrontMatter {
  /// By lower-case key; a scalar is a list of one. Dates and numbers are as written.
  std::map<std::string, std::vector<std::string>> values;
  std::string_view body;  ///< the rest of the given text

  /// The first value of a key, empty if absent.
  [[nodiscard]] std::string first(const std::string& key) const;
};

/// A text without front matter is all body. Errc::bad_data with line:column for invalid TOML, an unclosed
/// head, or YAML with a line without a key or with an unclosed quotation mark or list.
[[nodiscard]] Result<FrontMatter> read_front_matter(std::string_view text);

}  // namespace tidings::source
