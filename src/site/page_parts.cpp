// The parts of pages.hpp that say what may be chosen, and what has changed.
#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "edition/reader_hours.hpp"
#include "site/page_data.hpp"
#include "site/pages.hpp"

namespace tidings::site {

using nlohmann::json;

namespace {

using ChoiceGroup = std::vector<const web::Choice*>;

/// In the order of their first choice.
std::vector<ChoiceGroup> grouped(const std::vector<web::Choice>& choices) {
  std::vector<ChoiceGroup> groups;
  for (const auto& choice : choices) {
    const auto same = std::ranges::find_if(
        groups, [&](const ChoiceGroup& group) { return group.front()->group == choice.group; });
    if (same == groups.end()) {
      groups.push_back({&choice});
    } else {
      same->push_back(&choice);
    }
  }
  return groups;
}

/// Somebody who gets several rhythms keeps them until they say otherwise.
bool is_one_of(const ChoiceGroup& group) {
  return group.size() > 1 &&
         std::ranges::count_if(group, [](const web::Choice* choice) { return choice->is_chosen; }) <= 1;
}

}  // namespace

json choice_of(std::string_view name, std::string_view group, std::size_t number) {
  return {{"value", name},      {"label", name},
          {"description", ""},  {"has_description", false},
          {"is_chosen", false}, {"id", fmt::format("{}{}", group, number)}};
}

json group_of(std::string legend, std::string_view type, std::string field) {
  return {
      {"legend", std::move(legend)}, {"type", type}, {"field", std::move(field)}, {"choices", json::array()}};
}

void WebPages::add_fields(json& data, const web::PageView& view, const message::Strings& words) const {
  using Kind = web::OwnField::Kind;
  data["fields"] = json::array();
  for (const auto& field : view.fields) {
    auto one = choice_of(field.value, "f", data["fields"].size());
    one["label"] = field.title;
    one["field"] = "field-" + field.name;
    one["type"] = field.kind == Kind::date ? "date" : "text";
    one["is_number"] = field.kind == Kind::number;
    one["is_list"] = field.kind == Kind::choice || field.kind == Kind::yes_no;
    one["is_wrong"] = field.is_wrong;
    one["choices"] = json::array();
    const auto offer = [&](const std::string& value, const std::string& label) {
      auto choice = choice_of(value, "", one["choices"].size());
      choice["label"] = label;
      choice["is_chosen"] = value == field.value;
      one["choices"].push_back(std::move(choice));
    };
    offer("", "–");
    if (field.kind == Kind::yes_no) {
      offer("yes", word(words, "web_yes", {}));
      offer("no", word(words, "web_no", {}));
    }
    for (const auto& choice : field.choices) offer(choice, choice);
    data["fields"].push_back(std::move(one));
  }
}

void WebPages::add_digests(json& data, const web::PageView& view, const message::Strings& words) const {
  const auto groups = grouped(view.digests);
  const bool may_leave = groups.size() > 1 || view.page == web::PageName::preferences;
  auto ticks = group_of(word(words, "web_what", {}), "checkbox", "digest");
  data["digest_groups"] = json::array();
  std::size_t number = 0;
  for (const auto& group : groups) {
    const auto first_title = title_of(group.front()->value);
    const bool has_one_title = std::ranges::all_of(
        group, [&](const web::Choice* choice) { return title_of(choice->value) == first_title; });
    const bool is_radio = is_one_of(group);
    const auto legend = groups.size() == 1 || !has_one_title ? word(words, "web_digests", {}) : first_title;
    auto radio = group_of(legend, "radio", number == 0 ? "digest" : fmt::format("digest-{}", number));
    for (const auto* const choice : group) {
      auto one = choice_of(choice->value, "d", static_cast<std::size_t>(choice - view.digests.data()));
      one["label"] =
          is_radio && has_one_title ? rhythm_label(words, choice->value) : digest_label(words, choice->value);
      one["is_chosen"] = choice->is_chosen;
      (is_radio ? radio : ticks)["choices"].push_back(std::move(one));
    }
    if (!is_radio) continue;
    if (may_leave) {
      auto none = choice_of("", "n", number);
      none["label"] = word(words, "web_never", {});
      none["is_chosen"] = std::ranges::none_of(group, [](const auto* choice) { return choice->is_chosen; });
      radio["choices"].push_back(std::move(none));
    }
    ++number;
    data["digest_groups"].push_back(std::move(radio));
  }
  data["has_ticks_only"] = number == 0;
  if (!ticks["choices"].empty()) data["digest_groups"].push_back(std::move(ticks));
  // A single digest is no choice when signing up; the preferences page is for leaving it.
  data["has_digests"] = view.digests.size() > (view.page == web::PageName::subscribe ? 1U : 0U);
  data["misses_digest"] = view.problem == web::Problem::digests;
  data["has_more"] = data["has_digests"] == true || data["has_topics"] == true || !view.fields.empty() ||
                     !view.zones.empty();
}

void WebPages::add_zones(json& data, const web::PageView& view) {
  data["zones"] = json::array();
  for (const auto& zone : view.zones) {
    auto one = choice_of(zone.value, "z", data["zones"].size());
    one["label"] = zone.label;
    one["is_chosen"] = zone.is_chosen;
    data["zones"].push_back(std::move(one));
  }
  data["has_zones"] = !view.zones.empty();
}

std::string WebPages::day_in_words(const message::Strings& words, std::string_view day) const {
  const auto number = [day](std::size_t at, std::size_t size) {
    int value = 0;
    const auto digits = day.substr(std::min(at, day.size()), size);
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
  };
  const std::chrono::year_month_day date{std::chrono::year{number(0, 4)},
                                         std::chrono::month{static_cast<unsigned>(number(5, 2))},
                                         std::chrono::day{static_cast<unsigned>(number(8, 2))}};
  return date.ok() ? words.date(date) : std::string{day};
}

std::string WebPages::time_in_words(const message::Strings& words, const web::NextMail& next) const {
  const auto zone = edition::zone_of(config_, next.timezone);
  return words.post_time(std::chrono::floor<std::chrono::seconds>(zone.to_local(next.at)));
}

json WebPages::line_of(const message::Strings& words, const web::ChangedLine& line) const {
  using What = web::ChangedLine::What;
  const auto text = [&](const char* key) { return word(words, key, {}); };
  const auto& values = line.values;
  switch (line.what) {
    case What::digests:
      return {{"label", text("web_digests")},
              {"value", values.empty() ? text("web_nothing") : digest_labels(words, values)}};
    case What::topics:
      return {{"label", text("web_topics")},
              {"value", values.empty() ? text("web_every_topic") : words.list(values)}};
    case What::pause:
      return {{"label", text("web_pause")},
              {"value", values.empty() ? text("web_nothing")
                                       : word(words, "web_paused_note",
                                              {{"date", day_in_words(words, values.front())}})}};
    case What::name:
      return {{"label", text("web_your_name")},
              {"value", values.empty() ? text("web_nothing") : values.front()}};
    case What::field:
      return {{"label", line.label}, {"value", values.empty() ? text("web_nothing") : values.front()}};
    case What::timezone:
      return {{"label", text("web_timezone")},
              {"value", edition::zone_of(config_, values.empty() ? std::string{} : values.front()).name()}};
    case What::language: break;
  }
  return {{"label", text("web_language")}, {"value", strings(language_for(values)).name()}};
}

void WebPages::add_steering(json& data, const web::PageView& view, const message::Strings& words) const {
  data["may_pause"] = view.may_pause;
  data["is_paused"] = !view.paused_until.empty();
  data["paused_note"] = word(words, "web_paused_note", {{"date", day_in_words(words, view.paused_until)}});
  data["paused_until"] = view.paused_until;
  data["first_day"] = view.first_day;
  data["last_day"] = view.last_day;
  data["has_pause_problem"] = view.problem == web::Problem::pause;
  data["has_move_problem"] = view.problem == web::Problem::address;
  data["may_move"] = std::ranges::any_of(view.digests, &web::Choice::is_chosen);
  data["instead"] = json::array();
  for (const auto& name : view.instead) {
    auto one = choice_of(name, "i", data["instead"].size());
    one["label"] = word(words, "web_instead_digest", {{"digest_title", digest_label(words, name)}});
    data["instead"].push_back(std::move(one));
  }
  const auto topics = std::ranges::count_if(view.topics, &web::Choice::is_chosen);
  data["has_choice_of_topics"] = view.page == web::PageName::unsubscribe && topics > 1;
  data["has_less"] = view.may_pause || !view.instead.empty() || data["has_choice_of_topics"] == true;
  data["reasons"] = json::array();
  for (const auto& name : view.reasons) {
    auto one = choice_of(name, "r", data["reasons"].size());
    one["label"] = word(words, "web_reason_" + name, {});
    data["reasons"].push_back(std::move(one));
  }
  data["has_reasons"] = !view.reasons.empty();
  data["undo"] = view.undo;
  data["changes"] = json::array();
  for (const auto& line : view.changes) data["changes"].push_back(line_of(words, line));
  data["has_changes"] = !view.changes.empty();
  data["next"] = json::array();
  for (const auto& each : view.next) {
    data["next"].push_back(
        {{"digest", digest_label(words, each.digest)}, {"date", time_in_words(words, each)}});
  }
  data["has_next"] = !view.next.empty();
  data["is_from_preferences"] = view.is_from_preferences;
}

}  // namespace tidings::site
