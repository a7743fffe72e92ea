#include "web/form.hpp"

#include <algorithm>
#include <optional>

#include "base/codec.hpp"
#include "base/text.hpp"

namespace tidings::web {
namespace {

std::string decode(std::string_view text) { return percent_decode(replace_all(text, "+", " ")); }

/// The parameter of a header field, unquoted: boundary="x", name=x.
std::string parameter(std::string_view field, std::string_view name) {
  for (std::size_t at = field.find(';'); at != std::string_view::npos;) {
    auto rest = trim(field.substr(at + 1));
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos) return {};
    const bool ours = ascii_iequals(trim(rest.substr(0, equals)), name);
    rest.remove_prefix(equals + 1);
    std::size_t end = 0;
    std::string value;
    if (rest.starts_with('"')) {
      end = rest.find('"', 1);
      if (end == std::string_view::npos) return {};
      value = rest.substr(1, end - 1);
    } else {
      end = std::min(rest.find(';'), rest.size());
      value = trim(rest.substr(0, end));
    }
    if (ours) return value;
    const auto next = rest.find(';', end);
    at = next == std::string_view::npos ? next : static_cast<std::size_t>(rest.data() - field.data()) + next;
  }
  return {};
}

/// One part: its header fields, then its value. Nothing for a file or a part without a name.
std::optional<std::pair<std::string, std::string>> read_part(std::string_view part) {
  const auto gap = part.find("\r\n\r\n");
  if (gap == std::string_view::npos) return std::nullopt;
  for (auto line : split(part.substr(0, gap), '\n')) {
    line = trim(line);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !ascii_iequals(trim(line.substr(0, colon)), "content-disposition"))
      continue;
    auto name = parameter(line, "name");
    if (name.empty() || !parameter(line, "filename").empty()) return std::nullopt;
    return std::pair{name, std::string{part.substr(gap + 4)}};
  }
  return std::nullopt;
}

Result<Form> parse_multipart(std::string_view content_type, std::string_view body) {
  const auto boundary = parameter(content_type, "boundary");
  if (boundary.empty() || boundary.size() > 70)
    return fail(Errc::bad_data, "a multipart form without a boundary");
  // A leading line end lets the first delimiter be found like the others (RFC 2046 section 5.1.1).
  const auto text = "\r\n" + std::string{body};
  const auto delimiter = "\r\n--" + boundary;
  const std::string_view rest{text};
  Form form;
  auto at = rest.find(delimiter);
  if (at == std::string_view::npos) return fail(Errc::bad_data, "a multipart form without its boundary");
  while (form.size() < max_form_fields) {
    const auto begin = at + delimiter.size();
    if (rest.substr(begin).starts_with("--")) return form;
    const auto line_end = rest.find("\r\n", begin);
    const auto next = rest.find(delimiter, begin);
    if (line_end == std::string_view::npos || next == std::string_view::npos) {
      return fail(Errc::bad_data, "a multipart form is cut off");
    }
    if (line_end < next) {
      if (auto field = read_part(rest.substr(line_end + 2, next - line_end - 2))) {
        form.add_raw(field->first, field->second);
      }
    }
    at = next;
  }
  return form;
}

}  // namespace

std::string_view Form::get(std::string_view name) const {
  const auto found =
      std::ranges::find(fields_, name, [](const auto& field) { return std::string_view{field.first}; });
  return found == fields_.end() ? std::string_view{} : std::string_view{found->second};
}

bool Form::was_cleaned(std::string_view name) const {
  return std::ranges::find(cleaned_, name) != cleaned_.end();
}

void Form::add_raw(std::string_view name, std::string_view value) {
  auto clean = clean_utf8(value);
  if (clean != value) cleaned_.push_back(clean_utf8(name));
  add(clean_utf8(name), std::move(clean));
}

bool Form::has(std::string_view name) const {
  return std::ranges::any_of(fields_, [&](const auto& field) { return field.first == name; });
}

std::vector<std::string> Form::all(std::string_view name) const {
  std::vector<std::string> out;
  for (const auto& [key, value] : fields_) {
    if (key == name) out.push_back(value);
  }
  return out;
}

Form parse_urlencoded(std::string_view text) {
  Form form;
  for (const auto pair : split(text, '&')) {
    if (pair.empty()) continue;
    if (form.size() >= max_form_fields) break;
    const auto equals = std::min(pair.find('='), pair.size());
    form.add_raw(decode(pair.substr(0, equals)),
                 equals < pair.size() ? decode(pair.substr(equals + 1)) : std::string{});
  }
  return form;
}

Result<Form> parse_form(std::string_view content_type, std::string_view body) {
  if (body.empty()) return Form{};
  const auto type = ascii_lower(trim(content_type.substr(0, content_type.find(';'))));
  if (type == "application/x-www-form-urlencoded") return parse_urlencoded(body);
  if (type == "multipart/form-data") return parse_multipart(content_type, body);
  return fail(Errc::bad_data, "not a form body");
}

}  // namespace tidings::web
