#include "app/config.hpp"

#include <algorithm>
#include <array>
#include <regex>
#include <set>

#include <fmt/format.h>

#include "app/config_reader.hpp"
#include "app/theme_files.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "subscriber/token.hpp"

namespace tidings::app {
namespace {

using namespace std::chrono_literals;

bool is_loopback_host(std::string_view host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

Mailbox mailbox(TomlSection& section, std::string_view key, const std::string& text) {
  if (text.empty()) return {};
  auto parsed = parse_mailbox(text);
  if (parsed) return std::move(*parsed);
  section.mistake(key, parsed.error().what, parsed.error().hint);
  return {};
}

void check_regex(TomlSection& section, std::string_view key, const std::string& pattern) {
  if (pattern.size() > 1000) section.mistake(key, fmt::format("{} is longer than 1000 characters", key));
  try {
    [[maybe_unused]] const std::regex compiled{pattern, std::regex::ECMAScript | std::regex::icase};
  } catch (const std::regex_error& error) {
    section.mistake(key, fmt::format("{} is not a regular expression: {}", key, error.what()));
  }
}

void check_name(TomlSection& section, const std::string& name, std::set<std::string>& taken, std::string_view noun) {
  static constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-_";
  if (name.empty()) return;  // told as missing
  if (name.size() > 40 || name.find_first_not_of(allowed) != std::string::npos || name.front() == '-') {
    section.mistake("name", fmt::format("\"{}\" cannot be the name of a {}", name, noun),
                    "lower-case letters, digits, - and _, at most 40");
  }
  if (!taken.insert(name).second) {
    section.mistake("name", fmt::format("there are two {}s named \"{}\"", noun, name), "each needs a name of its own");
  }
}

SecretPlace read_secret(TomlSection& section, const std::string& key) {
  SecretPlace place{.file = section.path(key + "_file", ""),
                    .environment = section.text(key + "_env", ""),
                    .command = section.text(key + "_command", "")};
  const int count = static_cast<int>(!place.file.empty()) + static_cast<int>(!place.environment.empty()) +
                    static_cast<int>(!place.command.empty());
  if (count > 1) section.mistake(key + "_file", fmt::format("only one of {0}_file, {0}_env and {0}_command may be set", key));
  return place;
}

Result<NewsletterConfig> read_newsletter(TomlDocument& document) {
  auto section = document.section("newsletter");
  const auto name = section.required_text("name", "Harbour News");
  const auto from = mailbox(section, "from", section.required_text("from", "Harbour News <news@example.org>"));
  std::optional<Mailbox> reply_to;
  if (const auto text = section.text("reply_to", ""); !text.empty()) reply_to = mailbox(section, "reply_to", text);
  const auto list_id = section.text("list_id", "news." + from.address.domain);
  if (!from.address.domain.empty() && (!domain_to_ascii(list_id) || list_id.size() > 255)) {
    section.mistake("list_id", fmt::format("\"{}\" is not a list id", list_id), "a name in a domain of yours, like news.example.org");
  }
  auto postal_address = section.text("postal_address", "");
  auto public_url = section.text("public_url", "");
  while (public_url.ends_with('/')) public_url.pop_back();
  if (!public_url.empty()) {
    const auto url = parse_url(public_url);
    const bool is_safe = url && (url->scheme == "https" || (url->scheme == "http" && is_loopback_host(url->host)));
    if (!is_safe || !url->query.empty() || !url->fragment.empty()) {
      section.mistake("public_url", fmt::format("\"{}\" cannot be the public URL", public_url),
                      "it must be https://HOST, optionally with a path: one-click unsubscribing works over https only");
    }
  }
  const auto mailto = section.text("unsubscribe_mailto", from.address.domain.empty() ? "" : from.address.text());
  if (!mailto.empty()) {
    if (const auto address = parse_mail_address(mailto); !address) {
      section.mistake("unsubscribe_mailto", address.error().what, address.error().hint);
    }
  }
  const auto zone_name = section.text("timezone", "UTC");
  auto zone = Zone::find(zone_name);
  if (!zone) {
    section.mistake("timezone", zone.error().what, zone.error().hint);
    zone = Zone::find("UTC");
    if (!zone) return tl::unexpected<Error>(zone.error());
  }
  const auto language = ascii_lower(section.text("language", "en"));
  const bool is_tag = language.size() >= 2 && language.size() <= 35 &&
                      language.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  if (!is_tag) section.mistake("language", fmt::format("\"{}\" is not a language tag", language), "for example en or pt-br");
  section.finish();
  return NewsletterConfig{.name = name,
                          .from = from,
                          .reply_to = reply_to,
                          .list_id = list_id,
                          .postal_address = std::move(postal_address),
                          .public_url = std::move(public_url),
                          .unsubscribe_mailto = mailto,
                          .zone = *zone,
                          .language = language};
}

SmtpConfig read_smtp(TomlDocument& document) {
  auto section = document.section("smtp");
  SmtpConfig smtp;
  smtp.url = section.text("url", "smtp://127.0.0.1:25");
  const auto url = parse_url(smtp.url);
  if (!url || (url->scheme != "smtp" && url->scheme != "smtps") || (url->path != "/" && !url->path.empty())) {
    section.mistake("url", fmt::format("\"{}\" is not the URL of a relay", smtp.url), "smtp://HOST:587 or smtps://HOST:465");
  } else if (smtp.url.find('@') != std::string::npos) {
    section.mistake("url", "the relay's URL must not hold a user name or password", "use username and password_file");
  }
  const bool is_loopback = url && is_loopback_host(url->host);
  smtp.username = section.text("username", "");
  smtp.password = read_secret(section, "password");
  if (section.has("password")) {
    section.mistake("password", "a password must not stand in config.toml", "use password_file, password_env or password_command");
    static_cast<void>(section.text("password", ""));
    document.settings().pop_back();
  }
  if (smtp.username.empty() && smtp.password.is_set()) section.mistake("username", "a password is set, but no username");
  if (!smtp.username.empty() && !smtp.password.is_set()) {
    section.mistake("username", "a username is set, but no password", "use password_file, password_env or password_command");
  }
  static const std::array<std::string, 2> modes{"require", "off"};
  smtp.tls = section.one_of("tls", modes, is_loopback ? 1 : 0) == 0 ? delivery::Tls::require : delivery::Tls::off;
  if (smtp.tls == delivery::Tls::off && !smtp.username.empty() && !is_loopback) {
    section.mistake("tls", "with tls = \"off\" the password would cross the network in clear", "use tls = \"require\"");
  }
  smtp.ca_file = section.path("ca_file", "");
  smtp.connections = section.integer("connections", 4, 1, 500);
  smtp.rate_per_second = section.number("rate", is_loopback ? 0 : 10, 0, 1e6);
  smtp.messages_per_connection = section.integer("messages_per_connection", 100, 1, 1'000'000);
  smtp.window = section.integer("window", 4, 1, 64);
  static const std::array<std::string, 3> dialects{"lock-step", "pipelined", "chunking"};
  smtp.dialect = static_cast<delivery::Dialect>(section.one_of("dialect", dialects, 2));
  smtp.hello_name = section.text("hello_name", "");
  if (!smtp.hello_name.empty() && !domain_to_ascii(smtp.hello_name)) {
    section.mistake("hello_name", fmt::format("\"{}\" is not a host name", smtp.hello_name));
  }
  smtp.auth = section.text("auth", "");
  smtp.timeouts.connect = section.duration("connect_timeout", smtp.timeouts.connect);
  smtp.timeouts.command = section.duration("command_timeout", smtp.timeouts.command);
  smtp.timeouts.data = section.duration("data_timeout", smtp.timeouts.data);
  smtp.timeouts.block = section.duration("block_timeout", smtp.timeouts.block);
  smtp.timeouts.final_dot = section.duration("final_dot_timeout", smtp.timeouts.final_dot);
  section.finish();
  return smtp;
}

DkimConfig read_dkim(TomlDocument& document) {
  auto section = document.section("dkim");
  DkimConfig dkim{.domain = section.text("domain", ""),
                  .selector = section.text("selector", ""),
                  .key_file = section.path("key_file", ""),
                  .ed25519_selector = section.text("ed25519_selector", ""),
                  .ed25519_key_file = section.path("ed25519_key_file", ""),
                  .signed_by_relay = section.boolean("signed_by_relay", false)};
  section.finish();
  return dkim;
}

std::string absolute_source_url(TomlSection& section, const std::string& url, const std::filesystem::path& folder) {
  if (url.empty()) return url;
  if (url.starts_with("file:")) {
    auto path = url.substr(5);
    if (path.starts_with("//")) path = path.substr(2);
    if (path.empty()) section.mistake("url", "file: needs a path");
    return "file:" + (folder / path).lexically_normal().string();
  }
  if (!is_web_url(url) || !parse_url(url)) {
    const bool bare = url.find(':') == std::string::npos && url.find('.') != std::string::npos;
    section.mistake("url", fmt::format("\"{}\" is not the URL of a source", url),
                    bare ? fmt::format("did you mean \"https://{}\"?", url) : "https://..., http://... or file:PATH");
  }
  return url;
}

std::vector<SourceConfig> read_sources(TomlDocument& document) {
  static const std::array<std::string, 5> kinds{"auto", "feed", "page", "markdown", "command"};
  static const std::array<std::string, 3> contents{"auto", "summary", "full"};
  std::vector<SourceConfig> sources;
  std::set<std::string> names;
  for (auto& section : document.sections("source")) {
    SourceConfig source;
    source.spec.name = section.required_text("name", "blog");
    check_name(section, source.spec.name, names, "source");
    source.spec.url = absolute_source_url(section, section.required_text("url", "https://blog.example.org/feed"),
                                          document.file().parent_path());
    source.spec.kind = static_cast<source::Kind>(section.one_of("kind", kinds, 0));
    source.topics = section.texts("topics");
    source.include = section.text("include", "");
    source.exclude = section.text("exclude", "");
    check_regex(section, "include", source.include);
    check_regex(section, "exclude", source.exclude);
    source.content = static_cast<SourceConfig::Content>(section.one_of("content", contents, 0));
    source.allow_private_address = section.boolean("allow_private_address", false);
    section.finish();
    sources.push_back(std::move(source));
  }
  return sources;
}

/// The schedule's own text in place of a default: a digest without one is a mistake that is told anyway.
digest::Schedule read_schedule(TomlSection& section, const std::string& text) {
  auto parsed = digest::parse_schedule(text.empty() ? "daily 08:00" : text);
  if (parsed) return *parsed;
  section.mistake("schedule", parsed.error().what, parsed.error().hint);
  return *digest::parse_schedule("daily 08:00");
}

DigestConfig read_digest(TomlSection& section, std::set<std::string>& names, const std::vector<SourceConfig>& sources,
                         const std::filesystem::path& folder) {
  static const std::array<std::string, 4> groupings{"day", "source", "topic", "none"};
  static const std::array<std::string, 3> orders{"newest", "oldest", "source"};
  static const std::array<std::string, 3> contents{"excerpt", "full", "title"};
  const auto name = section.required_text("name", "weekly");
  check_name(section, name, names, "digest");
  auto title = section.text("title", "");
  const auto schedule_text = section.required_text("schedule", "weekly monday 08:00");
  DigestConfig digest{.name = name,
                      .title = std::move(title),
                      .schedule_text = schedule_text,
                      .schedule = read_schedule(section, schedule_text),
                      .sources = section.texts("sources"),
                      .topics = section.texts("topics"),
                      .include = section.text("include", ""),
                      .exclude = section.text("exclude", ""),
                      .min_posts = section.integer("min_posts", 1, 1, 10'000),
                      .max_posts = section.integer("max_posts", 0, 0, 10'000),
                      .max_age = section.optional_duration("max_age"),
                      .group_by = static_cast<DigestConfig::GroupBy>(section.one_of("group_by", groupings, 0)),
                      .order = static_cast<DigestConfig::Order>(section.one_of("order", orders, 0)),
                      .content = static_cast<DigestConfig::Content>(section.one_of("content", contents, 0)),
                      .excerpt_words = section.integer("excerpt_words", 60, 5, 2'000),
                      .subject = section.text("subject", ""),
                      .preheader = section.text("preheader", ""),
                      .intro_file = section.path("intro_file", ""),
                      .theme = section.text("theme", "default")};
  check_regex(section, "include", digest.include);
  check_regex(section, "exclude", digest.exclude);
  if (digest.max_posts != 0 && digest.max_posts < digest.min_posts) section.mistake("max_posts", "max_posts is less than min_posts");
  std::vector<std::string> known;
  for (const auto& source : sources) known.push_back(source.spec.name);
  for (const auto& source : digest.sources) {
    if (std::ranges::find(known, source) == known.end()) {
      section.mistake("sources", fmt::format("there is no source \"{}\"", source), did_you_mean(source, known));
    }
  }
  const auto themes = known_themes(folder);
  if (std::ranges::find(themes, digest.theme) == themes.end()) {
    auto hint = did_you_mean(digest.theme, themes);
    if (hint.empty()) hint = fmt::format("make the folder templates/{} or use one of: {}", digest.theme, join(themes, ", "));
    section.mistake("theme", fmt::format("there is no theme \"{}\"", digest.theme), std::move(hint));
  }
  section.finish();
  return digest;
}

DeliveryConfig read_delivery(TomlDocument& document) {
  static const std::array<std::string, 2> doubts{"retry", "hold"};
  auto section = document.section("delivery");
  DeliveryConfig delivery{.give_up_after = section.duration("give_up_after", 48h),
                          .retry_in_doubt = section.one_of("in_doubt", doubts, 0) == 0,
                          .max_lateness = section.duration("max_lateness", 36h)};
  section.finish();
  return delivery;
}

BounceConfig read_bounce(TomlDocument& document) {
  auto section = document.section("bounce");
  BounceConfig bounce;
  if (const auto text = section.text("address", ""); !text.empty()) {
    auto address = parse_mail_address(text);
    // What is left of 64 octets is for the token (RFC 5321 section 4.5.3.1.1).
    constexpr std::size_t max_local = 64 - 1 - subscriber::max_local_part_token_size;
    if (!address) {
      section.mistake("address", address.error().what, address.error().hint);
    } else if (address->local.size() > max_local) {
      section.mistake("address", fmt::format("the part before the @ is longer than {} characters", max_local));
    } else {
      bounce.address = std::move(*address);
    }
  }
  section.finish();
  return bounce;
}

void warn(Config& config) {
  const auto place = config.file.string() + ": ";
  if (config.newsletter.postal_address.empty()) {
    config.warnings.push_back(place + "[newsletter] has no postal_address; many countries require one in commercial mail");
  }
  if (config.newsletter.public_url.empty() && config.newsletter.unsubscribe_mailto.empty()) {
    config.warnings.push_back(place + "[newsletter] has neither public_url nor unsubscribe_mailto: readers cannot leave");
  }
}

}  // namespace

const DigestConfig* Config::find_digest(std::string_view name) const {
  const auto it = std::ranges::find(digests, name, &DigestConfig::name);
  return it == digests.end() ? nullptr : &*it;
}

const SourceConfig* Config::find_source(std::string_view name) const {
  const auto it = std::ranges::find_if(sources, [&](const SourceConfig& source) { return source.spec.name == name; });
  return it == sources.end() ? nullptr : &*it;
}

Result<const DigestConfig*> Config::digest(std::string_view name) const {
  if (const auto* const found = find_digest(name)) return found;
  std::vector<std::string> known;
  for (const auto& each : digests) known.push_back(each.name);
  auto hint = did_you_mean(name, known);
  if (hint.empty()) hint = known.empty() ? "config.toml has no [[digest]]" : "there is: " + join(known, ", ");
  return fail(Errc::no_input, fmt::format("there is no digest \"{}\"", name), std::move(hint));
}

Result<Config> parse_config(std::string_view text, const std::filesystem::path& file) {
  TomlDocument document{text, file};
  const auto folder = file.parent_path();
  TIDINGS_LET(auto newsletter, read_newsletter(document));
  auto store = document.section("store");
  auto store_path = store.path("path", "subscribers/tidings.db");
  store.finish();
  auto smtp = read_smtp(document);
  auto dkim = read_dkim(document);
  auto sources = read_sources(document);
  std::vector<DigestConfig> digests;
  std::set<std::string> names;
  for (auto& section : document.sections("digest")) digests.push_back(read_digest(section, names, sources, folder));
  for (auto& digest : digests) {
    if (digest.title.empty()) digest.title = newsletter.name;
  }
  auto delivery = read_delivery(document);
  auto bounce = read_bounce(document);
  TIDINGS_TRY(document.finish());
  Config config{.file = file,
                .folder = folder,
                .newsletter = std::move(newsletter),
                .store_path = std::move(store_path),
                .smtp = std::move(smtp),
                .dkim = std::move(dkim),
                .sources = std::move(sources),
                .digests = std::move(digests),
                .delivery = delivery,
                .bounce = std::move(bounce),
                .settings = std::move(document.settings()),
                .warnings = {}};
  warn(config);
  return config;
}

Result<Config> load_config(const std::filesystem::path& file) {
  TIDINGS_LET(const auto text, read_file(file, 4 << 20));
  if (!is_valid_utf8(text)) return fail(Errc::config, fmt::format("{} is not UTF-8", file.string()));
  std::error_code ignored;
  return parse_config(text, std::filesystem::absolute(file, ignored).lexically_normal());
}

Result<std::filesystem::path> find_config(const std::filesystem::path& given) {
  if (!given.empty()) return given;
  std::error_code ignored;
  for (const char* const place : {"config.toml", "/etc/tidings/config.toml"}) {
    if (std::filesystem::exists(place, ignored)) return std::filesystem::path{place};
  }
  return fail(Errc::no_input, "there is no ./config.toml and no /etc/tidings/config.toml",
              "\"tidings init\" writes one; --config FILE names another");
}

}  // namespace tidings::app
