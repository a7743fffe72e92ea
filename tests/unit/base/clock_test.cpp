#include "base/clock.hpp"

#include <doctest/doctest.h>

using namespace tidings;

TEST_CASE("clock: RFC 3339 times are read with any offset and written in UTC") {
  struct Case {
    const char* text;
    const char* want;
  };
  for (const auto& [text, want] : {Case{"2026-01-05T08:00:00Z", "2026-01-05T08:00:00Z"},
                                   Case{"2026-01-05t08:00:00z", "2026-01-05T08:00:00Z"},
                                   Case{"2026-01-05 08:00:00+02:00", "2026-01-05T06:00:00Z"},
                                   Case{"2026-01-01T01:30:00.250+05:30", "2025-12-31T20:00:00.250Z"},
                                   Case{"2024-02-29T23:59:60Z", "2024-03-01T00:00:00Z"},
                                   Case{"1969-12-31T23:59:59-00:00", "1969-12-31T23:59:59Z"}}) {
    CAPTURE(text);
    const auto got = parse_rfc3339(text);
    REQUIRE(got);
    CHECK(format_rfc3339(*got) == want);
  }
}

TEST_CASE("clock: what is no RFC 3339 time is refused") {
  for (const char* text :
       {"", "2026", "2026-01-05", "2026-01-05T08:00Z", "2026-13-05T08:00:00Z", "2026-02-30T08:00:00Z",
        "2026-01-05T24:00:00Z", "2026-01-05T08:00:00", "2026-01-05T08:00:00+2:00", "2026-01-05T08:00:00Zx",
        "2026-01-05T08:00:00.Z", "2026/01/05T08:00:00Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_rfc3339(text));
  }
}

TEST_CASE("clock: mail dates carry the offset") {
  const auto t = *parse_rfc3339("2026-01-05T06:00:00Z");
  CHECK(format_rfc5322_date(t) == "Mon, 05 Jan 2026 06:00:00 +0000");
  CHECK(format_rfc5322_date(t, std::chrono::minutes{120}) == "Mon, 05 Jan 2026 08:00:00 +0200");
  CHECK(format_rfc5322_date(t, std::chrono::minutes{-570}) == "Sun, 04 Jan 2026 20:30:00 -0930");
}
