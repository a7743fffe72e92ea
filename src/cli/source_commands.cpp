// source list | check, feed parse | article, html sanitize | text
#include <array>
#include <limits>
#include <span>
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
#include "cli/objects.hpp"
#include "cli/opml_commands.hpp"
#include "cli/output.hpp"
#include "post/normalise.hpp"
#include "post/plain_text.hpp"
#include "post/sanitise.hpp"
#include "source/address_guard.hpp"
#include "source/article.hpp"
#include "source/calendar.hpp"
#include "source/html_text.hpp"
#include "source/parse.hpp"

namespace tidings::cli {
namespace {

constexpr std::int64_t max_input_bytes = 64LL << 20;

/// What went wrong, or what was left out.
std::string note_on(const source::Source& state) {
  if (!state.last_error.empty()) return state.last_error;
  std::vector<std::string> parts;
  if (state.dropped > 0)
    parts.push_back(fmt::format("{} kept out by rules or filters", plural(state.dropped, "post")));
  if (state.left_out > 0)
    parts.push_back(fmt::format("{} older ones skipped (max_entries)", plural(state.left_out, "post")));
  return join(parts, "; ");
}

struct ListOptions {
  std::string after;
  int limit = 1000;
};

Result<Exit> list(Session& session, const ListOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(const auto context, session.context_if_there());
  TIDINGS_LET(const auto sources,
              app::list_sources(*config, context ? &context->database : nullptr, session.clock().now()));
  std::vector<std::string> names;
  for (const auto& each : sources) names.push_back(each.source->spec.name);
  TIDINGS_LET(const auto page, page_of(names, options.after, options.limit, "source"));
  Listing out{{"NAME", "HEALTH", "LAST GOOD", "URL", "NOTE"}};
  for (const auto& [source, state, health] : std::span{sources}.subspan(page.begin, page.end - page.begin)) {
    const auto& spec = source->spec;
    const bool ill = !state.last_error.empty();
    out.add({{"source", spec.name},
             {"url", spec.url},
             {"title", json_text(state.title)},
             {"health", health},
             {"last_attempt", json_time(state.last_attempt)},
             {"last_good", json_time(state.last_good)},
             {"next_fetch", json_time(state.next_fetch)},
             {"failure_count", state.error_streak},
             {"rejected_count", state.dropped},
             {"older_left_out_count", state.left_out},
             {"moved_to", json_text(state.moved_to.value_or(""))},
             {"error", json_text(state.last_error)}},
            {spec.name,
             {health, ill ? Look::trouble : Look::plain},
             local_time(config->newsletter.zone, state.last_good),
             spec.url,
             note_on(state)});
  }
  out.print(page.more);
  return Exit::done;
}

struct CheckOptions {
  std::string url;
};

/// As a source's name may be: "192.0.2.7" is "192-0-2-7".
std::string plain_name(std::string_view text) {
  std::string name;
  for (const char c : ascii_lower(text)) {
    const bool plain =
        static_cast<unsigned char>(c) < 0x80 && std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (plain || (!name.empty() && name.back() != '-')) name += plain ? c : '-';
  }
  name = name.substr(0, 34);
  while (name.ends_with('-')) name.pop_back();
  return name;
}

/// A file's name, or the site's; a bare address is no name, but tells two blogs apart.
std::string name_from(const std::string& url) {
  if (url.starts_with("file:")) {
    const auto name = plain_name(std::filesystem::path{url.substr(5)}.stem().string());
    return name.empty() ? "blog" : name;
  }
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
  const bool is_number = parsed &&
                         parsed->host.find_first_not_of("0123456789.:abcdef") == std::string::npos &&
                         parsed->host.find_first_of("0123456789") != std::string::npos;
  if (is_number) return "blog-" + plain_name(parsed->host + (parsed->port.empty() ? "" : "-" + parsed->port));
  name = plain_name(name);
  return name.empty() ? "blog" : name;
}

/// Not the name of another source: "blog", "blog-2".
std::string free_name(std::string name, const config::Config* config, const std::string& url) {
  const auto wanted = name;
  const auto is_taken = [&] {
    const auto* const other = config != nullptr ? config->find_source(name) : nullptr;
    return other != nullptr && other->spec.url != url;
  };
  for (int number = 2; is_taken(); ++number) name = fmt::format("{}-{}", wanted, number);
  return name;
}

/// "collect" contacts such a host only with permission.
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

/// In the newsletter's zone, if it is known.
std::string day_or_none(const config::Config* config, const source::Entry& entry) {
  if (!entry.published) return "no date   ";
  const auto text = config != nullptr ? time_in_words(config->newsletter.zone, *entry.published)
                                      : format_rfc3339(*entry.published);
  return text.substr(0, 10);
}

Json events_json(const source::Feed& feed) {
  Json out = Json::array();
  for (const auto& each : feed.events) out.push_back(event_object(each));
  return out;
}

/// "12 posts", "3 events to come", "12 posts, 3 events to come"
std::string contents_of(const source::Feed& feed) {
  auto posts = plural(static_cast<long long>(feed.entries.size()), "post");
  if (feed.events.empty() && feed.format != source::Format::ical) return posts;
  const auto events = plural(static_cast<long long>(feed.events.size()), "event") + " to come";
  return feed.entries.empty() ? events : posts + ", " + events;
}

/// The first of them, in the newsletter's zone if it is known.
std::string event_lines(const source::Feed& feed, const Zone& zone, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < feed.events.size() && i < most; ++i)
    out += fmt::format("  {}\n", shorten(in_words(feed.events[i], zone), 90));
  if (feed.events.size() > most) out += fmt::format("  and {} more\n", feed.events.size() - most);
  return out;
}

Zone zone_of(const config::Config* config) {
  return config != nullptr ? config->newsletter.zone : Zone::find("UTC").value();
}

/// What a feed was found to be.
Json found_object(const source::Feed& feed, const std::string& name, const std::string& url) {
  int rejected = 0;
  Json entries = Json::array();
  for (const auto& each : feed.entries) {
    rejected += each.dropped.empty() ? 0 : 1;
    entries.push_back({{"title", json_text(each.title)},
                       {"link", json_text(each.link)},
                       {"published", json_time(each.published)},
                       {"rejected_by", json_text(each.dropped)}});
  }
  return {{"source", name},
          {"url", url},
          {"format", source::name_of(feed.format)},
          {"title", json_text(feed.title)},
          {"entry_count", feed.entries.size()},
          {"rejected_count", rejected},
          {"older_left_out_count", feed.left_out},
          {"entries", std::move(entries)},
          {"event_count", feed.events.size()},
          {"events", events_json(feed)},
          {"warnings", feed.warnings},
          {"error", nullptr}};
}

/// A feed and the block to paste; `config` may be nullptr.
void print_found(const config::Config* config, const source::Feed& feed, const std::string& url,
                 std::string_view more = {}) {
  const auto name = free_name(name_from(url), config, url);
  if (form() == Form::json) return print(json_line(found_object(feed, name, url)));
  auto out =
      fmt::format("{} ({}, {})\n", printable(feed.title), source::name_of(feed.format), contents_of(feed));
  for (std::size_t i = 0; i < feed.entries.size() && i < 5; ++i) {
    const auto& entry = feed.entries[i];
    const auto post = post::normalise(entry, {}, UtcTime{}, {.links = {}, .language = feed.language});
    out += fmt::format("  {}  {}\n", day_or_none(config, entry),
                       shorten(printable(post::display_title(post)), 70));
  }
  out += event_lines(feed, zone_of(config), 5);
  for (const auto& warning : feed.warnings) log::warning(warning);
  out += fmt::format("\n[[source]]\nname = \"{}\"\nurl = \"{}\"\n{}{}", name, url, permission_for(url), more);
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

/// What a [[source]] of it says besides its name and place.
std::string kind_of(const app::FoundFeed& found) {
  if (found.feed.format == source::Format::ical) return "kind = \"ical\"\n";
  return found.how == app::FoundFeed::How::read_from_page ? "kind = \"page\"\n" : "";
}

Result<Exit> check_url(const config::Config* config, const std::string& text, UtcTime now) {
  using How = app::FoundFeed::How;
  const auto url = url_of(text);
  TIDINGS_LET(const auto found, app::find_feed(url, zone_of(config), now));
  if (found.how == How::named_by_page && form() == Form::text)
    print(fmt::format("{} is a page; its feed is {}\n", url, found.url));
  if (found.how == How::read_from_page && form() == Form::text)
    print(fmt::format("{} has no feed; its posts are read from the page\n", url));
  print_found(config, found.feed, found.url, kind_of(found));
  return Exit::done;
}

// ---- source check of what is configured
// --------------------------------------------------------------------------------

std::string summary_of(const source::Feed& feed) {
  auto out = feed.title.empty() ? std::string{} : printable(feed.title) + ", ";
  out += contents_of(feed);
  if (feed.dropped_events > 0)
    out += fmt::format(", {} kept out by rules or filters",
                       plural(static_cast<long long>(feed.dropped_events), "event"));
  if (const int dropped = app::count_dropped(feed); dropped > 0)
    out += fmt::format(", {} kept out by rules or filters", dropped);
  if (feed.left_out > 0)
    out += fmt::format(", {} {} ones skipped (max_entries)", feed.left_out,
                       feed.format == source::Format::ical ? "later" : "older");
  return out;
}

/// Every post as it would be stored, with the filters' verdict.
Result<Exit> check_source(const config::Config& config, const config::SourceConfig& source, UtcTime now) {
  constexpr std::size_t most = 50;
  TIDINGS_LET(const auto feed, app::read_now(config, source, now));
  const auto options = app::normalise_options(source, feed.language);
  auto out = fmt::format("{}: {} ({})\n", source.spec.name, summary_of(feed), source::name_of(feed.format));
  for (std::size_t i = 0; i < feed.entries.size() && i < most; ++i) {
    const auto& entry = feed.entries[i];
    const auto post = post::normalise(entry, {}, now, options);
    out += fmt::format("{} {}  {}\n", entry.dropped.empty() ? '+' : '-', day_or_none(&config, entry),
                       shorten(printable(post::display_title(post)), 70));
    if (!post.link.empty()) out += fmt::format("    {}\n", printable(post.link));
    if (!entry.dropped.empty()) out += fmt::format("    rejected by {}\n", printable(entry.dropped));
    if (const auto text = collapse_blanks(source::plain_text_of_html(entry.summary_html)); !text.empty())
      out += fmt::format("    {}\n", shorten(printable(text), 70));
  }
  out += event_lines(feed, config.newsletter.zone, most);
  if (feed.entries.size() > most) out += fmt::format("  and {} more\n", feed.entries.size() - most);
  for (const auto& warning : feed.warnings) log::warning(fmt::format("{}: {}", source.spec.name, warning));
  show(found_object(feed, source.spec.name, source.spec.url), out);
  return Exit::done;
}

/// Names have neither dots nor slashes, addresses do.
bool may_be_name(const std::string& text) { return text.find_first_of("./:") == std::string::npos; }

Result<Exit> check(Session& session, const CheckOptions& options) {
  std::error_code ignored;
  const auto is_configured = [&] {
    const auto config = session.config();
    return config && (*config)->find_source(options.url) != nullptr;
  };
  const bool is_place =
      !options.url.empty() &&
      (!may_be_name(options.url) || (std::filesystem::exists(options.url, ignored) && !is_configured()));
  if (is_place) {
    // A configuration is not needed, but its names are taken.
    const auto taken = session.config();
    return check_url(taken ? *taken : nullptr, options.url, session.clock().now());
  }
  TIDINGS_LET(const auto* const config, session.config());
  if (!options.url.empty()) {
    if (const auto* const source = config->find_source(options.url))
      return check_source(*config, *source, session.clock().now());
    std::vector<std::string> known;
    for (const auto& each : config->sources) known.push_back(each.spec.name);
    auto hint = did_you_mean(options.url, known);
    return fail(Errc::no_input, fmt::format("\"{}\" is neither a source nor a web address", options.url),
                hint.empty() ? "use the name of a [[source]], or https://..." : std::move(hint));
  }
  int failed = 0;
  for (const auto& each : config->sources) {
    if (each.spec.kind == source::Kind::manual) continue;
    const auto feed = app::read_now(*config, each, session.clock().now());
    if (feed) {
      show(found_object(*feed, each.spec.name, each.spec.url),
           fmt::format("{}: {}\n", each.spec.name, summary_of(*feed)));
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

/// Feeds with fractions of a second mean nothing by them.
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

/// A feed, or a calendar's events from now on; times without a zone are those of the newsletter, else UTC.
Result<source::Feed> parse_input(Session& session, const FeedOptions& options, const std::string& bytes) {
  constexpr source::Limits everything{.entries = std::numeric_limits<std::size_t>::max(),
                                      .categories = 100'000};
  if (!source::looks_like_calendar(bytes))
    return source::parse_feed(
        bytes, {.base_url = options.base_url, .content_type = options.content_type, .limits = everything});
  const auto config = session.config();
  return source::read_calendar(
      bytes, app::calendar_options(
                 {.bytes = {}, .content_type = options.content_type, .final_url = options.base_url},
                 zone_of(config ? *config : nullptr), session.clock().now()));
}

Result<Exit> parse(Session& session, const FeedOptions& options) {
  TIDINGS_LET(const auto bytes, read_file(options.file, max_input_bytes));
  const auto parsed = parse_input(session, options, bytes);
  if (!parsed)
    return fail(parsed.error().code, options.file + ": " + parsed.error().what, parsed.error().hint);
  const auto& feed = *parsed;
  Json entries = Json::array();
  for (const auto& entry : feed.entries) entries.push_back(json_of(entry));
  Json json{{"format", source::name_of(feed.format)},
            {"title", feed.title},
            {"link", feed.link},
            {"language", feed.language},
            {"entries", std::move(entries)},
            {"warnings", feed.warnings}};
  if (feed.format == source::Format::ical) json["events"] = events_json(feed);
  print(json_line(json));
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
  const auto safe = post::sanitise(clean_utf8(html), {.base_url = options.base_url});
  form() == Form::json ? print(json_line({{"html", safe}})) : print_document(safe);
  return Exit::done;
}

Result<Exit> to_text(Session& /*session*/, const HtmlOptions& options) {
  TIDINGS_LET(const auto html, read_file("-", max_input_bytes));
  const auto text = post::html_to_text(post::sanitise(clean_utf8(html), {.base_url = options.base_url}),
                                       {.width = options.width});
  form() == Form::json ? print(json_line({{"text", text}})) : print_document(text);
  return Exit::done;
}

}  // namespace

void add_source_commands(Command app, Session& session) {
  const auto source = add_noun(app, "source", "where posts come from");
  add_command<ListOptions>(
      source, session, "list", "list sources and their health",
      [](Command command, ListOptions& options) {
        add_paging(command, options.after, options.limit, "this source");
      },
      list);
  add_command<CheckOptions>(
      source, session, "check",
      "read a URL and print its [[source]] block, or read configured sources as collect does",
      [](Command command, CheckOptions& options) {
        command.add_option("URL", options.url, "a feed, a page with a feed, or the name of a source");
      },
      check);
  add_opml_commands(source, session);
  const auto feed = add_noun(app, "feed", "feeds, by hand");
  const auto input = [](Command command, FeedOptions& options) {
    command.add_option("FILE", options.file, "\"-\" is standard input").required();
    command.add_option("--base-url", options.base_url, "for relative links").value_name("URL");
    command.add_option("--content-type", options.content_type, "as sent by the server").value_name("TYPE");
  };
  add_command<FeedOptions>(feed, session, "parse", "print a feed as JSON", input, parse);
  add_command<FeedOptions>(feed, session, "article", "print the article of a web page as JSON", input,
                           article);
  const auto html = add_noun(app, "html", "HTML by hand, standard input to standard output");
  add_command<HtmlOptions>(
      html, session, "sanitize", "make HTML safe for mail",
      [](Command command, HtmlOptions& options) {
        command.add_option("--base-url", options.base_url, "for relative links");
      },
      sanitize);
  add_command<HtmlOptions>(
      html, session, "text", "convert HTML to plain text",
      [](Command command, HtmlOptions& options) {
        command.add_option("--base-url", options.base_url, "for relative links");
        command.add_option("--width", options.width, "columns; 0: no wrapping").show_default().at_least(0);
      },
      to_text);
}

}  // namespace tidings::cli
