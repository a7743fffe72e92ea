#include "source/markdown.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "base/file.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "source/feed_date.hpp"
#include "source/front_matter.hpp"
#include "source/html_text.hpp"
#include "source/markdown_html.hpp"
#include "source/permalink.hpp"
#include "source/shortcode.hpp"

namespace tidings::source {
namespace {

/// Removes and returns the body's first line if it is a heading.
std::string take_heading(std::string_view& body) {
  auto rest = trim(body);
  if (!rest.starts_with("# ")) return {};
  const auto end = std::min(rest.find('\n'), rest.size());
  auto title = plain_text_of_html(html_of_markdown(rest.substr(0, end)));
  body = rest.substr(end);
  return title;
}

/// What a file's path says: "posts/2026-01-08-boats.md" is in section "posts".
struct FileName {
  std::string stem;  ///< of the file, or of the folder that holds an index.md
  std::string slug;  ///< without the date
  std::optional<std::string> date;
  std::vector<std::string> sections;
  bool in_posts = false;  ///< below Jekyll's _posts
};

FileName parts_of(std::string_view name) {
  const std::filesystem::path path{name};
  FileName parts{.stem = path.stem().string(), .slug = {}, .date = {}, .sections = {}};
  for (const auto& step : path.parent_path()) {
    const auto folder = step.string();
    if (folder == "_posts") parts.in_posts = true;
    if (!folder.starts_with('_') && !folder.starts_with('.')) parts.sections.push_back(folder);
  }
  if (parts.stem == "index") {
    parts.stem = path.parent_path().filename().string();
    if (!parts.sections.empty()) parts.sections.pop_back();
  }
  parts.slug = parts.stem;
  if (parts.stem.size() > 11 && parts.stem[4] == '-' && parts.stem[7] == '-' && parts.stem[10] == '-' &&
      parse_feed_date(parts.stem.substr(0, 10))) {
    parts.date = parts.stem.substr(0, 10);
    parts.slug = parts.stem.substr(11);
  }
  return parts;
}

bool is_true(const std::string& text) { return ascii_iequals(text, "true") || ascii_iequals(text, "yes"); }

/// Whether a date gives its distance from UTC: "Z", "+02:00", "EST" after a time.
bool has_zone(std::string_view text) {
  const auto clock = text.find(':');
  if (clock == std::string_view::npos) return false;
  return std::ranges::any_of(text.substr(clock), [](char c) {
    return c == '+' || c == '-' || c == 'Z' || c == 'z' || (c >= 'A' && c <= 'Z');
  });
}

/// A date without a zone is in the newsletter's zone, as in the site's own generator.
std::optional<UtcTime> read_date(const std::string& text, const MarkdownOptions& options) {
  const auto time = parse_feed_date(text);
  if (!time || !options.zone || has_zone(text)) return time;
  return options.zone->to_utc(LocalTime{time->time_since_epoch()});
}

/// The date under the first key that has one.
Result<std::optional<UtcTime>> date_of(const FrontMatter& front, std::initializer_list<const char*> keys,
                                       const MarkdownOptions& options) {
  for (const auto* key : keys) {
    const auto text = front.first(key);
    if (text.empty() || is_true(text)) continue;  // "published: true"
    const auto time = read_date(text, options);
    if (!time)
      return fail(Errc::bad_data, std::string{"the front matter's "} + key +
                                      " is not a date: " + std::string{truncate_utf8(text, 60)});
    return time;
  }
  return std::optional<UtcTime>{};
}

PermalinkFacts facts_of(const FrontMatter& front, const FileName& name, const Entry& entry,
                        const MarkdownOptions& options) {
  PermalinkFacts facts{.local = entry.published,
                       .title = entry.title,
                       .slug = front.first("slug"),
                       .stem = name.stem,
                       .is_dated_name = name.date.has_value(),
                       .sections = name.sections,
                       .categories = {}};
  if (facts.local && options.zone)
    facts.local = UtcTime{options.zone->to_local(*facts.local).time_since_epoch()};
  for (const auto* key : {"categories", "category"}) {
    if (const auto found = front.values.find(key); found != front.values.end())
      facts.categories = found->second;
    if (!facts.categories.empty()) break;
  }
  if (name.in_posts && facts.categories.empty())
    facts.categories = name.sections;  // Jekyll: folders above _posts
  return facts;
}

std::string default_link(const std::string& slug, const MarkdownOptions& options) {
  if (options.site_url.empty() || slug.empty()) return {};
  const auto base = options.site_url.ends_with('/') ? options.site_url : options.site_url + "/";
  return resolve_url(base, slug + "/").value_or(std::string{});
}

/// `path` below the site, which may be in a folder of its host.
std::string below_site(std::string path, const MarkdownOptions& options) {
  if (options.site_url.empty()) return {};
  const auto base = options.site_url.ends_with('/') ? options.site_url : options.site_url + "/";
  path.erase(0, std::min(path.find_first_not_of('/'), path.size()));
  return resolve_url(base, path).value_or(std::string{});
}

std::string link_of(const FrontMatter& front, const FileName& name, const Entry& entry,
                    const MarkdownOptions& options) {
  for (const auto* key : {"link", "external_url", "canonical_url", "url"}) {
    const auto value = front.first(key);
    if (!value.empty()) return resolve_url(options.site_url, value).value_or(value);
  }
  const auto facts = facts_of(front, name, entry, options);
  auto own = front.first("permalink");
  static constexpr std::array<std::string_view, 5> jekyll{"date", "pretty", "ordinal", "none", "weekdate"};
  const bool is_name = std::ranges::find(jekyll, own) != jekyll.end();
  const bool is_template = own.find("{{") != std::string::npos || own.find("{%") != std::string::npos;
  if (!own.empty() && !is_template && !is_name && own.find(':') == std::string::npos)
    return resolve_url(options.site_url, own).value_or(own);
  if (is_web_url(own)) return own;
  std::vector<std::string> patterns{is_template || is_web_url(own) ? std::string{} : own, options.permalinks};
  if (name.in_posts && options.permalinks.empty()) patterns.emplace_back("date");
  for (const auto& pattern : patterns) {
    if (pattern.empty()) continue;
    if (auto path = expand_permalink(pattern, facts)) return below_site(*std::move(path), options);
  }
  const auto slug = facts.slug.empty() ? name.slug : facts.slug;
  if (slug.empty()) return {};
  auto path = join(name.sections, "/");
  if (!path.empty()) path += '/';
  return below_site(path + slug + "/", options);
}

/// What stays the same when a site moves its posts to other paths.
std::string id_of(const FrontMatter& front, const FileName& name, const Entry& entry,
                  std::string_view file_name, const MarkdownOptions& options) {
  if (!front.first("id").empty()) return front.first("id");
  for (const auto* key : {"link", "external_url", "canonical_url", "url", "permalink"}) {
    const auto value = front.first(key);
    if (!value.empty() && value.find("/:") == std::string::npos)
      return entry.link.empty() ? std::string{file_name} : entry.link;
  }
  const auto plain = default_link(front.first("slug").empty() ? name.slug : front.first("slug"), options);
  return plain.empty() ? std::string{file_name} : plain;
}

void read_tags(const FrontMatter& front, Entry& entry) {
  for (const auto* key : {"tags", "categories", "category"}) {
    const auto found = front.values.find(key);
    if (found == front.values.end()) continue;
    for (const auto& tag : found->second) {
      auto word = collapse_blanks(tag);
      const bool known =
          std::find(entry.categories.begin(), entry.categories.end(), word) != entry.categories.end();
      if (!word.empty() && !known) entry.categories.push_back(std::move(word));
    }
  }
}

/// Sets the entry's dates, and whether and when it is a post.
Result<void> read_state(const FrontMatter& front, const FileName& name, const MarkdownOptions& options,
                        MarkdownPost& post) {
  TIDINGS_LET(const auto publish, date_of(front, {"publishdate", "publish_date"}, options));
  TIDINGS_LET(post.entry.published, date_of(front, {"date", "published", "pubdate"}, options));
  if (!post.entry.published && name.date) post.entry.published = read_date(*name.date, options);
  if (publish && (!post.entry.published || *publish > *post.entry.published)) post.entry.published = publish;
  TIDINGS_LET(post.entry.updated, date_of(front, {"lastmod", "updated", "last_modified_at"}, options));
  TIDINGS_LET(const auto expires, date_of(front, {"expirydate", "expiry_date"}, options));
  post.from = publish ? publish : post.entry.published;
  if (options.now && post.from && *post.from > *options.now) post.state = MarkdownPost::State::waiting;
  if (options.now && expires && *expires <= *options.now) post.state = MarkdownPost::State::expired;
  return {};
}

}  // namespace

Result<MarkdownPost> read_markdown(std::string_view text, std::string_view file_name,
                                   const MarkdownOptions& options) {
  const auto clean = clean_utf8(text);
  TIDINGS_LET(const auto front, read_front_matter(clean));
  MarkdownPost post;
  const auto published = front.first("published");
  if (is_true(front.first("draft")) || ascii_iequals(published, "false") || ascii_iequals(published, "no")) {
    post.state = MarkdownPost::State::draft;
    return post;
  }
  const auto name = parts_of(file_name);
  TIDINGS_TRY(read_state(front, name, options, post));
  auto stripped = without_shortcodes(front.body);
  post.shortcodes = std::move(stripped.names);
  std::string_view body = stripped.text;
  auto& entry = post.entry;
  entry.title = collapse_blanks(front.first("title"));
  if (entry.title.empty()) entry.title = take_heading(body);
  entry.link = link_of(front, name, entry, options);
  entry.id = id_of(front, name, entry, file_name, options);
  entry.author = collapse_blanks(front.first("author"));
  for (const auto* key : {"description", "summary", "excerpt"}) {
    if (entry.summary_html.empty()) entry.summary_html = escape_html(collapse_blanks(front.first(key)));
  }
  entry.content_html = html_of_markdown(body);
  entry.base_url = entry.link.empty() ? options.site_url : entry.link;
  entry.language = ascii_lower(front.first("lang").empty() ? front.first("language") : front.first("lang"));
  read_tags(front, entry);
  for (const auto* key : {"image", "cover", "featured_image", "thumbnail"}) {
    const auto image = front.first(key);
    if (entry.image.empty() && !image.empty())
      entry.image = resolve_url(entry.base_url, image).value_or(image);
  }
  return post;
}

namespace {

/// Folders of Jekyll and editors without published posts.
bool is_passed_over(const std::filesystem::path& folder) {
  static constexpr std::array<std::string_view, 7> names{"_drafts", "_layouts", "_includes",   "_site",
                                                         "_data",   "_sass",    "node_modules"};
  const auto name = folder.filename().string();
  return name.starts_with('.') || std::ranges::find(names, name) != names.end();
}

Result<std::vector<std::filesystem::path>> markdown_files(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (std::filesystem::recursive_directory_iterator at{folder, error}, end; !error && at != end;
       at.increment(error)) {
    std::error_code ignored;
    if (at->is_directory(ignored) && is_passed_over(at->path())) at.disable_recursion_pending();
    const auto extension = ascii_lower(at->path().extension().string());
    const bool is_section_page = at->path().stem() == "_index";
    if ((extension == ".md" || extension == ".markdown") && !is_section_page && at->is_regular_file(ignored))
      files.push_back(at->path());
  }
  if (error) return fail(Errc::no_input, folder.string() + ": " + error.message());
  std::sort(files.begin(), files.end());
  return files;
}

/// "a.md, b.md and 3 more".
std::string some_of(const std::vector<std::string>& names) {
  static constexpr std::size_t shown = 5;
  const std::vector<std::string> first(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(shown, names.size())));
  return join(first, ", ") +
         (names.size() > shown ? " and " + std::to_string(names.size() - shown) + " more" : "");
}

/// Collects the posts of a folder, and reports about the other files.
class FolderReader {
 public:
  explicit FolderReader(const MarkdownOptions& options) : options_(options) {
    feed_.format = Format::html;
    feed_.link = options.site_url;
  }

