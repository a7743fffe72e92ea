// The time zones of one calendar: from wall-clock times to instants.
//
// A TZID is an IANA name, also behind a prefix ("/citadel.org/20210210_1/Europe/Berlin"), else the name of
// one of the calendar's VTIMEZONEs, else unknown. Definitions whose rules could run away are not taken.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <libical/ical.h>

#include "base/clock.hpp"
#include "base/zone.hpp"

namespace tidings::source {

struct IcalComponentFree {
  void operator()(icalcomponent* component) const { icalcomponent_free(component); }
};
using IcalComponent = std::unique_ptr<icalcomponent, IcalComponentFree>;

struct IcalZoneFree {
  void operator()(icaltimezone* zone) const { icaltimezone_free(zone, 1); }
};

class CalendarZones {
 public:
  explicit CalendarZones(const Zone& own) : own_(own) {}

  /// The text of a VTIMEZONE; one that makes no sense is ignored.
  void define(const std::string& text);

  /// Years that calendars may speak of.
  [[nodiscard]] static bool is_in_range(const icaltimetype& time);

  /// A time as written with that TZID ("" without one): UTC, a day, of a zone, or of the newsletter's. `time`
  /// is in range.
  [[nodiscard]] UtcTime instant(const icaltimetype& time, const std::string& tzid);

  [[nodiscard]] bool knows(const std::string& tzid);

 private:
  struct Found {
    std::optional<Zone> zone;
    icaltimezone* defined = nullptr;
  };
  const Found& find(const std::string& tzid);

  Zone own_;
  std::map<std::string, std::unique_ptr<icaltimezone, IcalZoneFree>, std::less<>> defined_;
  std::map<std::string, Found, std::less<>> found_;
};

}  // namespace tidings::source
