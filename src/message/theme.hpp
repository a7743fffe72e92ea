// A theme: the templates of one folder below templates/, loaded and checked once, and the rendering of a
// segment.
//
// THEME/digest.text.mustache is required; without THEME/digest.html.mustache the mail is plain text. A
// missing subject.mustache, partial or string comes from default. Thread-safe once loaded.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/zone.hpp"
#include "digest/digest.hpp"
#include "message/message.hpp"
#include "message/strings.hpp"
#include "message/view.hpp"

namespace tidings::message {

struct ThemeOptions {
  std::string name = "default";
  std::string subject = {};        ///< a template of [[digest]] subject; empty: subject.mustache
  std::string preheader = {};      ///< a template of [[digest]] preheader; empty: the view's
  std::string subject_place = {};  ///< "config.toml:12:11: ", for errors
  std::string preheader_place = {};
  std::vector<std::string> fields = {};  ///< names of the publisher's own
};

class Theme {
 public:
  /// Errc::config: no such theme, or file:line:column of an error in a template: syntax, an unknown name, a
  /// part without unsubscribe_url.
  [[nodiscard]] static Result<Theme> load(const ThemeOptions& options, const Lookup& lookup);

  [[nodiscard]] const std::string& name() const;
  [[nodiscard]] bool has_html() const;
  /// Whether the page, or the text of a theme without one, uses this name.
  [[nodiscard]] bool uses(std::string_view name) const;

  /// Renders a segment: one body a variant (slots.hpp), `bodies[v]` for variant v; one body only if no
  /// template asks for has_name. Text and HTML hold part marks (parts.hpp). The subject is one line.
  /// Errc::config for an empty subject or part.
  [[nodiscard]] Result<std::vector<digest::SegmentBody>> render_bodies(const EditionView& view,
                                                                       const Strings& strings,
                                                                       const Zone& zone) const;

  /// The same for one reader with the values inserted: render_bodies() plus slots must give the same.
  [[nodiscard]] Result<digest::SegmentBody> render_for(const EditionView& view, const Strings& strings,
                                                       const Zone& zone, const Reader& reader) const;

  Theme(Theme&&) noexcept;
  Theme& operator=(Theme&&) noexcept;
  ~Theme();

  struct Parts;

 private:
  explicit Theme(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace tidings::message
