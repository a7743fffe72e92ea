// Markdown to HTML: CommonMark with GitHub's tables, strikethrough and footnotes, by cmark-gfm. Thread-safe.
//
// Keeps raw HTML and links of any scheme: the result is as unsafe as a feed, and post/'s sanitiser judges
// both.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tidings::source {

constexpr std::size_t longest_markdown = 1U << 20U;

/// Clean UTF-8, trimmed; empty for a text over longest_markdown. Tables of more than 50 columns stay text.
[[nodiscard]] std::string html_of_markdown(std::string_view markdown);

}  // namespace tidings::source
