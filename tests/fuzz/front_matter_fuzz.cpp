// Markdown files of any bytes.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "source/encoding.hpp"
#include "source/markdown.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidings;
  const auto post = source::read_markdown({reinterpret_cast<const char*>(data), size}, "2026-01-08-a.md",
                                          {.site_url = "https://example.org/"});
  if (!post) {
    TIDINGS_CHECK(post.error().line().find('\n') == std::string::npos);
  } else {
    TIDINGS_CHECK(source::is_clean_utf8(post->entry.title) &&
                  source::is_clean_utf8(post->entry.content_html));
  }
  return 0;
}
