// source list | check, feed parse | article, html sanitize | text
#include <array>
#include <limits>
#include <variant>

#include <arpa/inet.h>

#include <fmt/format.h>

#include "app/find_feed.hpp"
#include "app/read_source.hpp"
#include "app/source_list.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "cli/command.hpp"
#include "cli/opml_commands.hpp"
#include "cli/output.hpp"
#include "post/plain_text.hpp"
#include "post/sanitise.hpp"
#include "source/address_guard.hpp"
#include "source/article.hpp"
#include "source/html_text.hpp"
#include "source/parse.hpp"

namespace tidings::cli {
namespace {

constexpr std::int64_t max_input_bytes = 64LL << 20;

/// What went wrong, or what was not taken.
std::string note_on(const source::Source& state) {
  if (!state.last_error.empty()) return state.last_error;
  std::vector<std::string> parts;
  if (state.dropped > 0)
    parts.push_back(fmt::format("{} kept out by include or exclude", plural(state.dropped, "post")));
  if (state.left_out > 0)
    parts.push_back(fmt::format("{} older than the newest max_entries", plural(state.left_out, "post")));
  return join(parts, "; ");
}

Result<Exit> list(Session& session, const JsonOption& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(const auto context, session.context_if_there());
  TIDINGS_LET(const auto sources,
              app::list_sources(*config, context ? &context->database : nullptr, session.clock().now()));
  std::string lines;
  Table out{{"NAME", "HEALTH", "LAST GOOD", "URL", "NOTE"}};
  for (const auto& [source, state, health] : sources) {
    const auto& spec = source->spec;
    if (options.json) {
      lines += json_line({{"name", spec.name},
                          {"url", spec.url},
                          {"title", state.title},
                          {"health", health},
                          {"last_attempt", json_time(state.last_attempt)},
                          {"last_good", json_time(state.last_good)},
                          {"next_fetch", json_time(state.next_fetch)},
                          {"error_streak", state.error_streak},
                          {"kept_out", state.dropped},
                          {"older_left_out", state.left_out},
                          {"moved_to", state.moved_to.value_or("")},
                          {"last_error", state.last_error}});
    }
    out.add(
        {spec.name, health, local_time(config->newsletter.zone, state.last_good), spec.url, note_on(state)});
  }
  print(options.json ? lines : out.text());
  return Exit::done;
}

struct CheckOptions {
  std::string url;
};

std::string name_from(const std::string& url) {
  const auto parsed = parse_url(url);
  std::string name;
  for (const char c : parsed ? parsed->host : std::string{}) {
    if (c == '.') {
      if (name != "www" && name != "blog" && !name.empty()) break;
      name.clear();
      continue;
    }
    name += c;
  }
  const bool is_number = name.find_first_not_of("0123456789[]:") == std::string::npos;
  return is_number ? "blog" : name;
}

/// "collect" goes to such a host only if it is told that it may.
std::string permission_for(const std::string& url) {
  const auto parsed = parse_url(url);
  if (!parsed || url.starts_with("file:")) return {};
  std::string_view host = parsed->host;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  const std::string text{host};
  const bool is_address = ::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 ||
                          ::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
  const bool is_private = host == "localhost" || (is_address && !source::is_public_address(host));
  return is_private ? "allow_private_address = true\n" : "";
}

std::string day_or_none(const source::Entry& entry) {
  return entry.published ? format_rfc3339(*entry.published).substr(0, 10) : "no date   ";
}

void print_found(const source::Feed& feed, const std::string& url, std::string_view more = {}) {
  std::string out = fmt::format("{} ({}, {})\n", printable(feed.title), source::name_of(feed.format),
                                plural(static_cast<long long>(feed.entries.size()), "post"));
  for (std::size_t i = 0; i < feed.entries.size() && i < 5; ++i) {
    const auto& entry = feed.entries[i];
    out += fmt::format("  {}  {}\n", day_or_none(entry),
                       shorten(printable(entry.title.empty() ? entry.link : entry.title), 70));
  }
  for (const auto& warning : feed.warnings) log::warning(warning);
  out += fmt::format("\n[[source]]\nname = \"{}\"\nurl = \"{}\"\n{}{}", name_from(url), url,
                     permission_for(url), more);
  print(out);
}

/// A file's name, or an address as people write it.
std::string url_of(const std::string& text) {
  std::error_code ignored;
  const auto as_file = [&](const std::string& path) {
    return "file:" + std::filesystem::absolute(path, ignored).string();
  };
  if (text.starts_with("file:") && !text.starts_with("file:/")) return as_file(text.substr(5));
  if (text.starts_with("file:") || is_web_url(text)) return text;
  return std::filesystem::exists(text, ignored) ? as_file(text) : "https://" + text;
}

Result<Exit> check_url(const std::string& text) {
  using How = app::FoundFeed::How;
  const auto url = url_of(text);
  TIDINGS_LET(const auto found, app::find_feed(url));
  if (found.how == How::named_by_page) print(fmt::format("{} is a page; its feed is {}\n", url, found.url));
  if (found.how == How::read_from_page)
    print(fmt::format("{} has no feed; its posts are read from the page\n", url));
  print_found(found.feed, found.url, found.how == How::read_from_page ? "kind = \"page\"\n" : "");
  return Exit::done;
}

// ---- source check of what is configured
// --------------------------------------------------------------------------------

std::string summary_of(const source::Feed& feed) {
  auto out = fmt::format("{}, {}", printable(feed.title),
                         plural(static_cast<long long>(feed.entries.size()), "post"));
  if (const int dropped = app::count_dropped(feed); dropped > 0)
    out += fmt::format(", {} kept out by include or exclude", dropped);
  if (feed.left_out > 0) out += fmt::format(", {} older ones not taken (max_entries)", feed.left_out);
  return out;
}

/// Every post with what the filters say of it, as it would be stored.
Result<Exit> check_source(const config::Config& config, const config::SourceConfig& source, UtcTime now) {
  constexpr std::size_t most = 50;
  TIDINGS_LET(const auto feed, app::read_now(config, source, now));
  auto out = fmt::format("{}: {} ({})\n", source.spec.name, summary_of(feed), source::name_of(feed.format));
  for (std::size_t i = 0; i < feed.entries.size() && i < most; ++i) {
    const auto& entry = feed.entries[i];
    out += fmt::format("{} {}  {}\n", entry.dropped.empty() ? '+' : '-', day_or_none(entry),
                       shorten(printable(entry.title.empty() ? entry.link : entry.title), 70));
    if (!entry.link.empty()) out += fmt::format("    {}\n", printable(entry.link));
    if (!entry.dropped.empty()) out += fmt::format("    kept out by {}\n", printable(entry.dropped));
    if (const auto text = collapse_blanks(source::plain_text_of_html(entry.summary_html)); !text.empty())
      out += fmt::format("    {}\n", shorten(printable(text), 70));
  }
  if (feed.entries.size() > most) out += fmt::format("  and {} more\n", feed.entries.size() - most);
  for (const auto& warning : feed.warnings) log::warning(fmt::format("{}: {}", source.spec.name, warning));
  print(out);
  return Exit::done;
}

/// Names have neither dots nor slashes, addresses do.
bool may_be_name(const std::string& text) { return text.find_first_of("./:") == std::string::npos; }

Result<Exit> check(Session& session, const CheckOptions& options) {
  if (!options.url.empty() && !may_be_name(options.url)) return check_url(options.url);
  std::error_code ignored;
  if (!options.url.empty() && std::filesystem::exists(options.url, ignored)) return check_url(options.url);
  TIDINGS_LET(const auto* const config, session.config());
  if (!options.url.empty()) {
    if (const auto* const source = config->find_source(options.url))
      return check_source(*config, *source, session.clock().now());
    std::vector<std::string> known;
    for (const auto& each : config->sources) known.push_back(each.spec.name);
    auto hint = did_you_mean(options.url, known);
    return fail(Errc::no_input,
                fmt::format("there is no source \"{}\", and it is not an address", options.url),
                hint.empty() ? "the name of a [[source]], or https://..." : std::move(hint));
  }
  int failed = 0;
  for (const auto& each : config->sources) {
    if (each.spec.kind == source::Kind::manual) continue;
    const auto feed = app::read_now(*config, each, session.clock().now());
    if (feed) {
      print(fmt::format("{}: {}\n", each.spec.name, summary_of(*feed)));
    } else {
      ++failed;
      log::warning(fmt::format("source {}: {}", each.spec.name, feed.error().line()));
    }
  }
  if (failed > 0)
    return fail(Errc::unavailable, fmt::format("{} could not be read", plural(failed, "source")));
  return Exit::done;
}

// ---- feed parse
// -----------------------------------------------------------------------------------------------------

/// Feeds that write parts of a second mean nothing by them.
Json whole_seconds(std::optional<UtcTime> time) {
  return json_time(time ? std::optional<UtcTime>{std::chrono::floor<std::chrono::seconds>(*time)} : time);
}

Json json_of(const source::Entry& entry) {
  const post::SanitiseOptions sanitising{.base_url = entry.base_url};
  Json enclosures = Json::array();
  for (const auto& each : entry.enclosures) {
    enclosures.push_back({{"url", each.url}, {"type", each.type}, {"length", each.length_bytes}});
  }
  return {{"id", entry.id},
          {"title", entry.title},
          {"link", entry.link},
          {"author", entry.author},
          {"published", whole_seconds(entry.published)},
          {"updated", whole_seconds(entry.updated)},
          {"summary_html", post::sanitise(entry.summary_html, sanitising)},
          {"content_html", post::sanitise(entry.content_html, sanitising)},
          {"categories", entry.categories},
          {"enclosures", std::move(enclosures)},
          {"image", entry.image}};
}

struct FeedOptions {
  std::string file;
  std::string base_url;
  std::string content_type;
};

Result<Exit> parse(Session& /*session*/, const FeedOptions& options) {
  TIDINGS_LET(const auto bytes, read_file(options.file, max_input_bytes));
  constexpr source::Limits everything{.entries = std::numeric_limits<std::size_t>::max(),
                                      .categories = 100'000};
  const auto parsed = source::parse_feed(
      bytes, {.base_url = options.base_url, .content_type = options.content_type, .limits = everything});
  if (!parsed)
    return fail(parsed.error().code, options.file + ": " + parsed.error().what, parsed.error().hint);
  const auto& feed = *parsed;
  Json entries = Json::array();
  for (const auto& entry : feed.entries) entries.push_back(json_of(entry));
  print(json_line({{"format", source::name_of(feed.format)},
                   {"title", feed.title},
                   {"link", feed.link},
                   {"language", feed.language},
                   {"entries", std::move(entries)},
                   {"warnings", feed.warnings}}));
  return Exit::done;
}

Result<Exit> article(Session& /*session*/, const FeedOptions& options) {
  TIDINGS_LET(const auto bytes, read_file(options.file, max_input_bytes));
  const auto found =
      source::find_article(bytes, {.base_url = options.base_url, .content_type = options.content_type});
  if (!found) return fail(found.error().code, options.file + ": " + found.error().what, found.error().hint);
  print(json_line({{"title", found->title},
                   {"author", found->author},
                   {"published", whole_seconds(found->published)},
                   {"language", found->language},
                   {"image", found->image},
                   {"html", post::sanitise(found->html, {.base_url = found->base_url})},
                   {"text", found->text}}));
  return Exit::done;
}

struct HtmlOptions {
  std::string base_url;
  int width = 72;
};

Result<Exit> sanitize(Session& /*session*/, const HtmlOptions& options) {
  TIDINGS_LET(const auto html, read_file("-", max_input_bytes));
  print_document(post::sanitise(clean_utf8(html), {.base_url = options.base_url}));
  return Exit::done;
}

Result<Exit> to_text(Session& /*session*/, const HtmlOptions& options) {
  TIDINGS_LET(const auto html, read_file("-", max_input_bytes));
  print_document(post::html_to_text(post::sanitise(clean_utf8(html), {.base_url = options.base_url}),
                                    {.width = options.width}));
  return Exit::done;
}

}  // namespace

void add_source_commands(Command app, Session& session) {
  const auto source = add_noun(app, "source", "where posts come from");
  add_opml_commands(source, session);
  add_command<JsonOption>(
      source, session, "list", "the sources and their health",
      [](Command command, JsonOption& options) { add_json(command, options.json); }, list);
  add_command<CheckOptions>(
      source, session, "check",
      "read a URL and print the block to paste, or read a source (or all) as collect does",
      [](Command command, CheckOptions& options) {
        command.add_option("URL", options.url, "a feed or a page that has one; or the name of a source");
      },
      check);
  const auto feed = add_noun(app, "feed", "feeds by hand");
  const auto input = [](Command command, FeedOptions& options) {
    command.add_option("FILE", options.file, "\"-\" is standard input").required();
    command.add_option("--base-url", options.base_url, "for relative links").value_name("URL");
    command.add_option("--content-type", options.content_type, "as the server said").value_name("TYPE");
  };
  add_command<FeedOptions>(feed, session, "parse", "a feed as JSON", input, parse);
  add_command<FeedOptions>(feed, session, "article", "the article of a web page as JSON", input, article);
  const auto html = add_noun(app, "html", "HTML by hand, standard input to standard output");
  add_command<HtmlOptions>(
      html, session, "sanitize", "safe HTML fit for a mail",
      [](Command command, HtmlOptions& options) {
        command.add_option("--base-url", options.base_url, "for relative links");
      },
      sanitize);
  add_command<HtmlOptions>(
      html, session, "text", "plain text",
      [](Command command, HtmlOptions& options) {
        command.add_option("--base-url", options.base_url, "for relative links");
        command.add_option("--width", options.width, "columns; 0: no wrapping").show_default().at_least(0);
      },
      to_text);
}

}  // namespace tidings::cli
