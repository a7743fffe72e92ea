// A folder of Markdown files as a source, as kept by Hugo, Jekyll, Eleventy and Zola: one file per post, with
// front matter.
//
// Drafts, expired posts and section pages (_index.md) are not posts; a post with a future date waits. A
// post's address is the `url`, `link` or `permalink` in its front matter, else the source's pattern, else its
// sections (folders) and slug; files in Jekyll's _posts follow Jekyll unless told otherwise. A post keeps its
// identity when only its pattern changes.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/zone.hpp"
#include "source/source.hpp"

namespace tidings::source {

struct MarkdownOptions {
  std::string site_url{};        ///< without it posts have only the links of their front matter
  std::string permalinks{};      ///< pattern (source/permalink.hpp); empty: sections and slug
  std::optional<Zone> zone{};    ///< of dates without a zone; else UTC
  std::optional<UtcTime> now{};  ///< later posts wait; without it none do
};

struct MarkdownPost {
  enum class State { post, draft, waiting, expired };
  Entry entry;
  State state = State::post;
  std::optional<UtcTime> from;          ///< when it may be published
  std::vector<std::string> shortcodes;  ///< removed template tags, see source/shortcode.hpp
};

/// One file. Title, date, tags, categories, description, author, image, slug, draft and language come from
/// the front matter; else the title from the first heading, date and slug from a name such as
/// "2026-01-08-boats.md". `file_name` is relative to the folder. Pure. Errc::bad_data with its place for
/// invalid front matter, including dates.
[[nodiscard]] Result<MarkdownPost> read_markdown(std::string_view text, std::string_view file_name,
                                                 const MarkdownOptions& options);

/// All .md and .markdown files below `folder`, newest first, at most 5,000 of up to 1 MiB. Warnings name
/// broken files (which are skipped), posts that wait for their date, and files with removed template tags.
/// Errc::no_input if the folder cannot be read.
[[nodiscard]] Result<Feed> read_markdown_folder(const std::filesystem::path& folder,
                                                const MarkdownOptions& options);

}  // namespace tidings::source
