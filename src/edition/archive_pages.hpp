// The archive's pages by the theme's templates (archive/ of [web] theme, else of default): the index, and
// what is set around an edition's sealed page. docs/templates.md names what they see.
//
// Only depends on what it is given: the same data, the same bytes. Not thread-safe.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "digest/digest.hpp"
#include "digest/edition_table.hpp"
#include "message/strings.hpp"

namespace tidings::edition {

/// An edition of the archive; without its pages' HTML.
struct ArchivedEdition {
  digest::Edition edition;
  digest::EditionHeadline headline;
  std::vector<std::string> languages;  ///< of its pages, the newsletter's own first if it is there
  std::map<std::string, std::vector<PostId>> topics = {};  ///< its posts of each topic, folded

  [[nodiscard]] const std::string& language() const { return languages.front(); }
};

/// A feed of the archive.
struct ArchiveFeed {
  std::string file;  ///< "feed.atom", "feed.el.atom", "weekly/feed.atom", "topic-sea.atom"
  std::string title;
  std::string language;    ///< only pages of this one; empty: of any
  std::string digest;      ///< only its editions; empty: all
  std::string topic = {};  ///< only its posts; empty: all
};

/// Where a page stands.
struct PagePlace {
  std::string language;
  const ArchivedEdition* previous = nullptr;  ///< of its digest
  const ArchivedEdition* next = nullptr;
};

class ArchivePages {
 public:
  /// Errc::config with the place of a mistake in a template.
  [[nodiscard]] static Result<ArchivePages> load(const config::Config& config);

  ArchivePages(ArchivePages&&) noexcept;
  ArchivePages& operator=(ArchivePages&&) noexcept;
  ~ArchivePages();

  /// One year's editions, newest first. The first year of `years` is index.html, the others are YEAR.html.
  [[nodiscard]] Result<std::string> index(const std::vector<const ArchivedEdition*>& editions,
                                          const std::vector<int>& years, int year,
                                          const std::vector<ArchiveFeed>& feeds);

  /// A sealed page with its head, the way back above it, and sign-up and neighbours below it. A page without
  /// <head> or <body> is left as it is there.
  [[nodiscard]] Result<std::string> around(std::string page, const ArchivedEdition& archived,
                                           const PagePlace& place, const std::vector<ArchiveFeed>& feeds);

  /// The words of a language.
  [[nodiscard]] Result<const message::Strings*> words(const std::string& language);

 private:
  struct Parts;
  explicit ArchivePages(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// The year of an edition in the newsletter's zone.
[[nodiscard]] int year_of(const config::Config& config, const digest::Edition& edition);
[[nodiscard]] std::string year_file(const std::vector<int>& years, int year);

}  // namespace tidings::edition
