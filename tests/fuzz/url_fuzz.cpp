// URLs of any bytes: parsing and resolving never fail otherwise than by saying so, what comes out parses
// again to itself, and links that are kept are of a safe scheme whatever the input was.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "base/url.hpp"
#include "post/identity.hpp"
#include "post/safe_url.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidings;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto split = text.find('\n');
  const auto base =
      split == std::string_view::npos ? std::string_view{"https://example.org/a/b?c"} : text.substr(0, split);
  const auto reference = split == std::string_view::npos ? text : text.substr(split + 1);
  if (const auto url = parse_url(reference)) {
    const auto again = parse_url(url->text());
    TIDINGS_CHECK(again && *again == *url);
  }
  if (const auto resolved = resolve_url(base, reference))
    TIDINGS_CHECK(resolved->find('\n') == std::string::npos);
  for (const auto& made : {post::safe_link(reference, base), post::safe_image(reference, base)}) {
    if (!made) continue;
    TIDINGS_CHECK(made->find_first_of("\"<> \t\r\n") == std::string::npos);
    TIDINGS_CHECK(is_web_url(*made) || made->starts_with("mailto:") || made->starts_with("tel:") ||
                  made->starts_with("data:image/") || !parse_url(base));
  }
  const auto link = post::canonical_link(reference);
  TIDINGS_CHECK(link.empty() || is_web_url(link));
  TIDINGS_CHECK(post::canonical_link(link) == link);
  static_cast<void>(post::link_key(link));
  return 0;
}
