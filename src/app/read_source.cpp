#include "app/read_source.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <variant>

#include <fmt/format.h>

#include "base/text.hpp"
#include "config/secret.hpp"
#include "source/entry_rules.hpp"
#include "source/feed_command.hpp"
#include "source/linked_events.hpp"
#include "source/markdown.hpp"
#include "source/newest.hpp"
#include "source/page.hpp"
#include "source/parse.hpp"
#include "source/source_table.hpp"

namespace tidings::app {
namespace {

bool is_json(std::string_view bytes) {
  const auto first = bytes.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  return first != std::string_view::npos && (bytes[first] == '{' || bytes[first] == '[');
}

/// The posts of a page, and the events that it describes.
Result<source::Feed> parse_page(const config::Config& all, const config::SourceConfig& config,
                                const source::Fetched& fetched, UtcTime now) {
  const source::PageOptions page{
      .base_url = fetched.final_url, .content_type = fetched.content_type, .xpaths = config.xpaths};
  auto events = source::read_linked_events(
      fetched.bytes, {.page_url = fetched.final_url, .zone = all.newsletter.zone, .now = now});
  auto feed = source::read_page(fetched.bytes, page);
  if (!feed && (events.empty() || feed.error().code != Errc::bad_data)) return feed;
  if (!feed) {
    feed = source::Feed{};  // a page of events alone
    feed->format = source::Format::html;
  }
  feed->events = std::move(events);
  return feed;
}

Result<source::Feed> parse(const config::Config& all, const config::SourceConfig& config,
                           const source::Fetched& fetched, UtcTime now) {
  if (config.spec.kind == source::Kind::page) return parse_page(all, config, fetched, now);
  const bool is_calendar =
      config.spec.kind == source::Kind::ical ||
      (config.spec.kind == source::Kind::automatic && source::looks_like_calendar(fetched.bytes));
  if (is_calendar) {
    auto options = calendar_options(fetched, all.newsletter.zone, now);
    options.most = config.limits.entries;
    return source::read_calendar(fetched.bytes, options);
  }
  const source::ParseOptions options{
      .base_url = fetched.final_url, .content_type = fetched.content_type, .limits = config.limits};
  auto feed = source::parse_feed(fetched.bytes, options);
  if (feed || config.spec.kind != source::Kind::automatic || is_json(fetched.bytes)) return feed;
  if (auto posts = parse_page(all, config, fetched, now)) return posts;
  return feed;
}

/// The [[rule]]s that concern the source.
std::vector<const source::EntryRule*> rules_of(const config::Config& config,
                                               const config::SourceConfig& source) {
  std::vector<const source::EntryRule*> rules;
  for (const auto& each : config.rules) {
    const auto& names = each.sources;
    if (names.empty() || std::ranges::find(names, source.spec.name) != names.end())
      rules.push_back(&each.rule);
  }
  return rules;
}

Result<source::Feed> filtered(const config::Config& all, const config::SourceConfig& config, UtcTime now,
                              Result<source::Feed> feed) {
  if (!feed) return feed;
  const auto rules = rules_of(all, config);
  // Pages and folders do not know the limit themselves; they stop at some hundred or thousand posts.
  feed->left_out += source::keep_newest(feed->entries, config.limits.entries,
                                        [](const source::Entry& entry) { return entry.published; });
  for (auto& entry : feed->entries) {
    if (entry.categories.size() > config.limits.categories) entry.categories.resize(config.limits.categories);
    source::apply_rules(entry, rules, config.filter, now);
  }
  feed->dropped_events = static_cast<std::size_t>(std::erase_if(feed->events, [&](source::Event& event) {
    source::Entry entry{.title = event.title,
                        .link = event.url,
                        .summary_html = escape_html(event.text),
                        .categories = event.categories};
    source::apply_rules(entry, rules, config.filter, now);
    event.categories = std::move(entry.categories);
    return !entry.dropped.empty();
  }));
  return feed;
}

Result<std::string> output_of(const config::Config& config, const config::SourceConfig& source) {
  return source::output_of_command(source.command, {.max_bytes = source.max_bytes, .folder = config.folder});
}

}  // namespace

bool is_local(const config::SourceConfig& source) {
  return source.spec.kind == source::Kind::markdown || source.spec.kind == source::Kind::command;
}

Result<source::FetchRequest> request_for(const config::SourceConfig& config, const source::Source& state) {
  auto request = source::request_for(
      state, config.allow_private_address ? source::Reach::anywhere : source::Reach::public_only);
  request.max_bytes = config.max_bytes;
  const auto& access = config.access;
  request.proxy = access.proxy;
  // Where a permanent redirect led may be another's.
  if (!source::is_same_host(request.url, config.spec.url)) return request;
  const auto what = [&](std::string_view key) {
    return fmt::format("source \"{}\": {}", config.spec.name, key);
  };
  if (access.password.is_set()) {
    request.login.username = access.username;
    TIDINGS_LET(request.login.password, config::read_secret(access.password, what("password")));
  }
  if (access.bearer.is_set()) {
    TIDINGS_LET(request.login.bearer, config::read_secret(access.bearer, what("bearer")));
  }
  if (access.header_value.is_set()) {
    TIDINGS_LET(const auto value, config::read_secret(access.header_value, what("header_value")));
    if (value.find_first_of("\r\n") != std::string::npos)
      return fail(Errc::config, what("header_value") + " has several lines");
    request.login.header = access.header + ": " + value;
  }
  return request;
}

source::CalendarOptions calendar_options(const source::Fetched& fetched, const Zone& zone, UtcTime now) {
  constexpr std::chrono::hours outlook{24 * 200};
  return {.base_url = fetched.final_url,
          .content_type = fetched.content_type,
          .zone = zone,
          .now = now,
          .until = now + outlook};
}

source::FetchOptions fetch_options(const config::Config& config) {
  source::FetchOptions options;
  if (!config.newsletter.public_url.empty()) options.user_agent += " (+" + config.newsletter.public_url + ")";
  return options;
}

Result<source::Feed> read_fetched(const config::Config& config, const config::SourceConfig& source,
                                  const source::Fetched& fetched, UtcTime now) {
  return filtered(config, source, now, parse(config, source, fetched, now));
}

Result<source::Feed> read_local_source(const config::Config& config, const config::SourceConfig& source,
                                       UtcTime now) {
  if (source.spec.kind == source::Kind::markdown) {
    const auto folder = std::filesystem::path{source.spec.url.substr(std::string_view{"file:"}.size())};
    return filtered(config, source, now,
                    source::read_markdown_folder(folder, {.site_url = source.site_url,
                                                          .permalinks = source.permalinks,
                                                          .zone = config.newsletter.zone,
                                                          .now = now}));
  }
  TIDINGS_LET(auto bytes, output_of(config, source));
  return read_fetched(config, source, {.bytes = std::move(bytes), .final_url = source.site_url}, now);
}

Result<source::Feed> read_now(const config::Config& config, const config::SourceConfig& source, UtcTime now) {
  if (is_local(source)) return read_local_source(config, source, now);
  source::Source unknown;
  unknown.url = source.spec.url;
  TIDINGS_LET(const auto request, request_for(source, unknown));
  const auto result = source::fetch(request, fetch_options(config));
  if (const auto* const failed = std::get_if<source::FetchFailure>(&result))
    return fail(Errc::unavailable, failed->what);
  return read_fetched(config, source, std::get<source::Fetched>(result), now);
}

post::NormaliseOptions normalise_options(const config::SourceConfig& source, const std::string& language) {
  post::NormaliseOptions options;
  options.links.tracking_parameters = source.strip_parameters;
  options.content = source.content;
  options.language = language;
  return options;
}

int count_dropped(const source::Feed& feed) {
  return static_cast<int>(
      std::ranges::count_if(feed.entries, [](const source::Entry& entry) { return !entry.dropped.empty(); }));
}

}  // namespace tidings::app
