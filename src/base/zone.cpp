#include "base/zone.hpp"

#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include <date/tz.h>
#include <fmt/format.h>

#include "base/text.hpp"

namespace tidings {

Result<Zone> Zone::find(std::string_view name) {
  try {
    return Zone{date::locate_zone(std::string{name})};
  } catch (const std::runtime_error&) {
    std::vector<std::string> known;
    try {
      for (const auto& zone : date::get_tzdb().zones) known.push_back(zone.name());
    } catch (const std::runtime_error&) {
      return fail(Errc::config, "the time zone database is missing", "install the package tzdata");
    }
    const auto near = nearest(name, known);
    return fail(Errc::config, fmt::format("there is no time zone \"{}\"", name),
                near ? fmt::format("did you mean \"{}\"?", *near) : "use an IANA name such as Europe/Athens");
  }
}

std::optional<Zone> Zone::find_ignoring_case(std::string_view name) {
  using Names = std::unordered_map<std::string, std::string>;
  static const Names names = [] {
    Names made;
    try {
      for (const auto& zone : date::get_tzdb().zones) made.emplace(ascii_lower(zone.name()), zone.name());
    } catch (const std::runtime_error&) {
      made.clear();  // no database: find() reports it
    }
    return made;
  }();
  const auto found = names.find(ascii_lower(name));
  if (found == names.end()) return std::nullopt;
  const auto zone = find(found->second);
  return zone ? std::optional{*zone} : std::nullopt;
}

std::string Zone::name() const { return zone_->name(); }

LocalTime Zone::to_local(UtcTime t) const { return LocalTime{t.time_since_epoch() + offset_at(t)}; }

UtcTime Zone::to_utc(LocalTime t) const {
  const date::local_time<std::chrono::milliseconds> local{t.time_since_epoch()};
  const auto info = zone_->get_info(local);
  // In a gap, second.begin is the instant of the jump.
  if (info.result == date::local_info::nonexistent) return UtcTime{info.second.begin.time_since_epoch()};
  return UtcTime{local.time_since_epoch() - info.first.offset};
}

std::chrono::minutes Zone::offset_at(UtcTime t) const {
  const auto info = zone_->get_info(date::sys_time<std::chrono::milliseconds>{t.time_since_epoch()});
  return std::chrono::floor<std::chrono::minutes>(info.offset);
}

std::string time_in_words(const Zone& zone, UtcTime t) {
  const auto text = format_rfc3339(t + zone.offset_at(t));
  return text.substr(0, 10) + " " + text.substr(11, 5);
}

}  // namespace tidings
