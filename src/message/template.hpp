// Strict Mustache: templates are checked completely before the first mail, with the place of each error.
//
// kainjow::mustache renders; before that, this module settles what it leaves open: standalone lines, partials
// (inlined here, with their indentation), set delimiters, dotted names, and unknown names. Rendering then
// follows the mandatory modules of the Mustache specification (github.com/mustache/spec 1.4: comments,
// delimiters, interpolation, inverted, partials, sections); not lambdas and the optional modules.
//
// Errors are Errc::config and read "FILE:LINE:COLUMN: what", columns counted in bytes from 1.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"
#include "message/parts.hpp"
#include "message/slots.hpp"

namespace tidings::message {

/// The source of `{{> name}}`; nothing if there is none.
struct PartialSource {
  std::string file;  ///< its name in error messages
  std::string source;
};
using Partials = std::function<std::optional<PartialSource>(std::string_view name)>;

struct TemplateOptions {
  Escape escape = Escape::html;
  Partials partials = {};

  /// Sample data with every allowed name: an object opens a scope, a list's first element does so for each of
  /// its elements. With it the template is strict: an unknown name, a missing partial, and `{{{x}}}` or
  /// `{{&x}}` of a name that does not end in "_html" are errors. Without it (null) unknown names and partials
  /// are empty, as in Mustache.
  const nlohmann::json* known = nullptr;

  /// Whether each element of a list, and what follows the list, begins with part_mark (parts.hpp).
  Marks marks = Marks::none;

  /// How often a partial may stand inside itself; 0 refuses it. Data that goes deeper is an error of
  /// render().
  int recursion_limit = 0;
};

/// A parsed template. Move-only; render() may be called from several threads at once.
class Template {
 public:
  /// `file` is its name in errors.
  [[nodiscard]] static Result<Template> parse(std::string file, std::string_view source,
                                              const TemplateOptions& options);

  /// `data` is usually an object. Strings are escaped as the options say; numbers are written as in JSON;
  /// false, null and an empty list are false in sections, everything else is true. Errc::config if the
  /// template is strict and data lacks a name.
  [[nodiscard]] Result<std::string> render(const nlohmann::json& data) const;

  /// Whether the template, or a partial in it, uses this name (as written in the tag).
  [[nodiscard]] bool uses(std::string_view name) const;

  Template(Template&&) noexcept;
  Template& operator=(Template&&) noexcept;
  ~Template();

 private:
  struct Compiled;
  explicit Template(std::unique_ptr<Compiled> compiled);
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace tidings::message
