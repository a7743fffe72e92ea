// Where a site generator publishes a file: patterns such as "/:year/:month/:slug/", as written for Hugo and
// Jekyll. Pure.
//
// Known words: year, short_year, month, i_month, day, i_day, y_day (yearday), hour, minute, second, title,
// slug, slugorfilename, slugorcontentbasename, filename, contentbasename, section, sections, categories,
// output_ext; and Jekyll's names of whole patterns "date", "pretty", "ordinal" and "none". A word without a
// value leaves no empty path segment.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace tidings::source {

struct PermalinkFacts {
  std::optional<UtcTime> local;  ///< the date in the site's time zone
  std::string title;
  std::string slug;  ///< from the front matter; else empty
  std::string stem;  ///< the file's name without extension
  bool is_dated_name =
      false;  ///< "2026-01-08-boats": `title` and `slug` are the name without its date, as in Jekyll
  std::vector<std::string> sections;  ///< folders above the file
  std::vector<std::string> categories;
};

/// "Boats & Birds!" as "boats-birds"; keeps letters of every script.
[[nodiscard]] std::string slug_of(std::string_view title);

/// The first unknown word after ":"; nothing if all are known.
[[nodiscard]] std::optional<std::string> unknown_permalink_word(std::string_view pattern);

/// The path; nothing if the pattern has an unknown word, or needs a date that the file lacks.
[[nodiscard]] std::optional<std::string> expand_permalink(std::string_view pattern,
                                                          const PermalinkFacts& facts);

}  // namespace tidings::source
