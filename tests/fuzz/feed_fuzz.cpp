// Feeds of any bytes: no crash, no hang, and what comes out keeps the promises of source.hpp.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "base/text.hpp"
#include "source/discover.hpp"
#include "source/encoding.hpp"
#include "source/parse.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidings;
  using namespace tidings::source;
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto decoded = decode_bytes(bytes, "text/xml; charset=shift_jis");
  TIDINGS_CHECK(is_clean_utf8(decoded.text));
  TIDINGS_CHECK(clean_utf8(decoded.text) == decoded.text);
  static_cast<void>(discover_feeds(bytes, "https://example.org/"));
  const auto feed = parse_feed(bytes, {.base_url = "https://example.org/feed", .content_type = {}});
  if (!feed) {
    TIDINGS_CHECK(feed.error().code == Errc::bad_data);
    TIDINGS_CHECK(feed.error().line().find('\n') == std::string::npos);
    return 0;
  }
  for (const auto& warning : feed->warnings) TIDINGS_CHECK(warning.find('\n') == std::string::npos);
  for (const auto& entry : feed->entries) {
    for (const auto* text : {&entry.id, &entry.title, &entry.link, &entry.author, &entry.summary_html,
                             &entry.content_html, &entry.language, &entry.image, &entry.base_url}) {
      TIDINGS_CHECK(is_clean_utf8(*text));
    }
    TIDINGS_CHECK(entry.title.find('\n') == std::string::npos);
  }
  return 0;
}
