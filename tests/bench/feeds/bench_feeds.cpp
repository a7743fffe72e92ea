// A 20 MB Atom feed of 7,450 entries: bytes to entries, beside libxml2's bare DOM parse of the same bytes.
// Medians of five.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <string>

#include <libxml/parser.h>

#include "source/parse.hpp"

namespace {

std::string make_feed() {
  const std::string paragraph =
      "&lt;p&gt;The harbour master counts the boats at dawn, and again at dusk; Ο λιμενάρχης μετρά τις "
      "βάρκες. "
      "&lt;a href=\"https://example.org/boats?year=2026&amp;amp;month=1\"&gt;the list&lt;/a&gt; &lt;img "
      "src=\"/boat.jpg\" alt=\"a boat\"&gt;&lt;/p&gt;\n";
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" "
      "xml:lang=\"en\"><title>Harbour</title>"
      "<link "
      "href=\"https://example.org/\"/><id>tag:example.org,2026:feed</id><updated>2026-01-08T10:15:30Z</"
      "updated>\n";
  for (int i = 0; i < 7450; ++i) {
    const auto number = std::to_string(i);
    out += "<entry><id>tag:example.org,2026:" + number +
           "</id><title type=\"html\">Boats &amp;amp; birds, part " + number + "</title>" +
           "<link rel=\"alternate\" type=\"text/html\" href=\"https://example.org/2026/01/" + number +
           ".html\"/>" +
           "<published>2026-01-08T10:15:30+02:00</published><updated>2026-01-09T10:15:30Z</updated>" +
           "<author><name>Ada</name></author><category term=\"sea\"/><category term=\"news\"/><content "
           "type=\"html\">";
    for (int k = 0; k < 8; ++k) out += paragraph;
    out += "</content></entry>\n";
  }
  return out + "</feed>\n";
}

template <class Work>
double median_seconds(Work work) {
  std::array<double, 5> times{};
  for (auto& time : times) {
    const auto start = std::chrono::steady_clock::now();
    work();
    time = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  std::sort(times.begin(), times.end());
  return times[2];
}

}  // namespace

int main() {
  const auto bytes = make_feed();
  std::size_t entries = 0;
  const double dom = median_seconds([&] {
    xmlFreeDoc(xmlReadMemory(bytes.data(), static_cast<int>(bytes.size()), nullptr, nullptr,
                             XML_PARSE_NONET | XML_PARSE_HUGE));
  });
  const double ours = median_seconds([&] {
    const auto feed =
        tidings::source::parse_feed(bytes, {.base_url = "https://example.org/feed", .content_type = {}});
    entries = feed ? feed->entries.size() : 0;
  });
  const double megabytes = static_cast<double>(bytes.size()) / 1e6;
  std::printf(
      "%.1f MB, %zu entries\nlibxml2 DOM  %.3f s  %.0f MB/s\nparse_feed   %.3f s  %.0f MB/s\nratio %.2f "
      "(aim: at least "
      "0.6)\n",
      megabytes, entries, dom, megabytes / dom, ours, megabytes / ours, dom / ours);
  return entries == 7450 ? 0 : 1;
}
