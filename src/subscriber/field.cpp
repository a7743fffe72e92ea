#include "subscriber/field.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "subscriber/import_words.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::subscriber {
namespace {

std::vector<std::string> names_of(std::span<const FieldRule> rules) {
  std::vector<std::string> names;
  for (const auto& rule : rules) names.push_back(rule.name);
  return names;
}

bool is_day(std::string_view text) {
  return text.size() == 10 && parse_rfc3339(std::string{text} + "T00:00:00Z").has_value();
}

/// Digits, perhaps with a sign before them and a point between them.
bool is_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const auto point = text.find('.');
  const auto is_digits = [](std::string_view part) {
    return !part.empty() && std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
  };
  return is_digits(text.substr(0, point)) &&
         (point == std::string_view::npos || is_digits(text.substr(point + 1)));
}

Error wrong(const FieldRule& rule, std::string_view text, std::string hint) {
  return {.code = Errc::bad_data,
          .what = fmt::format("{}: \"{}\" is not one of its values", rule.name, truncate_utf8(text, 40)),
          .hint = std::move(hint)};
}

}  // namespace

Result<const FieldRule*> find_field(std::string_view name, std::span<const FieldRule> rules) {
  const auto found = std::ranges::find(rules, name, &FieldRule::name);
  if (found != rules.end()) return &*found;
  const auto names = names_of(rules);
  auto hint = did_you_mean(name, names);
  if (hint.empty())
    hint = names.empty() ? "config.toml has no [[field]]" : "there is: " + tidings::join(names, ", ");
  return fail(Errc::bad_data, fmt::format("there is no field \"{}\"", truncate_utf8(clean_utf8(name), 60)),
              std::move(hint));
}

Result<std::string> check_field(const FieldRule& rule, std::string_view text) {
  auto line = check_name(text);
  if (!line)
    return fail(Errc::bad_data, fmt::format("{}: it must be one line of at most 200 bytes", rule.name));
  auto value = *std::move(line);
  if (value.empty()) return value;
  switch (rule.kind) {
    case FieldKind::text: return value;
    case FieldKind::choice:
      if (auto choice = known_name(value, rule.choices)) return *std::move(choice);
      return tl::unexpected<Error>{wrong(rule, value, "one of: " + tidings::join(rule.choices, ", "))};
    case FieldKind::date:
      if (is_day(value)) return value;
      return tl::unexpected<Error>{wrong(rule, value, "a day, as 2026-01-31")};
    case FieldKind::number:
      if (is_number(value)) return value;
      return tl::unexpected<Error>{wrong(rule, value, "a number, as 12 or -1.5")};
    case FieldKind::yes_no:
      if (is_yes(value)) return std::string{"yes"};
      if (is_no(value)) return std::string{"no"};
      return tl::unexpected<Error>{wrong(rule, value, "yes or no")};
  }
  return value;
}

Result<Fields> check_fields(const Fields& wanted, std::span<const FieldRule> rules) {
  Fields checked;
  for (const auto& [name, value] : wanted) {
    TIDINGS_LET(const auto* const rule, find_field(name, rules));
    TIDINGS_LET(checked[name], check_field(*rule, value));
  }
  return checked;
}

std::string sample_of(const FieldRule& rule) {
  switch (rule.kind) {
    case FieldKind::text: break;
    case FieldKind::choice: return rule.choices.front();
    case FieldKind::date: return "2026-01-31";
    case FieldKind::number: return "12";
    case FieldKind::yes_no: return "yes";
  }
  return rule.title;
}

std::string lines_of_fields(const Fields& fields) {
  std::string out;
  for (const auto& [name, value] : fields) out += fmt::format("{}={}\n", name, value);
  return out;
}

Fields fields_in_lines(std::string_view lines) {
  Fields fields;
  for (const auto line : split(lines, '\n')) {
    if (const auto equals = line.find('='); equals != std::string_view::npos)
      fields.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  return fields;
}

}  // namespace tidings::subscriber
