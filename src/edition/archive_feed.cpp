#include "edition/archive_feed.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "digest/edition_table.hpp"
#include "edition/epub.hpp"
#include "edition/export.hpp"
#include "sending/archive_links.hpp"

namespace tidings::edition {
namespace {

using Editions = std::vector<const ArchivedEdition*>;

std::string sealed_at(const digest::Edition& edition) {
  return format_rfc3339(edition.sealed.value_or(edition.scheduled));
}

/// "feed.atom" -> "feed-3.atom".
std::string archived_file(const std::string& file, std::size_t number) {
  const auto dot = file.rfind('.');
  return fmt::format("{}-{}{}", file.substr(0, dot), number, file.substr(dot));
}

/// Of all that a page of a feed shows.
std::string mark_of(const config::Config& config, const ArchiveFeed& feed, const Editions& editions,
                    std::string_view links) {
  auto all = fmt::format("{} {} {} {} {} {}", version(), config.archive.url, config.newsletter.name,
                         feed.title, feed.language, links);
  for (const auto* const each : editions) {
    all += fmt::format("\n{} {} {}", each->edition.id.value, sealed_at(each->edition),
                       join(each->languages, " "));
    if (!feed.topic.empty()) all += " " + digest::ids_text(each->topics.at(feed.topic));
  }
  return fmt::format("<!-- {} -->", hex_encode(sha256(all)).substr(0, 32));
}

bool is_plain(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/// "topic-sea"; what is no plain word gets a mark of its own.
std::string topic_name(std::string_view topic) {
  const auto folded = fold_case(topic);
  std::string word;
  for (const char c : folded) word += is_plain(c) ? c : '-';
  if (!std::ranges::all_of(folded, is_plain)) word += "-" + hex_encode(sha256(folded)).substr(0, 8);
  return "topic-" + word.substr(word.find_first_not_of('-'));
}

Result<std::string> entry_of(const config::Config& config, const ArchiveFeed& feed,
                             const ArchivedEdition& archived, const Contents& contents) {
  const auto url = escape_html(config.archive.url);
  const auto& language = feed.language.empty() ? archived.language() : feed.language;
  TIDINGS_LET(const auto html, contents(feed, archived, language));
  std::string links;
  for (const auto& tag : archived.languages) {
    if (!feed.language.empty() && tag != feed.language) continue;
    links += fmt::format("<link rel=\"alternate\" type=\"text/html\" hreflang=\"{}\" href=\"{}/{}\"/>",
                         escape_html(tag), url, sending::page_path(archived.edition, tag));
  }
  const auto at = sealed_at(archived.edition);
  return fmt::format(
      "<entry "
      "xml:lang=\"{}\"><id>{}/{}{}</id><title>{}</title>{}<published>{}</published><updated>{}</updated>"
      "{}<content type=\"html\">{}</content></entry>\n",
      escape_html(language), url, sending::page_path(archived.edition, language),
      feed.topic.empty() ? "" : "#" + topic_name(feed.topic), escape_html(archived.edition.title), links, at,
      at,
      archived.headline.summary.empty() || !feed.topic.empty()
          ? ""
          : "<summary>" + escape_html(archived.headline.summary) + "</summary>",
      escape_html(html));
}

/// What one page of a feed shows.
struct Shown {
  Editions editions;
  std::string links;
};

Result<std::string> page_of(const config::Config& config, const ArchiveFeed& feed, const Shown& shown,
                            const Contents& contents) {
  const auto& [editions, links] = shown;
  const auto url = escape_html(config.archive.url);
  std::string updated = "1970-01-01T00:00:00Z";
  std::string entries;
  for (const auto* const each : editions) {
    TIDINGS_LET(const auto entry, entry_of(config, feed, *each, contents));
    entries += entry;
    updated = std::max(updated, sealed_at(each->edition));
  }
  const bool is_main = feed.file == "feed.atom";
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{}\n"
      "<feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:fh=\"http://purl.org/syndication/history/1.0\">"
      "<id>{}/{}</id><title>{}</title><author><name>{}</name></author>{}<link rel=\"alternate\" "
      "type=\"text/html\" "
      "href=\"{}/\"/><updated>{}</updated>\n{}</feed>\n",
      mark_of(config, feed, editions, links), url, is_main ? "" : feed.file, escape_html(feed.title),
      escape_html(config.newsletter.name), links, url, updated, entries);
}

}  // namespace

std::string topic_file(std::string_view topic) { return topic_name(topic) + ".atom"; }

std::vector<FeedPage> feed_pages(const config::Config& config, const ArchiveFeed& feed,
                                 const Editions& editions, const Contents& contents) {
  const auto url = escape_html(config.archive.url);
  const auto link = [&](std::string_view rel, const std::string& file) {
    return fmt::format("<link rel=\"{}\" type=\"application/atom+xml\" href=\"{}/{}\"/>", rel, url, file);
  };
  std::vector<FeedPage> out;
  const auto add = [&](const std::string& file, const Shown& shown) {
    out.push_back(
        {.file = file,
         .mark = mark_of(config, feed, shown.editions, shown.links),
         .write = [&config, feed, shown, contents] { return page_of(config, feed, shown, contents); }});
  };
  // RFC 5005 section 4: archived pages are numbered from the oldest, so that a full one never changes.
  const auto full = editions.size() <= feed_page_size ? 0 : editions.size() / feed_page_size;
  for (std::size_t number = 1; number <= full; ++number) {
    const auto begin = editions.end() - static_cast<std::ptrdiff_t>(number * feed_page_size);
    auto links =
        link("self", archived_file(feed.file, number)) + link("current", feed.file) + "<fh:archive/>";
    if (number > 1) links += link("prev-archive", archived_file(feed.file, number - 1));
    if (number < full) links += link("next-archive", archived_file(feed.file, number + 1));
    add(archived_file(feed.file, number),
        {.editions = {begin, begin + static_cast<std::ptrdiff_t>(feed_page_size)}, .links = links});
  }
  auto links = link("self", feed.file);
  if (full > 0) links += link("prev-archive", archived_file(feed.file, full));
  const auto newest = static_cast<std::ptrdiff_t>(std::min(editions.size(), feed_page_size));
  add(feed.file, {.editions = {editions.begin(), editions.begin() + newest}, .links = links});
  return out;
}

std::string book_path(const digest::Edition& edition, std::string_view language) {
  const auto page = sending::page_path(edition, language);
  return page.substr(0, page.rfind('.')) + ".epub";
}

std::string make_catalogue(const config::Config& config, const Editions& editions) {
  std::string entries;
  std::string updated = "1970-01-01T00:00:00Z";
  const auto name = escape_html(config.newsletter.name);
  for (const auto* const each : editions) {
    updated = std::max(updated, sealed_at(each->edition));
    for (const auto& language : each->languages) {
      const auto facts = book_facts(config, each->edition, language);
      entries += fmt::format(
          "<entry><id>{}</id><title>{}</title><author><name>{}</name></author><updated>{}</updated>"
          "<dc:language>{}</dc:language>{}<link rel=\"http://opds-spec.org/acquisition/open-access\" "
          "type=\"application/epub+zip\" href=\"{}\"/></entry>\n",
          book_id(facts.identity), escape_html(facts.title), name, sealed_at(each->edition),
          escape_html(language),
          each->headline.summary.empty() ? ""
                                         : "<summary>" + escape_html(each->headline.summary) + "</summary>",
          book_path(each->edition, language));
    }
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" "
      "xmlns:dc=\"http://purl.org/dc/terms/\"><id>{0}</id><title>{1}</title><author><name>{1}</name></author>"
      "<updated>{2}</updated><link rel=\"self\" "
      "type=\"application/atom+xml;profile=opds-catalog;kind=acquisition\" "
      "href=\"opds.xml\"/><link rel=\"start\" "
      "type=\"application/atom+xml;profile=opds-catalog;kind=acquisition\" "
      "href=\"opds.xml\"/>\n{3}</feed>\n",
      book_id("catalogue " + config.newsletter.list_id), name, updated, entries);
}

std::string make_sitemap(const config::Config& config, const std::vector<int>& years,
                         const Editions& editions) {
  const auto top = escape_html(config.archive.url);
  auto out = std::string{
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset "
      "xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"};
  out += fmt::format("<url><loc>{}/</loc></url>\n", top);
  for (const auto year : years) {
    if (const auto file = year_file(years, year); file != "index.html")
      out += fmt::format("<url><loc>{}/{}</loc></url>\n", top, file);
  }
  for (const auto* const each : editions) {
    for (const auto& language : each->languages)
      out += fmt::format("<url><loc>{}/{}</loc><lastmod>{}</lastmod></url>\n", top,
                         sending::page_path(each->edition, language), sealed_at(each->edition).substr(0, 10));
  }
  return out + "</urlset>\n";
}

}  // namespace tidings::edition
