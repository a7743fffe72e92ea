#include "source/feed_date.hpp"

#include <doctest/doctest.h>

using namespace tidings;
using namespace tidings::source;

namespace {

struct Case {
  const char* text;
  const char* want;  ///< "" for no date
};

void check(std::initializer_list<Case> cases) {
  for (const auto& each : cases) {
    CAPTURE(each.text);
    const auto time = parse_feed_date(each.text);
    CHECK((time ? format_rfc3339(*time) : "") == each.want);
  }
}

}  // namespace

TEST_CASE("feed date: RFC 822 and its usual mistakes") {
  check({{"Thu, 08 Jan 2026 10:15:30 GMT", "2026-01-08T10:15:30Z"},
         {"Mon, 8 Jan 26 10:15 +0200", "2026-01-08T08:15:00Z"},
         {"08 January 2026 10:15:30 EST", "2026-01-08T15:15:30Z"},
         {"Jan 08 2026 10:15:30 GMT", "2026-01-08T10:15:30Z"},
         {"Thu, 08 Jan 2026", "2026-01-08T00:00:00Z"},
         {"Thu, 08 Jan 2026 10:15:30 GMT-05:00", "2026-01-08T15:15:30Z"},
         {"Thu, 08 Jan 2026 10:15:30 +0000 (UTC)", "2026-01-08T10:15:30Z"},
         {"Thu, 08 Jan 2026 10:15:30 America/New_York", "2026-01-08T15:15:30Z"},
         {"Fri, 01 Jan 99 00:00:00 Z", "1999-01-01T00:00:00Z"},
         {"Thu, 08 Jan 2026 24:00:00 GMT", "2026-01-09T00:00:00Z"},
         {"Thu, 08 Jan 2026 23:59:60 GMT", "2026-01-09T00:00:00Z"},
         {"08-Jan-2026 10:15", "2026-01-08T10:15:00Z"},
         {"Thu, 2026/01/08 10:15:30 EDT", "2026-01-08T14:15:30Z"}});
}

TEST_CASE("feed date: RFC 3339, W3CDTF and ISO 8601") {
  check({{"2026-01-08T10:15:30Z", "2026-01-08T10:15:30Z"},
         {"2026-01-08t10:15:30.250+05:30", "2026-01-08T04:45:30.250Z"},
         {"2026-01-08 10:15:30", "2026-01-08T10:15:30Z"},
         {"2026-01-08T10:15-0800", "2026-01-08T18:15:00Z"},
         {"2026-01-08", "2026-01-08T00:00:00Z"},
         {"2026-01", "2026-01-01T00:00:00Z"},
         {"2026", "2026-01-01T00:00:00Z"},
         {"20260108", "2026-01-08T00:00:00Z"},
         {"20260108T101530Z", "2026-01-08T10:15:30Z"},
         {"260108", "2026-01-08T00:00:00Z"},
         {"2026-039", "2026-02-08T00:00:00Z"},
         {"2026039", "2026-02-08T00:00:00Z"},
         {"26-039", "2026-02-08T00:00:00Z"},
         {"2026-W02-4", "2026-01-08T00:00:00Z"}});
}

TEST_CASE("feed date: centuries left out, hours alone and offsets before the year") {
  check({{"-2602", "2026-02-01T00:00:00Z"},
         {"-26-02", "2026-02-01T00:00:00Z"},
         {"2026-01-08T10Z", "2026-01-08T10:00:00Z"},
         {"2026-01-08T10+02:00", "2026-01-08T08:00:00Z"},
         {"Thu Jan 08 10:15:30 +0100 2026", "2026-01-08T09:15:30Z"}});
}

