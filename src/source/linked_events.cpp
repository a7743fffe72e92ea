#include "source/linked_events.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "base/url.hpp"
#include "source/feed_date.hpp"
#include "source/html_text.hpp"
#include "source/json_linked_data.hpp"

namespace tidings::source {
namespace {

using Json = nlohmann::json;

constexpr int deepest = 12;
constexpr std::size_t most = 200;
constexpr std::size_t most_title_bytes = 300;
constexpr std::size_t most_text_bytes = 4'000;

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? clean_utf8(found->get_ref<const std::string&>())
                                                     : std::string{};
}

std::string line_at(const Json& object, const char* key) {
  return std::string{truncate_utf8(plain_text_of_html(text_at(object, key)), most_title_bytes)};
}

/// MusicEvent, Festival and the like, but not what only happens to be called so.
bool is_event(const Json& object) {
  const auto type = object.find("@type");
  if (type == object.end()) return false;
  const auto matches = [](const Json& name) {
    if (!name.is_string()) return false;
    const auto& text = name.get_ref<const std::string&>();
    if (text.ends_with("PublicationEvent") || text.ends_with("DeliveryEvent") ||
        text.ends_with("BroadcastEvent") || text.ends_with("UserInteractionEvent"))
      return false;
    return text.ends_with("Event") || text.ends_with("Festival") || text.ends_with("Hackathon") ||
           text.ends_with("CourseInstance");
  };
  return type->is_array() ? std::any_of(type->begin(), type->end(), matches) : matches(*type);
}

bool is_called_off(const Json& object) {
  const auto status = text_at(object, "eventStatus");
  return status.ends_with("EventCancelled") || status.ends_with("EventPostponed");
}

/// "Old Quay, Harbour Road 1, Faro", of a Place, a list of them, or words.
std::string place_of(const Json& value, int depth = 0) {
  if (depth > 3) return {};
  if (value.is_string()) return plain_text_of_html(clean_utf8(value.get_ref<const std::string&>()));
  if (value.is_array()) return value.empty() ? std::string{} : place_of(value.front(), depth + 1);
  if (!value.is_object()) return {};
  std::vector<std::string> parts;
  const auto add = [&](std::string part) {
    if (!part.empty() && std::ranges::find(parts, part) == parts.end()) parts.push_back(std::move(part));
  };
  for (const auto* key : {"name", "streetAddress", "addressLocality"}) add(line_at(value, key));
  if (const auto address = value.find("address"); address != value.end()) add(place_of(*address, depth + 1));
  return join(parts, ", ");
}

struct When {
  UtcTime at{};
  bool is_day = false;
};

std::optional<When> when_of(const std::string& written, const Zone& zone) {
  constexpr std::size_t day_size = 10;  // 2026-01-31
  const auto text = trim(written);
  if (text.size() < day_size || text[4] != '-') return std::nullopt;
  const auto parsed = parse_feed_date(text);
  if (!parsed) return std::nullopt;
  const LocalTime wall{parsed->time_since_epoch()};
  if (text.size() == day_size) return When{.at = zone.to_utc(wall), .is_day = true};
  const auto clock = text.substr(day_size);
  const bool has_offset = clock.find_first_of("Zz+-") != std::string_view::npos;
  return When{.at = has_offset ? *parsed : zone.to_utc(wall), .is_day = false};
}

class Collector {
 public:
  explicit Collector(const LinkedEventOptions& options) : options_(options) {}

  void visit(const Json& value, int depth) {
    if (depth > deepest || events_.size() >= most || !value.is_structured()) return;
    if (value.is_object() && is_event(value)) {
      if (is_called_off(value)) return;
      add(value);
    }
    for (const auto& child : value) visit(child, depth + 1);
  }

  std::vector<Event> take() {
    std::ranges::stable_sort(events_, {}, &Event::start);
    return std::move(events_);
  }

 private:
  void add(const Json& object) {
    const auto start = when_of(text_at(object, "startDate"), options_.zone);
    Event event;
    event.title = line_at(object, "name");
    if (!start || event.title.empty() || start->at <= options_.now) return;
    event.start = start->at;
    event.all_day = start->is_day;
    event.end = end_of(object, *start);
    if (const auto place = object.find("location"); place != object.end())
      event.place = std::string{truncate_utf8(place_of(*place), most_title_bytes)};
    const auto url = text_at(object, "url");
    const auto absolute = url.empty() ? options_.page_url : resolve_url(options_.page_url, url).value_or(url);
    if (is_web_url(absolute) && parse_url(absolute)) event.url = absolute;
    event.text =
        std::string{truncate_utf8(plain_text_of_html(text_at(object, "description")), most_text_bytes)};
    event.id = text_at(object, "@id");
    if (event.id.empty()) event.id = event.url + " " + event.title;
    const bool known = std::ranges::any_of(
        events_, [&](const Event& each) { return each.title == event.title && each.start == event.start; });
    if (!known) events_.push_back(std::move(event));
  }

  [[nodiscard]] UtcTime end_of(const Json& object, const When& start) const {
    constexpr std::chrono::hours day{24};
    constexpr auto longest = day * 366;
    const auto written = when_of(text_at(object, "endDate"), options_.zone);
    auto end = start.is_day ? start.at + day : start.at;
    // A last day is part of it, unlike in a calendar.
    if (written) end = written->is_day ? written->at + day : written->at;
    return std::clamp(end, start.at, start.at + longest);
  }

  const LinkedEventOptions& options_;
  std::vector<Event> events_;
};

}  // namespace

std::vector<Event> read_linked_events(std::string_view html, const LinkedEventOptions& options) {
  Collector collector{options};
  for (const auto& script : linked_data_scripts(html)) {
    const auto json = Json::parse(script, nullptr, false);
    if (!json.is_discarded()) collector.visit(json, 0);
  }
  return collector.take();
}

}  // namespace tidings::source
