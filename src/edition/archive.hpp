// The archive: editions as web pages, an index and an Atom feed, for any static web host.
//
// Pages were rendered for everybody when their edition was sealed, with nothing personal in them; around them
// stand the theme's templates (edition/archive_pages). The output depends only on database, configuration and
// templates, so a second run writes the same bytes.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "digest/digest.hpp"
#include "store/database.hpp"

namespace tidings::edition {

struct ArchiveReport {
  int editions = 0;             ///< now in the archive
  std::vector<Error> failed{};  ///< one for each edition with unusable pages, which is left out
};

/// Every sealed or sent edition of a digest with archive = true, an index by year and, if [archive] url is
/// set, feeds and a sitemap; with [archive] epub, books and their catalogue. Does not touch files that are up
/// to date. Errc::cannot_create names the file, Errc::config a mistake in a template.
[[nodiscard]] Result<ArchiveReport> build_archive(
    const config::Config& config, store::Database& database, const std::filesystem::path& folder,
    const std::function<void(int done, int all)>& on_progress = {});

/// The same for the folder that "serve" shows ([web] archive), if there is one. The mail goes out anyway, so
/// a page that cannot be written is not an error: returns the trouble in one line, or nothing.
[[nodiscard]] std::string refresh_archive(const config::Config& config, store::Database& database);

}  // namespace tidings::edition