TEST_CASE("feed date: what is only half a date is none") {
  check({{"Thu, 8 Jan 2026 1:2:3:4 GMT", ""},
         {"Thu, Jan x 2026 10:15:30 GMT", ""},
         {"Thu, 8 Jan 2026 10:15:30 +zz:00", ""},
         {"Thu, 8 Jan 2026 10:15:30 +00:zz", ""},
         {"Thu, 8 Jan 2026 10:15:30 -9999", ""},
         {"Thu, 8 Jan 2026 10:15:30 -199999999:3", ""},
         {"2026-01-08-01", ""},
         {"2026-01-08T10:15:30-06:00Textra", ""},
         {"-26", ""},
         {"-26022", ""}});
}

TEST_CASE("feed date: asctime and epochs") {
  check({{"Thu Jan  8 10:15:30 2026", "2026-01-08T10:15:30Z"},
         {"Thu Jan  8 10:15:30 PST 2026", "2026-01-08T18:15:30Z"},
         {"1767867330", "2026-01-08T10:15:30Z"},
         {"1767867330000", "2026-01-08T10:15:30Z"}});
}

TEST_CASE("feed date: months and halves of the day in many languages") {
  check({{"jeudi 8 janvier 2026 à 10:15", "2026-01-08T10:15:00Z"},
         {"8. Jänner 2026", "2026-01-08T00:00:00Z"},
         {"Πέμπτη, 8 Ιανουαρίου 2026", "2026-01-08T00:00:00Z"},
         {"Πεμ, 08 Ιαν 2026 10:15:30 +0200", "2026-01-08T08:15:30Z"},
         {"2026-január-8T10:15+01:00", "2026-01-08T09:15:00Z"},
         {"2026. január 8., csütörtök", "2026-01-08T00:00:00Z"},
         {"четверг, 8 января 2026 г.", "2026-01-08T00:00:00Z"},
         {"8 stycznia 2026", "2026-01-08T00:00:00Z"},
         {"8 Ocak 2026 Perşembe", "2026-01-08T00:00:00Z"},
         {"mar 3 mar 2026", "2026-03-03T00:00:00Z"},
         {"2026年1月8日 14:30", "2026-01-08T14:30:00Z"},
         {"2026년 01월 08일  10:15:30", "2026-01-08T01:15:30Z"},
         {"2026-01-08 오후 10:15:30", "2026-01-08T13:15:30Z"},
         {"Jan 8, 2026 at 10:15 PM EST", "2026-01-09T03:15:00Z"},
         {"Thursday, January 8, 2026", "2026-01-08T00:00:00Z"}});
}

TEST_CASE("feed date: numbers in the order of their separator") {
  check({{"08.01.2026 14:30", "2026-01-08T14:30:00Z"},
         {"1/8/2026 2:30:00 PM", "2026-01-08T14:30:00Z"},
         {"13/1/2026", "2026-01-13T00:00:00Z"},
         {"12/1/2026 12:05 am", "2026-12-01T00:05:00Z"}});
}

TEST_CASE("feed date: what is none stays none") {
  check({{"", ""},
         {"soon", ""},
         {"12", ""},
         {"Thu, 31 Jun 2026 10:15:30 GMT", ""},
         {"2026-13-01", ""},
         {"2026-xx-01", ""},
         {"2026-01-08T25:00:00Z", ""},
         {"10:15:30", ""},
         {"99999999999999999999", ""}});
}

TEST_CASE("feed date: every cut of a date is a date or none, and never a fault") {
  for (const std::string whole :
       {"Thu, 08 Jan 2026 10:15:30 America/New_York", "2026-01-08T10:15:30.250+05:30", "2026년 1월 8일 오후 10:15",
        "Πέμπτη, 8 Ιανουαρίου 2026 10:15 π.μ.", "20260108T101530Z", "2026-W02-4"}) {
    for (std::size_t i = 0; i <= whole.size(); ++i) {
      static_cast<void>(parse_feed_date(whole.substr(0, i)));
      static_cast<void>(parse_feed_date(whole.substr(i)));
    }
  }
  CHECK(parse_feed_date("Thu, 08 Jan 2026"));
}
