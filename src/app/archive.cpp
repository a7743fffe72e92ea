#include "app/archive.hpp"

#include <limits>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "digest/edition_table.hpp"

namespace tidings::app {
namespace {

bool is_public(const Config& config, const digest::Edition& edition) {
  using State = digest::EditionState;
  const auto* const digest = config.find_digest(edition.digest);
  const bool stands = edition.state == State::sealed || edition.state == State::sending || edition.state == State::sent;
  return stands && edition.number && digest != nullptr && digest->archive;
}

std::string index_page(const Config& config, const std::string& rows) {
  const auto name = escape_html(config.newsletter.name);
  return fmt::format(
      "<!doctype html>\n<html lang=\"{0}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
      "<title>{1}</title>{2}<style>:root{{color-scheme:light dark}}body{{font:18px/1.6 Georgia,serif;max-width:40rem;margin:3rem auto;"
      "padding:0 1rem}}li{{margin:.4rem 0}}</style></head><body><h1>{1}</h1>\n<ul>\n{3}</ul></body></html>\n",
      escape_html(config.newsletter.language), name,
      config.archive.url.empty() ? "" : "<link rel=\"alternate\" type=\"application/atom+xml\" href=\"feed.atom\">", rows);
}

}  // namespace

std::string page_path(const digest::Edition& edition, std::string_view language) {
  return fmt::format("{}/{}.{}.html", edition.digest, edition.number.value_or(0), language);
}

std::string view_url(const Config& config, const digest::Edition& edition, std::string_view language) {
  if (config.archive.url.empty() || !is_public(config, edition)) return {};
  return config.archive.url + "/" + page_path(edition, language);
}

Result<int> build_archive(const Config& config, store::Database& database, const std::filesystem::path& folder) {
  digest::EditionTable editions{database};
  TIDINGS_LET(const auto all, editions.list("", std::numeric_limits<int>::max()));
  std::string rows;
  std::string entries;
  std::string updated = "1970-01-01T00:00:00Z";
  int count = 0;
  for (const auto& [edition, posts, segments] : all) {
    if (!is_public(config, edition)) continue;
    TIDINGS_LET(const auto pages, editions.pages_of(edition.id));
    if (pages.empty()) continue;
    const digest::EditionPage* own = &pages.front();
    for (const auto& page : pages) {
      TIDINGS_TRY(write_file(folder / page_path(edition, page.language), page.html));
      if (page.language == config.newsletter.language) own = &page;
    }
    const auto path = page_path(edition, own->language);
    const auto at = format_rfc3339(edition.sealed.value_or(edition.scheduled));
    rows += fmt::format("<li><a href=\"{}\">{}</a></li>\n", path, escape_html(edition.title));
    entries += fmt::format("<entry><id>{0}/{1}</id><title>{2}</title><link rel=\"alternate\" type=\"text/html\" href=\"{0}/{1}\"/>"
                           "<updated>{3}</updated></entry>\n",
                           escape_html(config.archive.url), path, escape_html(edition.title), at);
    if (at > updated) updated = at;
    ++count;
  }
  TIDINGS_TRY(write_file(folder / "index.html", index_page(config, rows)));
  if (!config.archive.url.empty()) {
    const auto url = escape_html(config.archive.url);
    TIDINGS_TRY(write_file(
        folder / "feed.atom",
        fmt::format("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"><id>{0}/</id><title>{1}</title>"
                    "<author><name>{1}</name></author><link rel=\"self\" href=\"{0}/feed.atom\"/><link href=\"{0}/\"/>"
                    "<updated>{2}</updated>\n{3}</feed>\n",
                    url, escape_html(config.newsletter.name), updated, entries)));
  }
  return count;
}

}  // namespace tidings::app
