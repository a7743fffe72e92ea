#include "source/calendar_zones.hpp"

#include <chrono>

namespace tidings::source {
namespace {

constexpr int most_rules = 40;
constexpr std::size_t most_definitions = 100;

LocalTime local_of(const icaltimetype& time) {
  using namespace std::chrono;
  const year_month_day day{year{time.year}, month{static_cast<unsigned>(time.month)},
                           std::chrono::day{static_cast<unsigned>(time.day)}};
  const auto clock = time.is_date != 0
                         ? seconds{0}
                         : hours{time.hour} + minutes{time.minute} + seconds{std::min(time.second, 59)};
  return LocalTime{local_days{day}.time_since_epoch() + clock};
}

/// Zones change once or twice a year; libical follows any rule to the end of its time.
bool is_bounded(icalcomponent* zone) {
  int rules = 0;
  for (auto* part = icalcomponent_get_first_component(zone, ICAL_ANY_COMPONENT); part != nullptr;
       part = icalcomponent_get_next_component(zone, ICAL_ANY_COMPONENT)) {
    auto* const start = icalcomponent_get_first_property(part, ICAL_DTSTART_PROPERTY);
    if (start == nullptr || !CalendarZones::is_in_range(icalproperty_get_dtstart(start))) return false;
    for (auto* rule = icalcomponent_get_first_property(part, ICAL_RRULE_PROPERTY); rule != nullptr;
         rule = icalcomponent_get_next_property(part, ICAL_RRULE_PROPERTY)) {
      const auto recurrence = icalproperty_get_rrule(rule);
      const bool is_yearly = recurrence.freq == ICAL_YEARLY_RECURRENCE && recurrence.rscale == nullptr &&
                             recurrence.by_hour[0] == ICAL_RECURRENCE_ARRAY_MAX &&
                             recurrence.by_minute[0] == ICAL_RECURRENCE_ARRAY_MAX &&
                             recurrence.by_second[0] == ICAL_RECURRENCE_ARRAY_MAX;
      if (!is_yearly || ++rules > most_rules) return false;
    }
    for (auto* more = icalcomponent_get_first_property(part, ICAL_RDATE_PROPERTY); more != nullptr;
         more = icalcomponent_get_next_property(part, ICAL_RDATE_PROPERTY)) {
      if (++rules > most_rules * 10) return false;
    }
  }
  return true;
}

}  // namespace

bool CalendarZones::is_in_range(const icaltimetype& time) {
  using namespace std::chrono;
  constexpr int first_year = 1601;  // as libical's own zones
  constexpr int last_year = 2200;
  if (time.year < first_year || time.year > last_year || time.month < 1 || time.month > 12 || time.day < 1)
    return false;
  const year_month_day day{year{time.year}, month{static_cast<unsigned>(time.month)},
                           std::chrono::day{static_cast<unsigned>(time.day)}};
  if (!day.ok()) return false;
  return time.is_date != 0 || (time.hour >= 0 && time.hour < 24 && time.minute >= 0 && time.minute < 60 &&
                               time.second >= 0 && time.second <= 60);
}

void CalendarZones::define(const std::string& text) {
  if (defined_.size() >= most_definitions) return;
  IcalComponent component{icalparser_parse_string(text.c_str())};
  if (!component || icalcomponent_isa(component.get()) != ICAL_VTIMEZONE_COMPONENT) return;
  if (!is_bounded(component.get())) return;
  std::unique_ptr<icaltimezone, IcalZoneFree> zone{icaltimezone_new()};
  if (icaltimezone_set_component(zone.get(), component.get()) == 0) return;
  static_cast<void>(component.release());  // the zone's now
  if (const char* const name = icaltimezone_get_tzid(zone.get()); name != nullptr && *name != '\0')
    defined_.emplace(name, std::move(zone));
}

const CalendarZones::Found& CalendarZones::find(const std::string& tzid) {
  const auto [place, is_new] = found_.try_emplace(tzid);
  if (!is_new) return place->second;
  auto& found = place->second;
  std::string_view rest = tzid;
  while (!found.zone && !rest.empty()) {
    found.zone = Zone::find_ignoring_case(rest);
    const auto slash = rest.find('/');
    rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
  }
  if (const auto defined = defined_.find(tzid); !found.zone && defined != defined_.end())
    found.defined = defined->second.get();
  return found;
}

bool CalendarZones::knows(const std::string& tzid) {
  const auto& found = find(tzid);
  return found.zone.has_value() || found.defined != nullptr;
}

UtcTime CalendarZones::instant(const icaltimetype& time, const std::string& tzid) {
  const auto local = local_of(time);
  if (time.is_date == 0 && icaltime_is_utc(time) != 0) return UtcTime{local.time_since_epoch()};
  if (time.is_date != 0 || tzid.empty()) return own_.to_utc(local);
  const auto& found = find(tzid);
  if (found.zone) return found.zone->to_utc(local);
  if (found.defined == nullptr) return own_.to_utc(local);
  auto wall = time;
  wall.zone = nullptr;
  int is_daylight = 0;
  const auto offset = icaltimezone_get_utc_offset(found.defined, &wall, &is_daylight);
  return UtcTime{local.time_since_epoch() - std::chrono::seconds{offset}};
}

}  // namespace tidings::source
