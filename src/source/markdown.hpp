// A folder of Markdown files as a source: one file a post, with front matter; rendered by cmark (CommonMark).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "source/source.hpp"

namespace tidings::source {

struct MarkdownOptions {
  std::string site_url{};  ///< a post's link is this and its slug, unless the front matter has url, permalink or link
};

/// One file. Title, date, tags, categories, description, author, image, slug, draft and language come from the front
/// matter; else the title from the first heading, date and slug from a name such as "2026-01-08-boats.md". Nothing for a
/// draft. Pure. Errc::bad_data for broken front matter.
[[nodiscard]] Result<std::optional<Entry>> read_markdown(std::string_view text, std::string_view file_name,
                                                         const MarkdownOptions& options);

/// All .md and .markdown files below `folder`, newest first, at most 5,000; a broken one is a warning, so are files over 4 MiB.
/// Errc::no_input if the folder cannot be read.
[[nodiscard]] Result<Feed> read_markdown_folder(const std::filesystem::path& folder, const MarkdownOptions& options);

}  // namespace tidings::source
