#include "message/theme.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "message/template.hpp"
#include "message/wrap.hpp"

namespace tidings::message {

struct Theme::Parts {
  std::string name;
  Template text;
  Template subject;
  std::optional<Template> html;
  std::optional<Template> preheader;
  bool is_subject_configured = false;

  [[nodiscard]] bool asks_for_name() const {
    const auto asks = [](const std::optional<Template>& part) { return part && part->uses("has_name"); };
    return text.uses("has_name") || subject.uses("has_name") || asks(html) || asks(preheader);
  }
};

namespace {

Partials partials_of(const std::string& theme, const Lookup& lookup) {
  return [&theme, &lookup](std::string_view name) -> std::optional<PartialSource> {
    for (const std::string_view folder : {std::string_view{theme}, std::string_view{"default"}}) {
      auto file = fmt::format("{}/partials/{}.mustache", folder, name);
      if (auto source = lookup(file))
        return PartialSource{.file = std::move(file), .source = std::move(*source)};
    }
    return std::nullopt;
  };
}

Result<Template> parse_part(const std::string& file, const std::string& source,
                            const TemplateOptions& options) {
  TIDINGS_LET(auto part, Template::parse(file, source, options));
  if (!part.uses("unsubscribe_url")) {
    return fail(Errc::config, fmt::format("{}:1:1: the part has no {{{{unsubscribe_url}}}}", file),
                "readers must be able to leave from both parts");
  }
  return part;
}

/// A template from config.toml: errors give its place there. "{name}" is reported as a mistake for
/// "{{name}}", since nothing would fill it in.
Result<Template> parse_configured(std::string_view key, const std::string& place, const std::string& source,
                                  const TemplateOptions& how) {
  std::vector<std::string> known;
  for (const auto& [name, value] : how.known->items()) known.push_back(name);
  for (const auto& name : placeholders_in(source)) {
    const bool is_name = !name.empty() && std::ranges::all_of(name, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.';
    });
    if (!is_name) continue;
    const auto meant = nearest(name, known);
    return fail(Errc::config, fmt::format("{}{}: \"{{{}}}\" is not filled in", place, key, name),
                fmt::format("write variables in double braces: {{{{{}}}}}", meant.value_or("edition_title")));
  }
  auto parsed = Template::parse(std::string{key}, source, how);
  if (!parsed && !place.empty())
    return fail(parsed.error().code, place + parsed.error().what, parsed.error().hint);
  return parsed;
}

Result<Template> parse_subject(const ThemeOptions& options, const Lookup& lookup,
                               const TemplateOptions& how) {
  if (!options.subject.empty())
    return parse_configured("subject", options.subject_place, options.subject, how);
  for (const std::string_view folder : {std::string_view{options.name}, std::string_view{"default"}}) {
    const auto file = fmt::format("{}/subject.mustache", folder);
    if (const auto source = lookup(file)) return Template::parse(file, *source, how);
  }
  return fail(Errc::config, fmt::format("{}/subject.mustache is missing", options.name));
}

/// The data with a rendered subject and preheader, then both parts.
Result<digest::SegmentBody> render_all(const Theme::Parts& parts, const EditionView& view,
                                       nlohmann::json data) {
  digest::SegmentBody out;
  if (!view.editors_preheader.empty()) {
    data["preheader"] = collapse_blanks(view.editors_preheader);
  } else if (parts.preheader) {
    TIDINGS_LET(const auto preheader, parts.preheader->render(data));
    data["preheader"] = collapse_blanks(preheader);
  }
  if (!view.editors_subject.empty()) {
    out.subject = collapse_blanks(view.editors_subject);
  } else {
    TIDINGS_LET(const auto subject, parts.subject.render(data));
    out.subject = collapse_blanks(subject);
  }
  if (!parts.is_subject_configured && view.editors_subject.empty())
    out.subject = first_words(out.subject, subject_characters);
  if (out.subject.empty())
    return fail(Errc::config, fmt::format("theme \"{}\": the subject is empty", parts.name));
  data["subject"] = out.subject;
  TIDINGS_LET(out.text, parts.text.render(data));
  if (trim(without_marks(out.text)).empty())
    return fail(Errc::config, fmt::format("theme \"{}\": the plain-text part is empty", parts.name));
  if (!parts.html) return out;
  TIDINGS_LET(out.html, parts.html->render(data));
  if (trim(without_marks(out.html)).empty())
    return fail(Errc::config, fmt::format("theme \"{}\": the HTML part is empty", parts.name));
  return out;
}

}  // namespace