  void warn(std::string text) { feed_.warnings.push_back(std::move(text)); }

  void add(const std::string& name, const Result<std::string>& text) {
    auto post = text ? read_markdown(*text, name, options_)
                     : Result<MarkdownPost>{tl::unexpected<Error>(text.error())};
    if (!post) {
      feed_.broken.push_back(name + ": " + post.error().line());
      return warn(feed_.broken.back());
    }
    if (post->state == MarkdownPost::State::waiting)
      return waiting_.push_back(name + " (" + day_of(*post->from) + ")");
    if (post->state != MarkdownPost::State::post) return;
    if (!post->shortcodes.empty()) stripped_.push_back(name + " (" + join(post->shortcodes, ", ") + ")");
    // Files of the same name in two folders are two posts.
    if (!ids_.insert(post->entry.id).second) post->entry.id = name;
    feed_.entries.push_back(std::move(post->entry));
  }

  Feed finish() {
    std::stable_sort(feed_.entries.begin(), feed_.entries.end(), [](const Entry& a, const Entry& b) {
      return a.published.value_or(UtcTime{}) > b.published.value_or(UtcTime{});
    });
    if (!waiting_.empty()) {
      warn(plural(static_cast<long long>(waiting_.size()), "post") +
           (waiting_.size() == 1 ? " waits for its date: " : " wait for their dates: ") + some_of(waiting_));
    }
    if (!stripped_.empty()) warn("template tags removed from " + some_of(stripped_));
    return std::move(feed_);
  }

 private:
  [[nodiscard]] std::string day_of(UtcTime time) const {
    return format_rfc3339(options_.zone ? UtcTime{options_.zone->to_local(time).time_since_epoch()} : time)
        .substr(0, 10);
  }

  const MarkdownOptions& options_;
  Feed feed_;
  std::set<std::string> ids_;
  std::vector<std::string> waiting_;
  std::vector<std::string> stripped_;
};

}  // namespace

Result<Feed> read_markdown_folder(const std::filesystem::path& folder, const MarkdownOptions& options) {
  constexpr std::size_t most_files = 5000;
  TIDINGS_LET(auto files, markdown_files(folder));
  FolderReader reader{options};
  if (files.size() > most_files) {
    reader.warn("more than " + std::to_string(most_files) + " files: only the last ones by name are read");
    files.erase(files.begin(), files.end() - static_cast<std::ptrdiff_t>(most_files));
  }
  for (const auto& file : files)
    reader.add(file.lexically_relative(folder).string(),
               read_file(file, static_cast<std::int64_t>(longest_markdown)));
  return reader.finish();
}

}  // namespace tidings::source
