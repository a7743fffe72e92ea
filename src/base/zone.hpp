// IANA time zones from the system's database (/usr/share/zoneinfo), by Hinnant's date library.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace date {
class time_zone;
}

namespace tidings {

/// Wall-clock time in a zone that its holder knows.
using LocalTime = std::chrono::local_time<std::chrono::milliseconds>;

/// One zone. Copies are cheap (a pointer into the library's table). Thread-safe.
class Zone {
 public:
  /// Errc::config with the nearest known name if the zone does not exist.
  [[nodiscard]] static Result<Zone> find(std::string_view name);

  /// The zone of that name in any case, including links such as "US/Pacific"; nothing if it does not exist.
  /// Fails cheaply.
  [[nodiscard]] static std::optional<Zone> find_ignoring_case(std::string_view name);

  [[nodiscard]] std::string name() const;
  [[nodiscard]] LocalTime to_local(UtcTime t) const;

  /// The instant of a wall-clock time: the first after the gap if DST skips it, the first of two if it occurs
  /// twice.
  [[nodiscard]] UtcTime to_utc(LocalTime t) const;

  /// Minutes east of UTC at that instant.
  [[nodiscard]] std::chrono::minutes offset_at(UtcTime t) const;

 private:
  explicit Zone(const date::time_zone* zone) : zone_(zone) {}
  const date::time_zone* zone_;
};

/// "2026-01-05 08:00", in that zone.
[[nodiscard]] std::string time_in_words(const Zone& zone, UtcTime t);

}  // namespace tidings
