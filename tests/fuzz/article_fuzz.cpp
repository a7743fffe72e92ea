// A page from anywhere: the extractor never fails but with an error, and what it gives is clean and no longer
// than the page.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/text.hpp"
#include "source/article.hpp"
#include "source/page_trim.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tidings;
  const std::string_view page{reinterpret_cast<const char*>(data), size};
  const auto require = [](bool good, const char* what) {
    if (good) return;
    std::fprintf(stderr, "%s\n", what);
    std::abort();
  };
  for (const char* const type : {"text/html; charset=utf-8", ""}) {
    const auto article =
        source::find_article(page, {.base_url = "https://example.org/a/b", .content_type = type});
    if (!article) {
      require(article.error().code == Errc::bad_data, "no article is bad data");
      continue;
    }
    require(is_valid_utf8(article->text) && is_valid_utf8(article->title) && is_valid_utf8(article->author),
            "text is not UTF-8");
    require(is_valid_utf8(article->html) && is_valid_utf8(article->language) && is_valid_utf8(article->image),
            "HTML is not UTF-8");
    require(!article->text.empty(), "an article without text");
  }
  require(source::trim_page(page).size() <= size * 8 + 64, "trimming made the page longer");
  return 0;
}
