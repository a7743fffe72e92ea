// Compiles a Mustache template for kainjow: the half of template.hpp that knows files, lines and columns.
//
// A Program's source contains only tags: literal text is the tag {{&:N}}, a name is its number. So kainjow
// never sees a line end (it would decide at run time whether a line is standalone), another delimiter, a
// partial or a dotted name. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "message/template.hpp"

namespace tidings::message {

/// A template ready for kainjow.
struct Program {
  /// First character of a tag's name in `source`; the number after it indexes `literals` or `names`.
  static constexpr char literal = ':';
  static constexpr char variable = '@';
  static constexpr char section = '%';
  static constexpr char too_deep = '?';
  /// The whole of literals[0].
  static constexpr char guard = '\x01';

  struct Name {
    std::string spelling;            ///< "t.read_more"
    std::vector<std::string> parts;  ///< none for the implicit iterator "."
  };

  std::string source;
  std::vector<std::string> literals;
  std::vector<Name> names;
};

/// See Template::parse.
[[nodiscard]] Result<Program> read_template(std::string_view file, std::string_view source,
                                            const TemplateOptions& options);

}  // namespace tidings::message
