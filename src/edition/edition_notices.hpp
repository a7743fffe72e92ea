// Notices: blocks of the publisher's own between the posts, from the Markdown files of the folder notices/
// beside config.toml.
//
// A file's front matter says when it is shown, and where: from, until (days in the newsletter's time zone,
// both included), digests, languages, place ("top", "middle" or "end") and label. A file that makes no sense
// is told by name and stops nobody.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"

namespace tidings::edition {

struct EditionNotice {
  enum class Place { top, middle, end };
  std::string file;  ///< "notices/boats.md"
  std::optional<std::chrono::year_month_day> from;
  std::optional<std::chrono::year_month_day> until;
  std::vector<std::string> digests;    ///< empty: all
  std::vector<std::string> languages;  ///< empty: all
  Place place = Place::end;
  std::string label;  ///< "sponsored" in any case: the word of the reader's language
  std::string markdown;

  [[nodiscard]] bool is_on(std::chrono::year_month_day day) const {
    return (!from || *from <= day) && (!until || day <= *until);
  }
  [[nodiscard]] bool speaks_to(std::string_view language) const;
};

struct EditionNotices {
  std::vector<EditionNotice> notices;  ///< by file name
  std::vector<std::string> troubles;   ///< "notices/boats.md: ..."
};

/// "top", "middle" or "end".
[[nodiscard]] std::string_view name_of(EditionNotice::Place place);

/// All of the folder; a missing one has none.
[[nodiscard]] EditionNotices load_notices(const config::Config& config);

}  // namespace tidings::edition
