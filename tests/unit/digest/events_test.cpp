#include "digest/events.hpp"

#include <doctest/doctest.h>

using namespace tidings;
using namespace tidings::digest;

namespace {

const auto athens = Zone::find("Europe/Athens").value();
const auto now = parse_rfc3339("2026-01-12T06:00:00Z").value();  // a Monday, 08:00 there

AnnouncedEvent event(std::string title, std::string_view start, std::vector<std::string> topics = {},
                     std::string source = "dates") {
  return {.event = {.id = title, .title = title, .start = parse_rfc3339(start).value()},
          .source = std::move(source),
          .topics = std::move(topics),
          .section = {}};
}

Section section(std::string name, int days, std::vector<std::string> topics = {}) {
  return {.name = std::move(name),
          .titles = {},
          .sources = {},
          .topics = std::move(topics),
          .max_posts = {},
          .layout = Layout::events,
          .days = days};
}

std::vector<std::string> chosen(std::vector<AnnouncedEvent> coming, const std::vector<Section>& sections) {
  std::vector<std::string> out;
  for (const auto& each : choose_events(std::move(coming), sections, now, athens))
    out.push_back(each.event.title + " in " + each.section);
  return out;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("events: those of today and so many days more, and none that has begun") {
  const std::vector<AnnouncedEvent> coming{
      event("before", "2026-01-12T05:59:59Z"), event("now", "2026-01-12T06:00:00Z"),
      event("today", "2026-01-12T21:59:59Z"), event("last", "2026-01-13T21:59:59Z"),
      event("beyond", "2026-01-13T22:00:00Z")};
  CHECK(chosen(coming, {section("Dates", 1)}) == Names{"today in Dates", "last in Dates"});
  CHECK(end_of_outlook(std::vector{section("Dates", 1)}, now, athens) ==
        parse_rfc3339("2026-01-13T22:00:00Z").value());
  CHECK(end_of_outlook({}, now, athens) == now);
}

TEST_CASE("events: the days are counted across the change to summer time") {
  const auto friday = parse_rfc3339("2026-03-27T06:00:00Z").value();
  CHECK(end_of_outlook(std::vector{section("Dates", 2)}, friday, athens) ==
        parse_rfc3339("2026-03-29T21:00:00Z").value());
}

TEST_CASE("events: the first section that takes one and has room") {
  auto music = section("Music", 14, {"music"});
  music.max_posts = 1;
  const auto soon = section("Soon", 1);
  const std::vector<AnnouncedEvent> coming{
      event("a", "2026-01-13T10:00:00Z", {"music"}), event("b", "2026-01-13T11:00:00Z", {"music"}),
      event("c", "2026-01-13T12:00:00Z"), event("d", "2026-01-20T12:00:00Z", {"music"})};
  CHECK(chosen(coming, {music, soon}) == Names{"a in Music", "b in Soon", "c in Soon"});
  auto posts = section("Posts", 0);
  posts.layout = Layout::list;
  CHECK(chosen(coming, {posts}).empty());
}

TEST_CASE("events: the same title at the same time stands once, another time again") {
  CHECK(chosen({event("Choir", "2026-01-13T10:00:00Z"), event("CHOIR", "2026-01-13T10:00:00Z", {}, "other"),
                event("Choir", "2026-01-14T10:00:00Z")},
               {section("Dates", 14)}) == Names{"Choir in Dates", "Choir in Dates"});
}

TEST_CASE("events: an edition has a hundred at most") {
  std::vector<AnnouncedEvent> coming;
  for (int i = 0; i < 300; ++i) coming.push_back(event("event " + std::to_string(i), "2026-01-13T10:00:00Z"));
  CHECK(chosen(coming, {section("Dates", 14)}).size() == most_events);
}
