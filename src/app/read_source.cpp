#include "app/read_source.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <variant>

#include "source/feed_command.hpp"
#include "source/html_text.hpp"
#include "source/markdown.hpp"
#include "source/newest.hpp"
#include "source/page.hpp"
#include "source/parse.hpp"

namespace tidings::app {
namespace {

bool is_json(std::string_view bytes) {
  const auto first = bytes.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  return first != std::string_view::npos && (bytes[first] == '{' || bytes[first] == '[');
}

Result<source::Feed> parse(const config::SourceConfig& config, const source::Fetched& fetched) {
  const source::PageOptions page{
      .base_url = fetched.final_url, .content_type = fetched.content_type, .xpaths = config.xpaths};
  if (config.spec.kind == source::Kind::page) return source::read_page(fetched.bytes, page);
  const source::ParseOptions options{
      .base_url = fetched.final_url, .content_type = fetched.content_type, .limits = config.limits};
  auto feed = source::parse_feed(fetched.bytes, options);
  if (feed || config.spec.kind != source::Kind::automatic || is_json(fetched.bytes)) return feed;
  if (auto posts = source::read_page(fetched.bytes, page)) return posts;
  return feed;
}

FilterInput filter_input(const source::Entry& entry) {
  return {.title = entry.title,
          .author = entry.author,
          .link = entry.link,
          .categories = entry.categories,
          .text = [&entry] {
            return source::plain_text_of_html(entry.content_html) + "\n" +
                   source::plain_text_of_html(entry.summary_html);
          }};
}

Result<source::Feed> filtered(const config::SourceConfig& config, Result<source::Feed> feed) {
  if (!feed) return feed;
  // Pages and folders do not know the limit themselves; they stop at some hundred or thousand posts.
  feed->left_out += source::keep_newest(feed->entries, config.limits.entries,
                                        [](const source::Entry& entry) { return entry.published; });
  for (auto& entry : feed->entries) {
    if (entry.categories.size() > config.limits.categories) entry.categories.resize(config.limits.categories);
    entry.dropped = config.filter.drops(filter_input(entry)).value_or("");
  }
  return feed;
}

Result<std::string> output_of(const config::Config& config, const config::SourceConfig& source) {
  return source::output_of_command(source.command, {.max_bytes = source.max_bytes, .folder = config.folder});
}

}  // namespace

bool is_local(const config::SourceConfig& source) {
  return source.spec.kind == source::Kind::markdown || source.spec.kind == source::Kind::command;
}

source::FetchOptions fetch_options(const config::Config& config) {
  source::FetchOptions options;
  if (!config.newsletter.public_url.empty()) options.user_agent += " (+" + config.newsletter.public_url + ")";
  return options;
}

Result<source::Feed> read_fetched(const config::SourceConfig& source, const source::Fetched& fetched) {
  return filtered(source, parse(source, fetched));
}

Result<source::Feed> read_local_source(const config::Config& config, const config::SourceConfig& source,
                                       UtcTime now) {
  if (source.spec.kind == source::Kind::markdown) {
    const auto folder = std::filesystem::path{source.spec.url.substr(std::string_view{"file:"}.size())};
    return filtered(source, source::read_markdown_folder(folder, {.site_url = source.site_url,
                                                                  .permalinks = source.permalinks,
                                                                  .zone = config.newsletter.zone,
                                                                  .now = now}));
  }
  TIDINGS_LET(auto bytes, output_of(config, source));
  return read_fetched(source, {.bytes = std::move(bytes), .final_url = source.site_url});
}

Result<source::Feed> read_now(const config::Config& config, const config::SourceConfig& source, UtcTime now) {
  if (is_local(source)) return read_local_source(config, source, now);
  const source::FetchRequest request{
      .url = source.spec.url,
      .reach = source.allow_private_address ? source::Reach::anywhere : source::Reach::public_only,
      .max_bytes = source.max_bytes};
  const auto result = source::fetch(request, fetch_options(config));
  if (const auto* const failed = std::get_if<source::FetchFailure>(&result))
    return fail(Errc::unavailable, failed->what);
  return read_fetched(source, std::get<source::Fetched>(result));
}

int count_dropped(const source::Feed& feed) {
  return static_cast<int>(
      std::ranges::count_if(feed.entries, [](const source::Entry& entry) { return !entry.dropped.empty(); }));
}

}  // namespace tidings::app
