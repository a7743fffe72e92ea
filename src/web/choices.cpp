#include "web/choices.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace tidings::web {
namespace {

constexpr std::size_t most_answer_bytes = 400;

}  // namespace

std::vector<std::string> named_digests(const Form& form, std::size_t groups) {
  auto names = form.all("digest");
  for (std::size_t group = 1; group < groups; ++group) {
    auto more = form.all(fmt::format("digest-{}", group));
    std::ranges::move(more, std::back_inserter(names));
  }
  std::erase_if(names, [](const std::string& name) { return name.empty(); });
  return names;
}

std::optional<std::vector<std::string>> named_topics(const Form& form) {
  if (form.get("topics") == "all") return std::vector<std::string>{};
  auto names = form.all("topic");
  if (names.empty() && form.get("topics") == "some") return std::nullopt;
  return names;
}

bool choose(std::vector<Choice>& choices, const std::vector<std::string>& names) {
  for (auto& choice : choices) choice.is_chosen = false;
  bool all_known = true;
  for (const auto& name : names) {
    const auto same = [wanted = fold_case(trim(name))](const Choice& choice) {
      return fold_case(choice.value) == wanted;
    };
    const auto choice = std::ranges::find_if(choices, same);
    all_known = all_known && choice != choices.end();
    if (choice != choices.end()) choice->is_chosen = true;
  }
  return all_known;
}

std::vector<std::string> chosen(const std::vector<Choice>& choices) {
  std::vector<std::string> values;
  for (const auto& choice : choices) {
    if (choice.is_chosen) values.push_back(choice.value);
  }
  return values;
}

bool fill_answers(std::vector<OwnField>& fields, const Form& form, const Service& service) {
  bool is_good = true;
  for (auto& field : fields) {
    const auto name = "field-" + field.name;
    if (!form.has(name)) continue;
    const auto checked = service.check_field(field.name, form.get(name));
    field.is_wrong = !checked;
    field.value = checked ? *checked : std::string{truncate_utf8(form.get(name), most_answer_bytes)};
    is_good = is_good && checked.has_value();
  }
  return is_good;
}

Answers answers(const std::vector<OwnField>& fields) {
  Answers out;
  for (const auto& field : fields) out.emplace_back(field.name, field.value);
  return out;
}

void choose_zone(std::vector<Choice>& zones, const std::string& name) {
  for (auto& zone : zones) zone.is_chosen = zone.value == name;
  if (std::ranges::none_of(zones, &Choice::is_chosen))
    zones.push_back({.value = name, .label = name, .is_chosen = true});
}

}  // namespace tidings::web
