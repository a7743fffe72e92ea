#include "cli/opml_commands.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "app/source_list.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "cli/output.hpp"
#include "config/config.hpp"
#include "post/identity.hpp"
#include "source/opml.hpp"

namespace tidings::cli {
namespace {

constexpr std::int64_t max_opml_bytes = 16LL << 20;

struct ImportCommand {
  std::string file;
  bool append = false;
};

/// A basic string of TOML.
std::string toml_string(std::string_view text) {
  return "\"" + replace_all(replace_all(text, "\\", "\\\\"), "\"", "\\\"") + "\"";
}

/// Lower-case letters, digits and dashes; empty if nothing is left.
std::string slug_of(std::string_view text) {
  constexpr std::size_t longest = 30;
  std::string out;
  for (const char c : ascii_lower(text)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain) {
      out += c;
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
    if (out.size() >= longest) break;
  }
  while (out.ends_with('-')) out.pop_back();
  return out;
}

/// Names that are taken, and how far their numbers go.
struct Names {
  std::set<std::string> taken;
  std::map<std::string, int> numbers;

  std::string unique(const std::string& name) {
    if (taken.insert(name).second) return name;
    auto& number = numbers.try_emplace(name, 1).first->second;
    for (;;) {
      auto next = fmt::format("{}-{}", name, ++number);
      if (taken.insert(next).second) return next;
    }
  }
};

std::string name_of(const source::OpmlFeed& feed, Names& names) {
  auto name = slug_of(feed.title);
  if (const auto url = parse_url(feed.url); name.empty() && url) {
    const auto host = url->host.starts_with("www.") ? url->host.substr(4) : url->host;
    name = slug_of(host.substr(0, host.rfind('.')));
  }
  if (name.empty()) name = "feed";
  return names.unique(name);
}

/// Two addresses of one feed.
std::string key_of(const std::string& url) { return post::link_key(post::canonical_link(url)); }

struct Imported {
  std::string blocks;
  std::string lines;  ///< the same as JSON
  int sources = 0;
  int known = 0;
};

Imported blocks_of(const source::Opml& opml, const config::Config& config) {
  Imported out;
  Names names;
  std::set<std::string> urls;
  for (const auto& source : config.sources) {
    names.taken.insert(source.spec.name);
    urls.insert(key_of(source.spec.url));
  }
  for (const auto& feed : opml.feeds) {
    if (!urls.insert(key_of(feed.url)).second) {
      log::warning(fmt::format("{}: {} is a source already", printable(feed.title), printable(feed.url)));
      ++out.known;
      continue;
    }
    std::vector<std::string> topics;
    for (const auto& topic : feed.topics) topics.push_back(toml_string(topic));
    if (!feed.title.empty()) out.blocks += fmt::format("\n# {}", printable(feed.title));
    const auto name = name_of(feed, names);
    out.blocks += fmt::format("\n[[source]]\nname = \"{}\"\nurl = {}\n", name, toml_string(feed.url));
    out.lines += json_line(
        {{"source", name}, {"url", feed.url}, {"title", json_text(feed.title)}, {"topics", feed.topics}});
    if (!topics.empty()) out.blocks += fmt::format("topics = [{}]\n", join(topics, ", "));
    ++out.sources;
  }
  return out;
}

/// At the end of config.toml, if that is a configuration still.
Result<void> append(const config::Config& config, const std::string& blocks) {
  TIDINGS_LET(auto text, read_file(config.file, 4 << 20));
  const auto piece = (text.empty() || text.ends_with('\n') ? "" : "\n") + blocks;
  if (const auto read = config::parse_config(text + piece, config.file); !read)
    return tl::unexpected(read.error());
  const int fd = ::open(config.file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  const bool written = fd >= 0 &&
                       ::write(fd, piece.data(), piece.size()) == static_cast<ssize_t>(piece.size()) &&
                       ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (!written) return fail(Errc::io, fmt::format("{} cannot be written", config.file.string()));
  return {};
}

Result<Exit> import(Session& session, const ImportCommand& command) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(const auto bytes, read_file(command.file, max_opml_bytes));
  const auto opml = source::read_opml(bytes);
  if (!opml) return fail(opml.error().code, command.file + ": " + opml.error().what, opml.error().hint);
  for (const auto& line : opml->left_out) log::warning(printable(line));
  const auto imported = blocks_of(*opml, *config);
  const auto told = fmt::format("{}, {} known already, {} left out", plural(imported.sources, "new source"),
                                imported.known, opml->left_out.size());
  if (!command.append) {
    print(form() == Form::json ? imported.lines : imported.blocks);
    log::info(told);
    return Exit::done;
  }
  if (imported.sources > 0) TIDINGS_TRY(append(*config, imported.blocks));
  if (form() == Form::json) print(imported.lines);
  say(fmt::format("{}; {} has them\n", told, config->file.string()));
  return Exit::done;
}

/// Sources as the world knows them; those of this machine alone are told.
Result<Exit> export_opml(Session& session, const NoOptions& /*options*/) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(const auto context, session.context_if_there());
  TIDINGS_LET(const auto listed,
              app::list_sources(*config, context ? &context->database : nullptr, session.clock().now()));
  std::vector<source::OpmlFeed> feeds;
  for (const auto& [configured, state, health] : listed) {
    const auto& spec = configured->spec;
    const bool is_feed = spec.kind == source::Kind::automatic || spec.kind == source::Kind::feed;
    if (!is_feed || !is_web_url(spec.url)) {
      log::info(fmt::format("source {} is no feed on the web", spec.name));
      continue;
    }
    feeds.push_back(
        {.title = state.title.empty() ? spec.name : state.title,
         .url = spec.url,
         .site_url = state.site_url.empty() ? std::string{} : post::canonical_link(state.site_url),
         .topics = configured->topics});
  }
  if (form() == Form::text) {
    print(source::write_opml(config->newsletter.name, feeds));
    return Exit::done;
  }
  for (const auto& feed : feeds) {
    print(json_line({{"title", feed.title},
                     {"url", feed.url},
                     {"site_url", json_text(feed.site_url)},
                     {"topics", feed.topics}}));
  }
  return Exit::done;
}

}  // namespace

void add_opml_commands(Command source, Session& session) {
  add_command<ImportCommand>(
      source, session, "import", "[[source]] blocks for the feeds of an OPML file",
      [](Command command, ImportCommand& options) {
        command.add_option("FILE", options.file, "\"-\" is standard input").required();
        command.add_flag("--append", options.append, "write them at the end of config.toml");
      },
      import);
  add_command<NoOptions>(source, session, "export", "the feeds as OPML 2.0", no_setup, export_opml);
}

}  // namespace tidings::cli
