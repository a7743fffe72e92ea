#include "source/markdown.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include <cmark.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "source/feed_date.hpp"
#include "source/front_matter.hpp"
#include "source/html_text.hpp"

namespace tidings::source {
namespace {

/// Raw HTML in Markdown is kept: the sanitiser judges all HTML alike.
std::string rendered(std::string_view markdown) {
  const std::unique_ptr<char, decltype(&std::free)> html{
      cmark_markdown_to_html(markdown.data(), markdown.size(), CMARK_OPT_UNSAFE | CMARK_OPT_VALIDATE_UTF8), &std::free};
  return html ? clean_utf8(trim(html.get())) : std::string{};
}

/// The body's first line if it is a heading, taken off.
std::string take_heading(std::string_view& body) {
  auto rest = trim(body);
  if (!rest.starts_with("# ")) return {};
  const auto end = std::min(rest.find('\n'), rest.size());
  auto title = plain_text_of_html(rendered(rest.substr(0, end)));
  body = rest.substr(end);
  return title;
}

/// "2026-01-08-boats.md" as date and slug; "boats.md" and "boats/index.md" as slug.
struct FileName {
  std::optional<UtcTime> date;
  std::string slug;
};

FileName parts_of(std::string_view name) {
  const std::filesystem::path path{name};
  auto stem = path.stem().string();
  if (stem == "index" || stem == "_index") stem = path.parent_path().filename().string();
  FileName parts{.date = {}, .slug = stem};
  if (stem.size() > 11 && stem[4] == '-' && stem[7] == '-' && stem[10] == '-') {
    parts.date = parse_feed_date(stem.substr(0, 10));
    if (parts.date) parts.slug = stem.substr(11);
  }
  return parts;
}

bool is_true(const std::string& text) { return ascii_iequals(text, "true") || ascii_iequals(text, "yes"); }

std::string link_of(const FrontMatter& front, const std::string& slug, const MarkdownOptions& options) {
  for (const auto* key : {"link", "external_url", "canonical_url", "url", "permalink"}) {
    const auto value = front.first(key);
    // Patterns such as "/:year/:title/" are the generator's business.
    if (!value.empty() && value.find("/:") == std::string::npos) return resolve_url(options.site_url, value).value_or(value);
  }
  if (options.site_url.empty() || slug.empty()) return {};
  const auto base = options.site_url.ends_with('/') ? options.site_url : options.site_url + "/";
  return resolve_url(base, slug + "/").value_or(std::string{});
}

}  // namespace

Result<std::optional<Entry>> read_markdown(std::string_view text, std::string_view file_name, const MarkdownOptions& options) {
  const auto clean = clean_utf8(text);
  TIDINGS_LET(const auto front, read_front_matter(clean));
  const auto published = front.first("published");
  if (is_true(front.first("draft")) || ascii_iequals(published, "false")) return std::nullopt;
  const auto name = parts_of(file_name);
  auto body = front.body;
  Entry entry;
  entry.title = collapse_blanks(front.first("title"));
  if (entry.title.empty()) entry.title = take_heading(body);
  const auto slug = front.first("slug").empty() ? name.slug : front.first("slug");
  entry.link = link_of(front, slug, options);
  entry.id = front.first("id").empty() ? (entry.link.empty() ? std::string{file_name} : entry.link) : front.first("id");
  entry.author = collapse_blanks(front.first("author"));
  for (const auto* key : {"date", "published", "pubdate"}) {
    if (!entry.published) entry.published = parse_feed_date(front.first(key));
  }
  if (!entry.published) entry.published = name.date;
  for (const auto* key : {"lastmod", "updated", "last_modified_at"}) {
    if (!entry.updated) entry.updated = parse_feed_date(front.first(key));
  }
  for (const auto* key : {"description", "summary", "excerpt"}) {
    if (entry.summary_html.empty()) entry.summary_html = escape_html(collapse_blanks(front.first(key)));
  }
  entry.content_html = rendered(body);
  entry.base_url = entry.link.empty() ? options.site_url : entry.link;
  entry.language = ascii_lower(front.first("lang").empty() ? front.first("language") : front.first("lang"));
  for (const auto* key : {"tags", "categories", "category"}) {
    const auto found = front.values.find(key);
    if (found == front.values.end()) continue;
    for (const auto& tag : found->second) {
      auto word = collapse_blanks(tag);
      const bool known = std::find(entry.categories.begin(), entry.categories.end(), word) != entry.categories.end();
      if (!word.empty() && !known) entry.categories.push_back(std::move(word));
    }
  }
  for (const auto* key : {"image", "cover", "featured_image", "thumbnail"}) {
    const auto image = front.first(key);
    if (entry.image.empty() && !image.empty()) entry.image = resolve_url(entry.base_url, image).value_or(image);
  }
  return entry;
}

Result<Feed> read_markdown_folder(const std::filesystem::path& folder, const MarkdownOptions& options) {
  constexpr std::size_t most_files = 5000;
  constexpr std::int64_t max_bytes = 4LL << 20;
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (std::filesystem::recursive_directory_iterator at{folder, error}, end; !error && at != end; at.increment(error)) {
    const auto extension = ascii_lower(at->path().extension().string());
    std::error_code ignored;
    if ((extension == ".md" || extension == ".markdown") && at->is_regular_file(ignored)) files.push_back(at->path());
  }
  if (error) return fail(Errc::no_input, folder.string() + ": " + error.message());
  std::sort(files.begin(), files.end());
  Feed feed;
  feed.format = Format::html;
  feed.link = options.site_url;
  if (files.size() > most_files) {
    feed.warnings.push_back("more than " + std::to_string(most_files) + " files: the last by name are read");
    files.erase(files.begin(), files.end() - static_cast<std::ptrdiff_t>(most_files));
  }
  for (const auto& file : files) {
    const auto name = file.lexically_relative(folder).string();
    const auto text = read_file(file, max_bytes);
    auto entry = text ? read_markdown(*text, name, options) : Result<std::optional<Entry>>{tl::unexpected<Error>(text.error())};
    if (!entry) {
      feed.warnings.push_back(name + ": " + entry.error().line());
    } else if (*entry) {
      feed.entries.push_back(**std::move(entry));
    }
  }
  std::stable_sort(feed.entries.begin(), feed.entries.end(), [](const Entry& a, const Entry& b) {
    return a.published.value_or(UtcTime{}) > b.published.value_or(UtcTime{});
  });
  return feed;
}

}  // namespace tidings::source
