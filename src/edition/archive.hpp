// The archive: editions as web pages, an index and an Atom feed, for any static host.
//
// Pages were rendered for everybody when their edition was sealed; nothing of a reader is in them. What is
// written depends on the database and the configuration alone, so a second run writes the same bytes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "digest/digest.hpp"
#include "store/database.hpp"

namespace tidings::edition {

struct ArchiveReport {
  int editions = 0;             ///< that are in the archive now
  std::vector<Error> failed{};  ///< one for each edition whose pages make no sense: named, left out
};

/// Every sealed or sent edition of a digest with archive = true, index.html and, if [archive] url is set,
/// feed.atom. Files that are right already stay untouched. Errc::cannot_create names the file.
[[nodiscard]] Result<ArchiveReport> build_archive(const config::Config& config, store::Database& database,
                                                  const std::filesystem::path& folder);

/// The same for the folder that "serve" shows ([web] archive), if there is one: after each sending. The mail
/// has left, so a page that cannot be written is no error: returns what is wrong in one line, or an empty
/// one.
[[nodiscard]] std::string refresh_archive(const config::Config& config, store::Database& database);

}  // namespace tidings::edition
