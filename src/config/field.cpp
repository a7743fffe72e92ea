// [[field]]: what the publisher wants to know of readers.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "config/sections.hpp"

namespace tidings::config {
namespace {

constexpr std::size_t most_bytes = 200;
constexpr std::size_t most_name_bytes = 40;
using subscriber::FieldKind;
const std::array<Choice<FieldKind>, 5> kinds{{{"text", FieldKind::text},
                                              {"choice", FieldKind::choice},
                                              {"date", FieldKind::date},
                                              {"number", FieldKind::number},
                                              {"yes_no", FieldKind::yes_no}}};
/// Columns of lists, and members of the sign-up by JSON.
constexpr std::array<std::string_view, 17> taken_names{
    "email",   "address", "name",         "first_name", "last_name",    "language",
    "digests", "topics",  "fields",       "status",     "confirmed_at", "ip",
    "left_at", "tags",    "paused_until", "line",       "reason"};

bool is_plain_name(std::string_view name) {
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= most_name_bytes && name.front() >= 'a' && name.front() <= 'z' &&
         std::ranges::all_of(name, is_plain);
}

bool is_line(std::string_view text) {
  return text.size() <= most_bytes && text.find_first_of("\n\t") == std::string_view::npos;
}

void read_choices(TomlSection& section, subscriber::FieldRule& field) {
  field.choices = section.texts("choices");
  const bool has_choices = !field.choices.empty();
  if (has_choices != (field.kind == FieldKind::choice)) {
    const auto* const kind = std::ranges::find(kinds, field.kind, &Choice<FieldKind>::value);
    section.mistake(has_choices ? "choices" : "kind",
                    fmt::format("kind = \"{}\" {} choices", kind->word, has_choices ? "takes no" : "needs"),
                    R"(kind = "choice" goes with choices = ["one", "another"])");
  }
  std::set<std::string> told;
  for (auto& choice : field.choices) {
    choice = collapse_blanks(choice);
    if (choice.empty() || !is_line(choice) || !told.insert(fold_case(choice)).second) {
      section.mistake("choices", fmt::format("\"{}\" is empty, too long or there twice", choice),
                      "each is one line, different from the others");
    }
  }
}

}  // namespace

std::vector<subscriber::FieldRule> read_fields(TomlDocument& document) {
  std::vector<subscriber::FieldRule> fields;
  std::set<std::string> names;
  for (auto& section : document.sections("field")) {
    subscriber::FieldRule field;
    field.name = section.required_text("name", "city");
    if (std::ranges::find(taken_names, field.name) != taken_names.end()) {
      section.mistake("name", fmt::format("\"{}\" has a meaning of its own", field.name),
                      "choose another name");
    } else if (!field.name.empty() && !is_plain_name(field.name)) {
      section.mistake("name", fmt::format("\"{}\" is not a name for a field", truncate_utf8(field.name, 60)),
                      "small letters, digits and _, as in {{field.city}}");
    }
    if (!field.name.empty() && !names.insert(field.name).second)
      section.mistake("name", fmt::format("there are two fields named \"{}\"", field.name),
                      "names must be unique");
    field.title = section.filled_text("title", field.name);
    if (!is_line(field.title))
      section.mistake("title", fmt::format("title is one line of at most {} bytes", most_bytes));
    field.kind = section.choice("kind", kinds);
    read_choices(section, field);
    section.finish();
    fields.push_back(std::move(field));
  }
  return fields;
}

}  // namespace tidings::config
