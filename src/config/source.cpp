#include "config/sections.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "base/url.hpp"
#include "source/permalink.hpp"

namespace tidings::config {
namespace {

std::string absolute_source_url(TomlSection& section, const std::string& url,
                                const std::filesystem::path& folder) {
  if (url.empty()) return url;
  if (url.starts_with("file:")) {
    auto path = url.substr(5);
    if (path.starts_with("//")) path = path.substr(2);
    if (path.empty()) section.mistake("url", "file: needs a path");
    return "file:" + (folder / path).lexically_normal().string();
  }
  // As calendars' own links say it.
  constexpr std::string_view webcal = "webcal://";
  if (url.starts_with(webcal))
    return absolute_source_url(section, "https://" + url.substr(webcal.size()), folder);
  if (!is_web_url(url) || !parse_url(url)) {
    const bool bare = url.find(':') == std::string::npos && url.find('.') != std::string::npos;
    section.mistake(
        "url", fmt::format("\"{}\" is not the URL of a source", url),
        bare ? fmt::format("did you mean \"https://{}\"?", url) : "https://..., http://... or file:PATH");
  }
  return url;
}

/// Replaces the URL of a source without one, so that a change resets the fetch state.
std::string read_location(TomlSection& section, SourceConfig& source, const std::filesystem::path& folder) {
  source.command = section.texts("command");
  const bool is_command = source.spec.kind == source::Kind::command;
  if (!is_command && !source.command.empty()) section.mistake("command", "command needs kind = \"command\"");
  if (!is_command && source.spec.kind != source::Kind::manual) {
    return absolute_source_url(section, section.required_text("url", "https://blog.example.org/feed"),
                               folder);
  }
  if (!section.text("url", "").empty()) section.mistake("url", "this kind of source takes no URL");
  if (!is_command) return "manual:";
  if (source.command.empty() || source.command.front().empty()) {
    section.mistake("kind", "kind = \"command\" needs a program", "command = [\"bin/make-feed\", \"--new\"]");
    return "command:";
  }
  // A path is relative to the file; a bare name is searched for in PATH.
  auto& program = source.command.front();
  if (program.find('/') != std::string::npos) program = (folder / program).lexically_normal().string();
  return "command:" + join(source.command, " ");
}

void read_limits(TomlSection& section, SourceConfig& source) {
  const source::Limits usual;
  source.limits.entries =
      static_cast<std::size_t>(section.integer("max_entries", static_cast<int>(usual.entries), 1, 100'000));
  source.limits.categories =
      static_cast<std::size_t>(section.integer("max_tags", static_cast<int>(usual.categories), 0, 1'000));
  constexpr std::int64_t least_bytes = 1024;
  constexpr std::int64_t most_bytes = 256LL << 20;
  const auto size = parse_size(section.text("max_bytes", "15MiB"));
  if (!size) {
    section.mistake("max_bytes", size.error().what, size.error().hint);
  } else if (*size < least_bytes || *size > most_bytes) {
    section.mistake("max_bytes", fmt::format("max_bytes cannot be {}", format_size(*size)),
                    "from 1KiB to 256MiB");
  }
  source.max_bytes = size.value_or(0);
}

/// A header's name as RFC 9110 section 5.1 has it, and none that is not ours to set.
bool is_header_name(const std::string& name) {
  static const std::set<std::string> ours{
      "host", "connection", "content-length", "transfer-encoding", "authorization", "te", "upgrade"};
  const auto is_token = [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view{"!#$%&'*+-.^_`|~"}.find(static_cast<char>(c)) != std::string_view::npos;
  };
  return std::ranges::all_of(name, is_token) && !ours.contains(ascii_lower(name));
}

SourceAccess read_source_access(TomlSection& section) {
  SourceAccess access;
  access.username = section.text("username", "");
  access.password = read_secret(section, "password");
  access.bearer = read_secret(section, "bearer");
  access.header = section.text("header", "");
  access.header_value = read_secret(section, "header_value");
  access.proxy = section.text("proxy", "");
  if (access.username.empty() == access.password.is_set())
    section.mistake("username", "a login needs username and password",
                    "username, and password_file, password_env or password_command");
  if (!access.username.empty() && access.bearer.is_set())
    section.mistake("username", "a source has one login: username and password, or bearer");
  if (access.header.empty() == access.header_value.is_set())
    section.mistake("header", "a header needs its name and its value",
                    "header, and header_value_file, header_value_env or header_value_command");
  if (!is_header_name(access.header))
    section.mistake("header", fmt::format("\"{}\" is not a header for this", access.header),
                    "such as \"X-Api-Key\"; bearer_file is for Authorization: Bearer");
  const bool is_socks = access.proxy.starts_with("socks5h://");
  const auto as_web =
      is_socks ? "http" + access.proxy.substr(std::string_view{"socks5h"}.size()) : access.proxy;
  const bool is_proxy =
      is_web_url(as_web) && parse_url(as_web) && access.proxy.find('@') == std::string::npos;
  if (!access.proxy.empty() && !is_proxy)
    section.mistake("proxy", fmt::format("\"{}\" is not a proxy", access.proxy),
                    "http://HOST:PORT, https://HOST:PORT or socks5h://HOST:PORT");
  return access;
}

/// Whatever decides what is read: with a change of it the last answer, or the last failure, counts no longer.
std::string settings_of(const SourceConfig& source) {
  std::string text = fmt::format("{} {} {} {}", static_cast<int>(source.spec.kind), source.limits.entries,
                                 source.limits.categories, static_cast<int>(source.content));
  for (const auto* xpath :
       {&source.xpaths.item, &source.xpaths.title, &source.xpaths.link, &source.xpaths.date,
        &source.xpaths.excerpt, &source.xpaths.image, &source.xpaths.date_heading, &source.site_url}) {
    text += "\n" + *xpath;
  }
  for (const auto& rule : source.filter.include) text += "\n+" + rule.text();
  for (const auto& rule : source.filter.exclude) text += "\n-" + rule.text();
  for (const auto& parameter : source.strip_parameters) text += "\n?" + parameter;
  if (source.allow_private_address) text += "\nprivate";
  if (source.images_from_page) text += "\nimages";
  for (const auto* part : {&source.access.username, &source.access.header, &source.access.proxy}) {
    if (!part->empty()) text += "\n@" + *part;
  }
  text += fmt::format("\n{}", source.max_bytes);
  return hex_encode(sha256(text)).substr(0, 32);
}

}  // namespace

std::vector<SourceConfig> read_sources(TomlDocument& document) {
  static const std::array<Choice<source::Kind>, 7> kinds{{{"auto", source::Kind::automatic},
                                                          {"feed", source::Kind::feed},
                                                          {"page", source::Kind::page},
                                                          {"markdown", source::Kind::markdown},
                                                          {"command", source::Kind::command},
                                                          {"manual", source::Kind::manual},
                                                          {"ical", source::Kind::ical}}};
  static const std::array<Choice<post::Content>, 4> contents{{{"auto", post::Content::automatic},
                                                              {"summary", post::Content::summary},
                                                              {"full", post::Content::full},
                                                              {"article", post::Content::article}}};
  static const std::array<std::string, 2> images{"feed", "page"};
  std::vector<SourceConfig> sources;
  std::set<std::string> names;
  for (auto& section : document.sections("source")) {
    SourceConfig source;
    source.spec.name = section.required_text("name", "blog");
    check_name(section, source.spec.name, names, "source");
    source.spec.kind = section.choice("kind", kinds);
    source.spec.url = read_location(section, source, document.file().parent_path());
    source.topics = section.texts("topics");
    source.filter = read_filter(section);
    read_limits(section, source);
    source.content = section.choice("content", contents);
    source.images_from_page = section.one_of("images_from", images, 0) == 1;
    source.interval = section.optional_duration("interval");
    source.access = read_source_access(section);
    source.strip_parameters = section.texts("strip_parameters");
    source.allow_private_address = section.boolean("allow_private_address", false);
    for (const auto& [key, xpath] :
         {std::pair{"item_xpath", &source.xpaths.item}, std::pair{"title_xpath", &source.xpaths.title},
          std::pair{"link_xpath", &source.xpaths.link}, std::pair{"date_xpath", &source.xpaths.date},
          std::pair{"excerpt_xpath", &source.xpaths.excerpt}, std::pair{"image_xpath", &source.xpaths.image},
          std::pair{"date_heading_xpath", &source.xpaths.date_heading}}) {
      *xpath = section.text(key, "");
      if (!xpath->empty() && source.spec.kind != source::Kind::page) {
        section.mistake(key, fmt::format("{} needs kind = \"page\"", key));
      }
      if (const auto wrong = source::xpath_mistake(*xpath)) {
        section.mistake(key, fmt::format("{}: {}", key, *wrong),
                        "XPath 1.0, such as //article or .//h2/a/@href");
      }
    }
    source.site_url = section.text("site_url", "");
    source.permalinks = section.text("permalinks", "");
    if (!source.permalinks.empty() && source.spec.kind != source::Kind::markdown) {
      section.mistake("permalinks", "permalinks needs kind = \"markdown\"");
    }
    if (const auto word = source::unknown_permalink_word(source.permalinks)) {
      section.mistake("permalinks", fmt::format("permalinks does not know \":{}\"", *word),
                      "such as \"/:year/:month/:slug/\" or \"/:section/:filename/\"");
    }
    if (source.spec.kind == source::Kind::markdown && !source.spec.url.starts_with("file:")) {
      section.mistake("url", "a markdown source must be a folder", "url = \"file:posts\"");
    }
    source.spec.settings = settings_of(source);
    source.weight = section.integer("weight", 0, -1000, 1000);
    section.finish();
    sources.push_back(std::move(source));
  }
  return sources;
}

}  // namespace tidings::config
