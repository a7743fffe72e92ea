#include "base/zone.hpp"

#include <doctest/doctest.h>

using namespace tidings;
using namespace std::chrono;

namespace {
LocalTime local(int y, unsigned m, unsigned d, int hh, int mm) {
  return LocalTime{local_days{year{y} / month{m} / day{d}} + hours{hh} + minutes{mm}};
}
}  // namespace

TEST_CASE("zone: wall-clock times across DST") {
  const auto athens = Zone::find("Europe/Athens");
  REQUIRE(athens);
  CHECK(format_rfc3339(athens->to_utc(local(2026, 1, 5, 8, 0))) == "2026-01-05T06:00:00Z");
  CHECK(format_rfc3339(athens->to_utc(local(2026, 7, 5, 8, 0))) == "2026-07-05T05:00:00Z");
  // 2026-03-29: 03:00 becomes 04:00; 2026-10-25: 04:00 becomes 03:00.
  CHECK(format_rfc3339(athens->to_utc(local(2026, 3, 29, 3, 30))) == "2026-03-29T01:00:00Z");
  CHECK(format_rfc3339(athens->to_utc(local(2026, 10, 25, 3, 30))) == "2026-10-25T00:30:00Z");
  CHECK(athens->to_local(*parse_rfc3339("2026-03-29T01:00:00Z")) == local(2026, 3, 29, 4, 0));
  CHECK(athens->offset_at(*parse_rfc3339("2026-07-05T05:00:00Z")) == minutes{180});
}

TEST_CASE("zone: an unknown name is refused with the nearest one") {
  const auto zone = Zone::find("Europe/Athen");
  REQUIRE_FALSE(zone);
  CHECK(zone.error().code == Errc::config);
  CHECK(zone.error().hint == "did you mean \"Europe/Athens\"?");
}

TEST_CASE("zone: a name is found in any case, or not at all") {
  CHECK(Zone::find_ignoring_case("america/new_york")->name() == "America/New_York");
  CHECK(Zone::find_ignoring_case("US/PACIFIC"));
  CHECK_FALSE(Zone::find_ignoring_case("europe/athen"));
  CHECK_FALSE(Zone::find_ignoring_case(""));
}
