#include "config/sections.hpp"

#include <fmt/format.h>

#include "base/url.hpp"

namespace tidings::config {

ArchiveConfig read_archive(TomlDocument& document, const NewsletterConfig& newsletter, const WebConfig& web) {
  auto section = document.section("archive");
  const bool is_served = !web.archive.empty() && !newsletter.public_url.empty();
  const auto served_url = is_served ? newsletter.public_url + "/archive" : std::string{};
  ArchiveConfig archive{.url = section.filled_text("url", served_url),
                        .epub = section.boolean("epub", false)};
  while (archive.url.ends_with('/')) archive.url.pop_back();
  if (!archive.url.empty()) {
    const auto url = parse_url(archive.url);
    if (!is_web_url(archive.url) || !url || !url->query.empty() || !url->fragment.empty()) {
      section.mistake("url", fmt::format("\"{}\" is not where readers find the archive", archive.url),
                      "url = \"https://HOST/PATH\"");
    }
  }
  section.finish();
  return archive;
}

}  // namespace tidings::config
