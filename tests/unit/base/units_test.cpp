#include "base/units.hpp"

#include <doctest/doctest.h>

using namespace tidings;
using namespace std::chrono_literals;

TEST_CASE("units: durations are read and written") {
  CHECK(*parse_duration("30m") == 30min);
  CHECK(*parse_duration("1h30m") == 90min);
  CHECK(*parse_duration("2d") == 48h);
  CHECK(*parse_duration("250ms") == 250ms);
  for (const char* text : {"", "30", "m", "30 m", "-5m", "1.5h", "3 years", "99999999999999999999s"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
  }
  CHECK(format_duration(36h) == "36h");
  CHECK(format_duration(48h) == "2d");
  CHECK(format_duration(90min) == "1h30m");
  CHECK(format_duration(0ms) == "0s");
}

TEST_CASE("units: sizes are read and written") {
  CHECK(*parse_size("2MiB") == 2097152);
  CHECK(*parse_size("100kB") == 100000);
  CHECK_FALSE(parse_size("100"));
  CHECK(format_size(999) == "999 B");
  CHECK(format_size(27400) == "27 kB");
  CHECK(format_size(999600) == "1.0 MB");
}
