// Markdown files of any bytes.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "source/encoding.hpp"
#include "source/markdown.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidings;
  const auto entry = source::read_markdown({reinterpret_cast<const char*>(data), size}, "2026-01-08-a.md",
                                           {.site_url = "https://example.org/"});
  if (!entry) {
    TIDINGS_CHECK(entry.error().line().find('\n') == std::string::npos);
  } else if (*entry) {
    TIDINGS_CHECK(source::is_clean_utf8((*entry)->title) && source::is_clean_utf8((*entry)->content_html));
  }
  return 0;
}
