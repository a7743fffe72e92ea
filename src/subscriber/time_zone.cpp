#include "subscriber/time_zone.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/zone.hpp"

namespace tidings::subscriber {
namespace {

/// Of zones with the same rules nowadays, the best known; from west to east.
constexpr std::array offered{"Pacific/Pago_Pago",
                             "Pacific/Honolulu",
                             "Pacific/Marquesas",
                             "America/Anchorage",
                             "America/Los_Angeles",
                             "America/Phoenix",
                             "America/Denver",
                             "America/Mexico_City",
                             "America/Chicago",
                             "America/Lima",
                             "America/Bogota",
                             "America/New_York",
                             "America/Havana",
                             "America/Caracas",
                             "America/Halifax",
                             "America/Santiago",
                             "America/Asuncion",
                             "America/St_Johns",
                             "America/Sao_Paulo",
                             "America/Argentina/Buenos_Aires",
                             "America/Montevideo",
                             "America/Nuuk",
                             "Atlantic/South_Georgia",
                             "Atlantic/Azores",
                             "Atlantic/Cape_Verde",
                             "Africa/Abidjan",
                             "Europe/London",
                             "Europe/Dublin",
                             "Europe/Lisbon",
                             "Africa/Casablanca",
                             "Africa/Lagos",
                             "Europe/Paris",
                             "Europe/Berlin",
                             "Europe/Madrid",
                             "Europe/Rome",
                             "Europe/Stockholm",
                             "Europe/Warsaw",
                             "Africa/Johannesburg",
                             "Africa/Cairo",
                             "Europe/Athens",
                             "Europe/Kyiv",
                             "Europe/Helsinki",
                             "Europe/Bucharest",
                             "Asia/Jerusalem",
                             "Asia/Beirut",
                             "Europe/Istanbul",
                             "Europe/Moscow",
                             "Africa/Nairobi",
                             "Asia/Riyadh",
                             "Asia/Tehran",
                             "Asia/Dubai",
                             "Asia/Kabul",
                             "Asia/Karachi",
                             "Asia/Tashkent",
                             "Asia/Kolkata",
                             "Asia/Colombo",
                             "Asia/Kathmandu",
                             "Asia/Dhaka",
                             "Asia/Yangon",
                             "Asia/Bangkok",
                             "Asia/Jakarta",
                             "Asia/Ho_Chi_Minh",
                             "Asia/Shanghai",
                             "Asia/Hong_Kong",
                             "Asia/Taipei",
                             "Asia/Singapore",
                             "Asia/Manila",
                             "Australia/Perth",
                             "Australia/Eucla",
                             "Asia/Tokyo",
                             "Asia/Seoul",
                             "Australia/Darwin",
                             "Australia/Adelaide",
                             "Australia/Brisbane",
                             "Australia/Sydney",
                             "Australia/Lord_Howe",
                             "Pacific/Noumea",
                             "Pacific/Norfolk",
                             "Pacific/Auckland",
                             "Pacific/Fiji",
                             "Pacific/Chatham",
                             "Pacific/Tongatapu",
                             "Pacific/Kiritimati",
                             "UTC"};

}  // namespace

Result<std::string> check_timezone(std::string_view text) {
  const auto name = trim(text);
  if (name.empty()) return std::string{};
  constexpr std::size_t longest = 64;  // the database's longest has 32
  if (name.size() > longest || !is_valid_utf8(name))
    return fail(Errc::bad_data, "there is no such time zone", "use an IANA name such as Europe/Athens");
  if (const auto zone = Zone::find_ignoring_case(name)) return zone->name();
  auto error = Zone::find(name).error();
  error.code = Errc::bad_data;
  error.what = fmt::format("there is no time zone \"{}\"", clean_utf8(name));
  return tl::unexpected<Error>{std::move(error)};
}

std::string label_of(const OfferedZone& zone) {
  const auto minutes = zone.offset.count();
  return fmt::format("(UTC{}{:02}:{:02}) {}", minutes < 0 ? "\u2212" : "+", std::abs(minutes) / 60,
                     std::abs(minutes) % 60, zone.name);
}

std::vector<OfferedZone> offered_zones(UtcTime now, const std::vector<std::string>& also) {
  std::vector<std::string> names{offered.begin(), offered.end()};
  for (const auto& each : also) {
    if (!each.empty() && std::ranges::find(names, each) == names.end()) names.push_back(each);
  }
  std::vector<OfferedZone> zones;
  for (auto& name : names) {
    // An old database may not have a new name.
    if (const auto zone = Zone::find_ignoring_case(name))
      zones.push_back({.name = std::move(name), .offset = zone->offset_at(now)});
  }
  std::ranges::stable_sort(zones, {},
                           [](const OfferedZone& each) { return std::tie(each.offset, each.name); });
  return zones;
}

}  // namespace tidings::subscriber
