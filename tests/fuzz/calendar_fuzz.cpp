// Calendars of any bytes: no crash, no hang, and what comes out keeps the promises of calendar.hpp. The same
// bytes as a page with events for search engines.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "source/calendar.hpp"
#include "source/encoding.hpp"
#include "source/linked_events.hpp"

namespace {

using namespace tidings;

void check(const source::Event& event, UtcTime now) {
  TIDINGS_CHECK(event.start > now && event.end >= event.start);
  TIDINGS_CHECK(!event.title.empty() && event.title.find('\n') == std::string::npos);
  TIDINGS_CHECK(event.place.find('\n') == std::string::npos);
  TIDINGS_CHECK(event.url.empty() || is_web_url(event.url));
  for (const auto* const text : {&event.id, &event.title, &event.place, &event.url, &event.text})
    TIDINGS_CHECK(source::is_clean_utf8(*text));
  for (const auto& each : event.categories)
    TIDINGS_CHECK(source::is_clean_utf8(each) && each.find('\n') == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  static const auto zone = Zone::find("Europe/Athens").value();
  const auto now = from_ms(1'768'000'000'000);
  const source::CalendarOptions options{.base_url = "https://town.example/",
                                        .content_type = {},
                                        .zone = zone,
                                        .now = now,
                                        .until = now + std::chrono::hours{24 * 200},
                                        .most = 500};
  const auto read = source::read_calendar(bytes, options);
  if (read) {
    TIDINGS_CHECK(read->events.size() <= options.most && read->entries.empty());
    for (const auto& event : read->events) {
      check(event, now);
      TIDINGS_CHECK(event.start < options.until);
    }
    for (const auto& line : read->warnings) TIDINGS_CHECK(line.find('\n') == std::string::npos);
  } else {
    TIDINGS_CHECK(read.error().code == Errc::bad_data);
  }
  const auto page = "<script type=\"application/ld+json\">" + std::string{bytes} + "</script>";
  for (const auto& event :
       source::read_linked_events(page, {.page_url = "https://town.example/", .zone = zone, .now = now}))
    check(event, now);
  return 0;
}
