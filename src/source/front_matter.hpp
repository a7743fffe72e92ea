// The head of a Markdown file as Hugo, Jekyll and Eleventy write it: TOML between "+++" lines or YAML between
// "---" lines. Of YAML what front matter uses: scalars, quoted strings, lists in both forms, block text;
// nested maps are passed over. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace tidings::source {

struct FrontMatter {
  /// By lower-case key; a scalar is a list of one. Dates and numbers as written.
  std::map<std::string, std::vector<std::string>> values;
  std::string_view body;  ///< what follows, inside the text that was given

  /// The first value of a key, empty if absent.
  [[nodiscard]] std::string first(const std::string& key) const;
};

/// A text without front matter is all body. Errc::bad_data with line:column for broken TOML, a head that does
/// not end, or YAML with a line without a key or a quotation mark or list that is not closed.
[[nodiscard]] Result<FrontMatter> read_front_matter(std::string_view text);

}  // namespace tidings::source
