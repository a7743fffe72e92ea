// Strict Mustache: templates that are read whole before the first mail, and say where they are wrong.
//
// kainjow::mustache renders; before it sees a template, this module settles what it leaves open: standalone
// lines, partials (inlined here, with their indentation), set delimiters, dotted names, and names that nobody
// knows. Rendering then follows the Mustache specification's mandatory modules (github.com/mustache/spec 1.4:
// comments, delimiters, interpolation, inverted, partials, sections); lambdas and the optional modules are
// left out.
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
  std::string file;  ///< as error messages show it
  std::string source;
};
using Partials = std::function<std::optional<PartialSource>(std::string_view name)>;

struct TemplateOptions {
  Escape escape = Escape::html;
  Partials partials = {};

  /// Sample data with every name that may be used: an object opens a scope, a list's first element does so
  /// for each of its elements. With it the template is strict: an unknown name is an error, so is `{{{x}}}`
  /// or `{{&x}}` of a name that does not end in "_html", and a missing partial. Without it (null) unknown
  /// names and partials are empty, as Mustache says.
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
  /// `file` is how errors call it.
  [[nodiscard]] static Result<Template> parse(std::string file, std::string_view source,
                                              const TemplateOptions& options);

  /// `data` is usually an object. Strings are escaped as the options say; numbers are written as JSON writes
  /// them; false, null, and an empty list are false in sections, all else is true. Errc::config if the
  /// template is strict and data lacks a name.
  [[nodiscard]] Result<std::string> render(const nlohmann::json& data) const;

  /// Whether the template, or a partial in it, writes or asks for this name (as written in the tag).
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
