// OPML of any bytes: no crash, no hang, and what comes out keeps the promises of opml.hpp; written out it
// reads back the same.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "source/opml.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidings;
  using namespace tidings::source;
  const auto read = read_opml({reinterpret_cast<const char*>(data), size});
  if (!read) {
    TIDINGS_CHECK(read.error().code == Errc::bad_data);
    return 0;
  }
  for (const auto& line : read->left_out) TIDINGS_CHECK(line.find('\n') == std::string::npos);
  for (const auto& feed : read->feeds) {
    TIDINGS_CHECK(is_web_url(feed.url) && is_clean_utf8(feed.url));
    TIDINGS_CHECK(is_clean_utf8(feed.title) && feed.title.find('\n') == std::string::npos);
    for (const auto& topic : feed.topics)
      TIDINGS_CHECK(!topic.empty() && topic.find('\n') == std::string::npos);
  }
  const auto again = read_opml(write_opml(read->title, read->feeds));
  TIDINGS_CHECK(again && again->feeds.size() == read->feeds.size() && again->title == read->title);
  return 0;
}
