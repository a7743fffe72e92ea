#include "edition/archive.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <span>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "digest/announced_events.hpp"
#include "digest/edition_table.hpp"
#include "edition/archive_feed.hpp"
#include "edition/archive_pages.hpp"
#include "edition/calendar_file.hpp"
#include "edition/document.hpp"
#include "edition/editions.hpp"
#include "edition/export.hpp"
#include "edition/selection.hpp"
#include "post/normalise.hpp"
#include "post/post_table.hpp"
#include "sending/archive_links.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::edition {
namespace {

/// Does not touch a file that is up to date, for the benefit of web server caches and rsync.
Result<void> write_if_changed(const std::filesystem::path& path, const std::string& bytes) {
  if (const auto old = read_file(path); old && *old == bytes) return {};
  return write_file(path, bytes, Durability::lazy, Audience::everybody);  // a web server shows it
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

/// Those that config.toml names, folded: feeds give posts many more tags than anybody follows.
std::set<std::string> topics_of(const config::Config& config) {
  std::set<std::string> out;
  const auto add = [&](const std::vector<std::string>& topics) {
    for (const auto& topic : topics) {
      if (!trim(topic).empty()) out.insert(fold_case(topic));
    }
  };
  for (const auto& source : config.sources) add(source.topics);
  for (const auto& digest : config.digests) {
    add(digest.topics);
    for (const auto& section : digest.sections) add(section.topics);
  }
  for (const auto& rule : config.rules) {
    if (!rule.rule.topic.empty()) add({rule.rule.topic});
  }
  return out;
}

/// The address behind the first heading, as it is escaped there; empty if it has none.
std::string title_link(std::string_view html) {
  constexpr std::string_view attribute = "href=\"";
  const auto heading = html.find("<h");
  const auto end = heading == std::string_view::npos ? heading : html.find("</h", heading);
  const auto link = end == std::string_view::npos ? end : html.find(attribute, heading);
  if (link == std::string_view::npos || link > end) return {};
  const auto begin = link + attribute.size();
  return std::string{html.substr(begin, html.find('"', begin) - begin)};
}

class ArchiveWriter {
 public:
  ArchiveWriter(const config::Config& config, store::Database& database, const std::filesystem::path& folder,
                ArchivePages pages)
      : config_(config),
        database_(database),
        editions_(database),
        folder_(folder),
        pages_(std::move(pages)),
        configured_topics_(topics_of(config)) {}

  Result<ArchiveReport> write(const std::function<void(int done, int all)>& on_progress) {
    TIDINGS_TRY(gather());
    TIDINGS_TRY(write_feeds_and_lists());
    report_.editions = static_cast<int>(newest_first_.size());
    int done = 0;
    for (const auto* const each : newest_first_) {
      TIDINGS_TRY(write_pages(*each));
      if (on_progress) on_progress(++done, report_.editions);
    }
    TIDINGS_TRY(write_indexes());
    return report_;
  }

 private:
  /// Which editions there are; those with unusable pages are reported and left out.
  Result<void> gather() {
    TIDINGS_LET(const auto all, editions_.list("", std::numeric_limits<int>::max()));
    archived_.reserve(all.size());
    for (const auto& each : all) {
      const auto& edition = each.edition;
      if (!sending::is_public(config_, edition)) continue;
      TIDINGS_LET(const auto pages, editions_.pages_of(edition.id));
      if (pages.empty()) continue;
      if (const auto sound = check_pages(edition, pages); !sound) {
        report_.failed.push_back(
            {.code = Errc::bad_data,
             .what = fmt::format("edition {}: {}", digest::name_of(edition), sound.error().what),
             .hint = sound.error().hint});
        continue;
      }
      ArchivedEdition archived{.edition = edition, .headline = {}, .languages = {}};
      for (const auto& page : pages) archived.languages.push_back(page.language);
      const auto own = std::ranges::find(archived.languages, config_.newsletter.language);
      if (own != archived.languages.end()) std::rotate(archived.languages.begin(), own, own + 1);
      TIDINGS_LET(archived.headline, headline_of(edition));
      TIDINGS_TRY(find_topics(archived));
      archived_.push_back(std::move(archived));
    }
    for (const auto& each : archived_) {
      newest_first_.push_back(&each);
      const int year = year_of(config_, each.edition);
      if (std::ranges::find(years_, year) == years_.end()) years_.push_back(year);
      for (const auto& language : each.languages) languages_.insert(language);
      digests_.insert(each.edition.digest);
      for (const auto& [topic, posts] : each.topics) topics_.insert(topic);
    }
    std::ranges::sort(years_, std::greater{});
    list_feeds();
    return {};
  }

  /// Which of its posts have a topic of the configuration.
  Result<void> find_topics(ArchivedEdition& archived) {
    const auto* const digest = config_.find_digest(archived.edition.digest);
    if (configured_topics_.empty() || digest == nullptr || config_.archive.url.empty()) return {};
    const auto options = select_options(config_, *digest, database_);
    TIDINGS_LET(const auto choice, editions_.choice_of(archived.edition.id, options));
    for (const auto& post : choice.posts) {
      for (const auto& topic : post.topics) {
        if (configured_topics_.contains(topic)) archived.topics[topic].push_back(post.id);
      }
    }
    return {};
  }

  Result<digest::EditionHeadline> headline_of(const digest::Edition& edition) {
    TIDINGS_LET(auto headline, editions_.headline_of(edition.id));
    if (!headline.title.empty()) return headline;
    // Sealed by an older version, which did not keep it.
    TIDINGS_LET(const auto posts, posts_of(database_, edition.id));
    if (!posts.empty()) headline.title = post::display_title(posts.front());
    return headline;
  }

  void list_feeds() {
    if (config_.archive.url.empty()) return;
    const auto& name = config_.newsletter.name;
    feeds_.push_back({.file = "feed.atom", .title = name, .language = {}, .digest = {}});
    if (languages_.size() > 1) {
      for (const auto& language : languages_)
        feeds_.push_back({.file = fmt::format("feed.{}.atom", language),
                          .title = name,
                          .language = language,
                          .digest = {}});
    }
    if (digests_.size() > 1) list_feeds_of_digests();
    for (const auto& topic : topics_)
      feeds_.push_back({.file = topic_file(topic),
                        .title = fmt::format("{}: {}", name, topic),
                        .language = {},
                        .digest = {},
                        .topic = topic});
  }

  void list_feeds_of_digests() {
    for (const auto& digest : digests_) {
      const auto* const configured = config_.find_digest(digest);
      const bool titled = configured != nullptr && !configured->title.empty();
      feeds_.push_back({.file = digest + "/feed.atom",
                        .title = titled ? configured->title : digest,
                        .language = {},
                        .digest = digest});
    }
  }

  Result<void> write_feeds_and_lists() {
    for (const auto& feed : feeds_) {
      std::vector<const ArchivedEdition*> shown;
      for (const auto* const each : newest_first_) {
        const bool speaks = feed.language.empty() ||
                            std::ranges::find(each->languages, feed.language) != each->languages.end();
        const bool is_about = feed.topic.empty() || each->topics.contains(feed.topic);
        if (speaks && is_about && (feed.digest.empty() || each->edition.digest == feed.digest))
          shown.push_back(each);
      }
      const Contents contents = [this](const ArchiveFeed& of, const ArchivedEdition& edition,
                                       const std::string& language) -> Result<std::string> {
        if (!of.topic.empty()) return contents_about(of.topic, edition, language);
        TIDINGS_LET(const auto* const whole, contents_of(edition, language));
        return whole->all;
      };
      for (const auto& page : feed_pages(config_, feed, shown, contents)) TIDINGS_TRY(write_feed(page));
    }
    if (!config_.archive.url.empty())
      TIDINGS_TRY(write_if_changed(folder_ / "sitemap.xml", make_sitemap(config_, years_, newest_first_)));
    if (!config_.archive.epub) return {};
    return write_if_changed(folder_ / "opds.xml", make_catalogue(config_, newest_first_));
  }

  /// A page's mark says whether it would be the same, which saves reading the editions.
  Result<void> write_feed(const FeedPage& page) {
    const auto path = folder_ / page.file;
    if (const auto old = read_file(path); old && old->find(page.mark) < 200) return {};
    TIDINGS_LET(const auto bytes, page.write());
    return write_if_changed(path, bytes);
  }

  Result<std::string> sealed_page(const ArchivedEdition& archived, const std::string& language) {
    TIDINGS_LET(auto pages, editions_.pages_of(archived.edition.id));
    for (auto& page : pages) {
      if (page.language == language) return std::move(page.html);
    }
    return std::string{};
  }

  /// An edition's page as feeds tell it.
  struct PageContents {
    std::string all;
    std::map<std::string, std::string> by_link;  ///< a post by the address of its title
  };

  Result<const PageContents*> contents_of(const ArchivedEdition& archived, const std::string& language) {
    const auto key = std::pair{archived.edition.id.value, language};
    if (const auto known = contents_.find(key); known != contents_.end()) return &known->second;
    TIDINGS_LET(auto page, sealed_page(archived, language));
    PageContents contents;
    if (const auto document = read_document(std::move(page))) {
      for (const auto& chapter : document->chapters) {
        contents.all += chapter.html;
        if (auto link = title_link(chapter.html); !link.empty())
          contents.by_link.emplace(std::move(link), chapter.html);
      }
    }
    return &contents_.emplace(key, std::move(contents)).first->second;
  }

  /// The posts of a topic: as their edition shows them, else their titles.
  Result<std::string> contents_about(const std::string& topic, const ArchivedEdition& archived,
                                     const std::string& language) {
    TIDINGS_LET(const auto* const page, contents_of(archived, language));
    TIDINGS_LET(const auto posts, post::PostTable(database_).load(archived.topics.at(topic)));
    std::string out;
    for (const auto& post : posts) {
      const auto link = escape_html(post.link);
      const auto title = escape_html(post::display_title(post));
      const auto found = page->by_link.find(link);
      if (found != page->by_link.end()) {
        out += found->second;
      } else {
        out += post.link.empty() ? fmt::format("<p>{}</p>", title)
                                 : fmt::format("<p><a href=\"{}\">{}</a></p>", link, title);
      }
    }
    return out;
  }

  [[nodiscard]] PagePlace place_of(const ArchivedEdition& archived) const {
    PagePlace out;
    const auto here = std::ranges::find(newest_first_, &archived);
    for (auto it = here; it != newest_first_.begin();) {
      if ((*--it)->edition.digest != archived.edition.digest) continue;
      out.next = *it;
      break;
    }
    for (auto it = here + 1; it < newest_first_.end(); ++it) {
      if ((*it)->edition.digest != archived.edition.digest) continue;
      out.previous = *it;
      break;
    }
    return out;
  }

  Result<void> write_pages(const ArchivedEdition& archived) {
    TIDINGS_LET(auto pages, editions_.pages_of(archived.edition.id));
    auto place = place_of(archived);
    TIDINGS_TRY(write_calendar(archived));
    for (auto& page : pages) {
      if (config_.archive.epub) TIDINGS_TRY(write_book(archived, page));
      place.language = page.language;
      TIDINGS_LET(const auto html, pages_.around(std::move(page.html), archived, place, feeds_));
      TIDINGS_TRY(write_if_changed(folder_ / sending::page_path(archived.edition, page.language), html));
    }
    return {};
  }

  /// The edition's events. A later calendar tells what has moved since; the edition does not change.
  Result<void> write_calendar(const ArchivedEdition& archived) {
    TIDINGS_LET(const auto events, digest::announced_in(database_, archived.edition.id));
    if (events.empty()) return {};
    const auto path = sending::calendar_path(archived.edition.digest, archived.edition.number.value_or(0));
    return write_if_changed(folder_ / path, make_calendar(config_, archived.edition, events));
  }

  /// Only with pictures sealed with the edition. What is there stays: a sealed edition does not change.
  Result<void> write_book(const ArchivedEdition& archived, const digest::EditionPage& page) {
    const auto path = folder_ / book_path(archived.edition, page.language);
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) return {};
    auto document = read_document(page.html);
    if (!document) return {};
    const OpenedEdition opened{.edition = archived.edition,
                               .document = *std::move(document),
                               .facts = book_facts(config_, archived.edition, page.language)};
    TIDINGS_LET(const auto gathered, gather_pictures(config_, database_, opened, Fetching::never));
    TIDINGS_LET(const auto book, make_epub(opened.document, opened.facts, gathered.pictures));
    return write_file(path, book, Durability::lazy, Audience::everybody);
  }

  Result<void> write_indexes() {
    if (years_.empty()) {
      TIDINGS_LET(const auto empty, pages_.index({}, {}, 0, feeds_));
      return write_if_changed(folder_ / "index.html", empty);
    }
    for (const auto year : years_) {
      std::vector<const ArchivedEdition*> shown;
      for (const auto* const each : newest_first_) {
        if (year_of(config_, each->edition) == year) shown.push_back(each);
      }
      TIDINGS_LET(const auto page, pages_.index(shown, years_, year, feeds_));
      TIDINGS_TRY(write_if_changed(folder_ / year_file(years_, year), page));
    }
    return {};
  }

  const config::Config& config_;
  store::Database& database_;
  digest::EditionTable editions_;
  const std::filesystem::path& folder_;
  ArchivePages pages_;
  std::vector<ArchivedEdition> archived_;  ///< newest first
  std::vector<const ArchivedEdition*> newest_first_;
  std::vector<int> years_;  ///< newest first
  std::set<std::string> languages_;
  std::set<std::string> digests_;
  std::vector<ArchiveFeed> feeds_;
  std::set<std::string> configured_topics_;  ///< folded
  std::set<std::string> topics_;             ///< those that posts of the archive have
  std::map<std::pair<std::int64_t, std::string>, PageContents> contents_;  ///< of feeds that share an edition
  ArchiveReport report_;
};

}  // namespace

Result<ArchiveReport> build_archive(const config::Config& config, store::Database& database,
                                    const std::filesystem::path& folder,
                                    const std::function<void(int done, int all)>& on_progress) {
  TIDINGS_LET(auto pages, ArchivePages::load(config));
  return ArchiveWriter{config, database, folder, std::move(pages)}.write(on_progress);
}

std::string refresh_archive(const config::Config& config, store::Database& database) {
  if (config.web.archive.empty()) return {};
  const auto built = build_archive(config, database, config.web.archive);
  if (!built) return "the archive is not up to date: " + built.error().line();
  return built->failed.empty() ? std::string{} : "missing from the archive: " + built->failed.front().line();
}

}  // namespace tidings::edition
