#include "digest/events.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "base/text.hpp"

namespace tidings::digest {
namespace {

/// Midnight behind today and so many days more.
UtcTime end_of_days(UtcTime now, int days, const Zone& zone) {
  const auto today = std::chrono::floor<std::chrono::days>(zone.to_local(now));
  return zone.to_utc(LocalTime{today + std::chrono::days{days + 1}});
}

}  // namespace

UtcTime end_of_outlook(std::span<const Section> sections, UtcTime now, const Zone& zone) {
  auto end = now;
  for (const auto& section : sections) {
    if (!section.takes_posts()) end = std::max(end, end_of_days(now, section.days, zone));
  }
  return end;
}

std::vector<AnnouncedEvent> choose_events(std::vector<AnnouncedEvent> coming,
                                          std::span<const Section> sections, UtcTime now, const Zone& zone) {
  std::vector<AnnouncedEvent> out;
  std::vector<std::size_t> filled(sections.size());
  std::set<std::pair<std::string, UtcTime>> told;
  for (auto& each : coming) {
    const auto& event = each.event;
    if (event.start <= now || out.size() == most_events) continue;
    for (std::size_t i = 0; i < sections.size(); ++i) {
      const auto& section = sections[i];
      const bool is_full = section.max_posts && filled[i] >= *section.max_posts;
      if (section.takes_posts() || is_full || !section.matches(each.source, each.topics)) continue;
      if (event.start >= end_of_days(now, section.days, zone)) continue;
      if (!told.emplace(fold_case(event.title), event.start).second) break;
      ++filled[i];
      each.section = section.name;
      out.push_back(std::move(each));
      break;
    }
  }
  return out;
}

}  // namespace tidings::digest
