#include "cli/objects.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/zone.hpp"

namespace tidings::cli {

void add_counts(Json& json, const delivery::Counts& counts) {
  json["recipient_count"] = counts.recipients;
  json["planned_count"] = counts.planned;
  json["claimed_count"] = counts.claimed;
  json["deferred_count"] = counts.deferred;
  json["in_doubt_count"] = counts.in_doubt;
  json["sent_count"] = counts.sent + counts.bounced;
  json["bounced_count"] = counts.bounced;
  json["failed_count"] = counts.failed;
  json["suppressed_count"] = counts.suppressed;
}

void add_waiting(Json& json, const std::optional<delivery::Ledger::Waiting>& waiting) {
  json["waiting_count"] = waiting ? waiting->count : 0;
  json["next_hour"] = waiting ? json_time(waiting->next) : Json(nullptr);
  json["next_timezone"] = waiting ? Json(waiting->timezone) : Json(nullptr);
}

std::string in_words(const delivery::Ledger::Waiting& waiting) {
  const auto zone = Zone::find_ignoring_case(waiting.timezone);
  const auto hour = zone ? time_in_words(*zone, waiting.next).substr(11) : format_rfc3339(waiting.next);
  return fmt::format("{} hour, the next at {} {}",
                     waiting.count == 1 ? "1 waits for its" : fmt::format("{} wait for their", waiting.count),
                     hour, waiting.timezone);
}

Json edition_object(const digest::Edition& edition) {
  return {{"edition", digest::name_of(edition)},
          {"id", edition.id.value},
          {"digest", edition.digest},
          {"number", edition.number ? Json(*edition.number) : Json(nullptr)},
          {"state", digest::name_of(edition.state)},
          {"title", json_text(edition.title)},
          {"scheduled", json_time(edition.scheduled)},
          {"from", json_time(edition.period.from)},
          {"until", json_time(edition.period.until)},
          {"sealed", json_time(edition.sealed)},
          {"started", json_time(edition.started)},
          {"finished", json_time(edition.finished)},
          {"mailed", json_time(edition.mailed)},
          {"approved", json_time(edition.approved)},
          {"intro", json_text(edition.intro)},
          {"reason", json_text(edition.reason)}};
}

Json post_objects(std::span<const post::Post> posts) {
  Json out = Json::array();
  for (const auto& post : posts) {
    out.push_back({{"id", post.id.value}, {"title", json_text(post.title)}, {"link", json_text(post.link)}});
  }
  return out;
}

Json post_objects(std::span<const post::Post> posts, const std::map<PostId, std::string>& sections) {
  auto out = post_objects(posts);
  for (std::size_t i = 0; i < posts.size(); ++i) {
    const auto section = sections.find(posts[i].id);
    out[i]["section"] = section == sections.end() ? Json(nullptr) : Json(section->second);
  }
  return out;
}

Json event_object(const source::Event& event) {
  return {{"uid", event.id},
          {"title", event.title},
          {"start", json_time(event.start)},
          {"end", json_time(event.end)},
          {"all_day", event.all_day},
          {"place", json_text(event.place)},
          {"url", json_text(event.url)},
          {"categories", event.categories}};
}

Json event_objects(std::span<const digest::AnnouncedEvent> events) {
  Json out = Json::array();
  for (const auto& each : events) {
    auto object = event_object(each.event);
    object.erase("categories");
    object["source"] = each.source;
    object["topics"] = each.topics;
    object["section"] = each.section;
    out.push_back(std::move(object));
  }
  return out;
}

std::string in_words(const source::Event& event, const Zone& zone) {
  constexpr std::size_t of_a_day = 10;
  const auto time = time_in_words(zone, event.start);
  return fmt::format("{:<16}  {}{}", event.all_day ? time.substr(0, of_a_day) : time, printable(event.title),
                     event.place.empty() ? "" : ", " + printable(event.place));
}

std::string in_words(std::span<const digest::AnnouncedEvent> events, const Zone& zone) {
  std::string out;
  for (const auto& each : events)
    out += fmt::format("  event   {} (in {})\n", in_words(each.event, zone), printable(each.section));
  return out;
}

Json lines_json(std::string_view text) {
  Json out = Json::array();
  for (const auto line : split(text, '\n')) {
    if (!line.empty()) out.push_back(std::string{line});
  }
  return out;
}

}  // namespace tidings::cli