Result<Theme> Theme::load(const ThemeOptions& options, const Lookup& lookup) {
  const auto text_file = fmt::format("{}/digest.text.mustache", options.name);
  const auto html_file = fmt::format("{}/digest.html.mustache", options.name);
  const auto text_source = lookup(text_file);
  const auto html_source = lookup(html_file);
  if (!text_source && !html_source)
    return fail(Errc::config, fmt::format("there is no theme \"{}\"", options.name));
  if (!text_source)
    return fail(Errc::config, fmt::format("{} is missing", text_file),
                "every digest needs a plain-text part");

  TIDINGS_LET(const auto strings, Strings::load(options.name, "en", lookup));
  TIDINGS_LET(const auto zone, Zone::find("UTC"));
  auto sample = sample_view();
  sample.fields = options.fields;
  auto known = to_data(sample, strings, zone, 1);
  const auto partials = partials_of(options.name, lookup);
  const TemplateOptions as_text{.escape = Escape::none, .partials = partials, .known = &known};
  TIDINGS_LET(auto subject, parse_subject(options, lookup, as_text));
  std::optional<Template> preheader;
  if (!options.preheader.empty()) {
    TIDINGS_LET(preheader,
                parse_configured("preheader", options.preheader_place, options.preheader, as_text));
  }
  known["subject"] = "subject";
  const auto part = [&](Escape escape) {
    return TemplateOptions{.escape = escape, .partials = partials, .known = &known, .marks = Marks::parts};
  };
  TIDINGS_LET(auto text, parse_part(text_file, *text_source, part(Escape::none)));
  std::optional<Template> html;
  if (html_source) {
    TIDINGS_LET(html, parse_part(html_file, *html_source, part(Escape::html)));
  }
  return Theme{std::make_unique<Parts>(Parts{.name = options.name,
                                             .text = std::move(text),
                                             .subject = std::move(subject),
                                             .html = std::move(html),
                                             .preheader = std::move(preheader),
                                             .is_subject_configured = !options.subject.empty()})};
}

const std::string& Theme::name() const { return parts_->name; }
bool Theme::has_html() const { return parts_->html.has_value(); }
bool Theme::uses(std::string_view name) const {
  return (parts_->html ? *parts_->html : parts_->text).uses(name);
}

Result<std::vector<digest::SegmentBody>> Theme::render_bodies(const EditionView& view, const Strings& strings,
                                                              const Zone& zone) const {
  std::vector<digest::SegmentBody> bodies;
  const std::size_t variants = parts_->asks_for_name() ? 2 : 1;
  for (std::size_t variant = 0; variant < variants; ++variant) {
    TIDINGS_LET(auto body, render_all(*parts_, view, to_data(view, strings, zone, variant)));
    bodies.push_back(std::move(body));
  }
  return bodies;
}

Result<digest::SegmentBody> Theme::render_for(const EditionView& view, const Strings& strings,
                                              const Zone& zone, const Reader& reader) const {
  TIDINGS_LET(auto body, render_all(*parts_, view, to_data(view, strings, zone, reader)));
  body.text = without_marks(std::move(body.text));
  body.html = without_marks(std::move(body.html));
  return body;
}

Theme::Theme(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Theme::Theme(Theme&&) noexcept = default;
Theme& Theme::operator=(Theme&&) noexcept = default;
Theme::~Theme() = default;

}  // namespace tidings::message
