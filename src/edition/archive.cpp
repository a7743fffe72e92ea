#include "edition/archive.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "config/theme_files.hpp"
#include "digest/edition_table.hpp"
#include "message/brand.hpp"
#include "message/strings.hpp"
#include "sending/archive_links.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::edition {
namespace {

/// The languages' own names and writing directions. Not thread-safe.
class Languages {
 public:
  explicit Languages(const config::Config& config) : lookup_(config::template_lookup(config.folder)) {}

  Result<const message::Strings*> of(const std::string& tag) {
    auto it = known_.find(tag);
    if (it == known_.end()) {
      TIDINGS_LET(auto strings, message::Strings::load("default", tag, lookup_));
      it = known_.emplace(tag, std::move(strings)).first;
    }
    return &it->second;
  }

 private:
  message::Lookup lookup_;
  std::map<std::string, message::Strings> known_;
};

constexpr std::string_view index_style = R"css(
:root{color-scheme:light dark;--page:#f2f0eb;--card:#fffefc;--head:#14191e;--line:#dcd9d2}
@media (prefers-color-scheme:dark){:root{--page:#111315;--card:#1b1e21;--head:#f3f4f5;--line:#33383d}}
*{box-sizing:border-box}
body{margin:0;padding:2rem 1rem 3rem;background:var(--page);overflow-wrap:anywhere;
  font:1.0625rem/1.6 var(--body-font) -apple-system,BlinkMacSystemFont,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Noto Sans",sans-serif}
main{max-width:36rem;margin:0 auto;padding:2rem 2.25rem 1.75rem;background:var(--card);
  border-top:6px solid var(--accent);border-radius:10px}
h1{margin:0 0 1.25rem;color:var(--head);font-size:1.75rem;line-height:1.2;text-wrap:balance}
a{display:inline-flex;align-items:center;min-width:2.75rem;min-height:2.75rem;color:var(--accent);text-underline-offset:.2em}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
ul{margin:0;padding:0;list-style:none}
li{padding:.25rem 0;border-top:1px solid var(--line)}
small{display:flex;flex-wrap:wrap;gap:0 1.25rem;margin-top:-.5rem;font-size:.9375rem}
@media (max-width:30rem){body{padding:0 0 2rem}main{border-radius:0;padding:1.5rem 1.25rem 1rem}}
)css";

std::string index_page(const config::Config& config, const message::Strings& own, const std::string& rows) {
  const auto name = escape_html(config.newsletter.name);
  const bool has_feed = !config.archive.url.empty();
  return fmt::format(
      "<!doctype html>\n<html lang=\"{}\" dir=\"{}\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><link rel=\"icon\" "
      "href=\"data:,\"><title>{}</title>{}<style>{}{}</style></head>\n"
      "<body><main><h1>{}</h1>\n<ul>\n{}</ul></main></body></html>\n",
      escape_html(config.newsletter.language), own.direction(), name,
      has_feed ? "<link rel=\"alternate\" type=\"application/atom+xml\" href=\"feed.atom\">" : "",
      message::page_style(config.brand), index_style, name, rows);
}

/// Does not touch a file that is up to date, for the benefit of web server caches and rsync.
Result<void> write_if_changed(const std::filesystem::path& path, const std::string& bytes) {
  if (const auto old = read_file(path); old && *old == bytes) return {};
  return write_file(path, bytes, Durability::lazy, Audience::everybody);  // a web server shows it
}

/// A line of the index: the edition in the newsletter's language, and below it its other languages.
Result<std::string> index_row(Languages& languages, const digest::Edition& edition,
                              std::span<const digest::EditionPage> pages, const digest::EditionPage& own) {
  std::string others;
  for (const auto& page : pages) {
    if (&page == &own) continue;
    TIDINGS_LET(const auto* const strings, languages.of(page.language));
    others += fmt::format("<a href=\"{0}\" hreflang=\"{1}\" lang=\"{1}\" dir=\"{2}\">{3}</a> ",
                          sending::page_path(edition, page.language), escape_html(page.language),
                          strings->direction(), escape_html(strings->name()));
  }
  return fmt::format("<li><a href=\"{}\">{}</a>{}</li>\n", sending::page_path(edition, own.language),
                     escape_html(edition.title), others.empty() ? "" : "<small>" + others + "</small>");
}

std::string date_of(const digest::Edition& edition) {
  return format_rfc3339(edition.sealed.value_or(edition.scheduled));
}

std::string feed_entry(const config::Config& config, const digest::Edition& edition,
                       std::span<const digest::EditionPage> pages, const digest::EditionPage& own) {
  const auto url = escape_html(config.archive.url);
  std::string links;
  for (const auto& page : pages) {
    links += fmt::format("<link rel=\"alternate\" type=\"text/html\" hreflang=\"{}\" href=\"{}/{}\"/>",
                         escape_html(page.language), url, sending::page_path(edition, page.language));
  }
  return fmt::format("<entry><id>{0}/{1}</id><title>{2}</title>{3}<updated>{4}</updated></entry>\n", url,
                     sending::page_path(edition, own.language), escape_html(edition.title), links,
                     date_of(edition));
}

Result<void> check_pages(const digest::Edition& edition, std::span<const digest::EditionPage> pages) {
  const auto wrong = [&](std::string_view what) { return fail(Errc::bad_data, std::string{what}); };
  if (!is_valid_utf8(edition.title)) return wrong("its title is not UTF-8");
  for (const auto& page : pages) {
    if (const auto tag = subscriber::check_language(page.language); !tag || page.language.empty())
      return wrong("one of its pages has no language");
    if (page.html.empty() || !is_valid_utf8(page.html))
      return wrong(fmt::format("its page in {} is empty or not UTF-8", page.language));
  }
  return {};
}

class ArchiveWriter {
 public:
  ArchiveWriter(const config::Config& config, store::Database& database, const std::filesystem::path& folder)
      : config_(config), editions_(database), folder_(folder), languages_(config) {}

  Result<ArchiveReport> write(const std::function<void(int done, int all)>& on_progress) {
    TIDINGS_LET(const auto all, editions_.list("", std::numeric_limits<int>::max()));
    int done = 0;
    for (const auto& each : all) {
      const auto& edition = each.edition;
      if (on_progress) on_progress(++done, static_cast<int>(all.size()));
      if (!sending::is_public(config_, edition)) continue;
      const auto added = add(edition);
      if (!added && added.error().code != Errc::bad_data) return tl::unexpected<Error>(added.error());
      if (added) continue;
      report_.failed.push_back(
          {.code = Errc::bad_data,
           .what = fmt::format("edition {}: {}", digest::name_of(edition), added.error().what),
           .hint = added.error().hint});
    }
    TIDINGS_LET(const auto* const words, languages_.of(config_.newsletter.language));
    TIDINGS_TRY(write_if_changed(folder_ / "index.html", index_page(config_, *words, rows_)));
    if (!config_.archive.url.empty()) TIDINGS_TRY(write_if_changed(folder_ / "feed.atom", feed()));
    return report_;
  }

 private:
  /// Writes the pages of one edition; one without pages is not listed.
  Result<void> add(const digest::Edition& edition) {
    TIDINGS_LET(const auto pages, editions_.pages_of(edition.id));
    if (pages.empty()) return {};
    TIDINGS_TRY(check_pages(edition, pages));
    const digest::EditionPage* own = &pages.front();
    for (const auto& page : pages) {
      TIDINGS_TRY(write_if_changed(folder_ / sending::page_path(edition, page.language), page.html));
      if (page.language == config_.newsletter.language) own = &page;
    }
    TIDINGS_LET(const auto row, index_row(languages_, edition, pages, *own));
    rows_ += row;
    entries_ += feed_entry(config_, edition, pages, *own);
    updated_ = std::max(updated_, date_of(edition));
    ++report_.editions;
    return {};
  }

  [[nodiscard]] std::string feed() const {
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
        "<feed xmlns=\"http://www.w3.org/2005/Atom\"><id>{0}/</id><title>{1}</title>"
        "<author><name>{1}</name></author><link rel=\"self\" href=\"{0}/feed.atom\"/><link "
        "href=\"{0}/\"/>"
        "<updated>{2}</updated>\n{3}</feed>\n",
        escape_html(config_.archive.url), escape_html(config_.newsletter.name), updated_, entries_);
  }

  const config::Config& config_;
  digest::EditionTable editions_;
  const std::filesystem::path& folder_;
  Languages languages_;
  std::string rows_;
  std::string entries_;
  std::string updated_ = "1970-01-01T00:00:00Z";
  ArchiveReport report_;
};

}  // namespace

Result<ArchiveReport> build_archive(const config::Config& config, store::Database& database,
                                    const std::filesystem::path& folder,
                                    const std::function<void(int done, int all)>& on_progress) {
  return ArchiveWriter{config, database, folder}.write(on_progress);
}

std::string refresh_archive(const config::Config& config, store::Database& database) {
  if (config.web.archive.empty()) return {};
  const auto built = build_archive(config, database, config.web.archive);
  if (!built) return "the archive is not up to date: " + built.error().line();
  return built->failed.empty() ? std::string{} : "missing from the archive: " + built->failed.front().line();
}

}  // namespace tidings::edition
