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

/// Wall-clock time in some zone; which one is said by whoever holds it.
using LocalTime = std::chrono::local_time<std::chrono::milliseconds>;

/// One zone. Copies are cheap (a pointer into the library's table). Thread-safe.
class Zone {
 public:
  /// Errc::config with the nearest known name if there is none of that name.
  [[nodiscard]] static Result<Zone> find(std::string_view name);

  /// The zone of that name in any case, links such as "US/Pacific" included; nothing if there is none. Cheap
  /// when it fails.
  [[nodiscard]] static std::optional<Zone> find_ignoring_case(std::string_view name);

  [[nodiscard]] std::string name() const;
  [[nodiscard]] LocalTime to_local(UtcTime t) const;

  /// The instant of a wall-clock time. Skipped by DST: the first instant after the gap. Occurring twice: the
  /// first.
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
