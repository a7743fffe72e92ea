// post list | show | add | hide | pin | release
#include <array>
#include <charconv>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "app/posts.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "edition/left_out.hpp"
#include "post/normalise.hpp"
#include "post/plain_text.hpp"
#include "source/feed_date.hpp"
#include "source/markdown.hpp"

namespace tidings::cli {
namespace {

Json json_of(const post::Post& post) {
  return {{"id", post.id.value},
          {"identity", post.identity},
          {"title", post.title},
          {"link", post.link},
          {"author", post.author},
          {"published", json_time(post.published)},
          {"updated", json_time(post.updated)},
          {"first_seen", json_time(post.first_seen)},
          {"image", post.image_url},
          {"tags", post.tags},
          {"language", post.language},
          {"hidden", post.hidden},
          {"pinned", post.pinned},
          {"audio", post.audio_url},
          {"left_out", post.dropped}};
}

struct ListOptions {
  std::string source;
  std::string since;
  std::string digest;
  int limit = 50;
  bool left_out = false;
  bool json = false;
};

/// What no edition has carried, of each digest or of one, and why.
Result<Exit> list_left_out(Session& session, const ListOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  if (!options.digest.empty()) TIDINGS_TRY(config->digest(options.digest));
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  std::string lines;
  std::string more;
  Table out{{"ID", "DATE", "DIGEST", "TITLE", "WHY"}};
  for (const auto& digest : config->digests) {
    if (!options.digest.empty() && digest.name != options.digest) continue;
    TIDINGS_LET(const auto left_out, edition::left_out_now(context, digest));
    TIDINGS_LET(auto posts, edition::name_left_out(context.database, left_out,
                                                   static_cast<std::size_t>(options.limit) + 1));
    if (std::cmp_greater(posts.size(), options.limit)) {
      posts.pop_back();
      more =
          fmt::format("there are more: --limit {} shows up to so many of each digest", options.limit * 2LL);
    }
    for (const auto& post : posts) {
      if (options.json) {
        lines += json_line({{"digest", digest.name},
                            {"id", post.id.value},
                            {"title", post.title},
                            {"link", post.link},
                            {"date", json_time(post.date)},
                            {"reason", digest::key_of(post.why)},
                            {"why", digest::name_of(post.why)}});
      }
      out.add({std::to_string(post.id.value), local_time(config->newsletter.zone, post.date), digest.name,
               shorten(post.title, 60), std::string{digest::name_of(post.why)}});
    }
    if (const auto words = edition::left_out_in_words(left_out); !words.empty())
      log::info(digest.name + ": " + words);
  }
  print_list(options.json ? ListForm::json : ListForm::table, out, lines, more);
  return Exit::done;
}

Result<Exit> list(Session& session, const ListOptions& options) {
  if (options.left_out) return list_left_out(session, options);
  if (!options.digest.empty()) return fail(Errc::usage, "--digest goes with --left-out");
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  app::PostQuery query{.source = options.source, .since = {}, .limit = options.limit + 1};
  if (!options.since.empty()) {
    TIDINGS_LET(query.since, parse_rfc3339(options.since));
  }
  TIDINGS_LET(auto posts, app::list_posts(context.database, query));
  std::string more;
  if (std::cmp_greater(posts.size(), options.limit)) {
    posts.pop_back();
    more = fmt::format("there are more: --limit {} shows up to so many, --source and --since narrow the list",
                       options.limit * 2LL);
  }
  std::string lines;
  Table out{{"ID", "DATE", "TITLE", "LINK"}};
  for (const auto& post : posts) {
    if (options.json) lines += json_line(json_of(post));
    std::string title = shorten(post::display_title(post), 60);
    if (post.hidden) title += " (hidden)";
    if (post.pinned) title += " (pinned)";
    if (!post.dropped.empty()) title += " (left out by " + post.dropped + ")";
    out.add({std::to_string(post.id.value), local_time(context.config.newsletter.zone, post.date()),
             std::move(title), post.link});
  }
  print_list(options.json ? ListForm::json : ListForm::table, out, lines, more);
  return Exit::done;
}

struct PostOption {
  std::int64_t id = 0;
  bool json = false;
};

Result<Exit> show(Session& session, const PostOption& options) {
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  TIDINGS_LET(const auto post, app::find_post(context.database, PostId{options.id}));
  if (options.json) {
    auto json = json_of(post);
    json["html"] = post.html;
    json["summary_html"] = post.summary_html;
    print(json_line(json));
    return Exit::done;
  }
  std::string out = printable(post::display_title(post)) + "\n";
  out += fmt::format("{}  {}\n", local_time(context.config.newsletter.zone, post.date()),
                     printable(post.author));
  if (!post.link.empty()) out += post.link + "\n";
  if (!post.tags.empty()) out += "tags: " + printable(join(post.tags, ", ")) + "\n";
  print(out + "\n" + post::html_to_text(post.html.empty() ? post.summary_html : post.html));
  return Exit::done;
}

struct AddOptions {
  std::string title;
  std::string url;
  std::string source;
  std::string html_file;
  std::string markdown_file;
  std::string published;
  std::string author;
  std::vector<std::string> topics;
};

/// The source that is named, else the one of kind "manual", else the only one.
Result<const config::SourceConfig*> source_for(const config::Config& config, const std::string& name) {
  if (!name.empty()) {
    if (const auto* const found = config.find_source(name)) return found;
    return fail(Errc::no_input, fmt::format("there is no source \"{}\"", name));
  }
  for (const auto& each : config.sources) {
    if (each.spec.kind == source::Kind::manual) return &each;
  }
  if (config.sources.size() == 1) return &config.sources.front();
  return fail(Errc::usage, "which source is it of?", "--source NAME, or a [[source]] with kind = \"manual\"");
}

Result<source::Entry> entry_of(const AddOptions& options, UtcTime now) {
  constexpr std::int64_t max_bytes = 4 << 20;
  constexpr std::int64_t max_markdown_bytes = 1 << 20;
  source::Entry entry;
  if (!options.markdown_file.empty()) {
    TIDINGS_LET(const auto text, read_file(options.markdown_file, max_markdown_bytes));
    TIDINGS_LET(auto read, source::read_markdown(
                               text, std::filesystem::path{options.markdown_file}.filename().string(), {}));
    if (read.state == source::MarkdownPost::State::draft)
      return fail(Errc::bad_data, options.markdown_file + " is a draft");
    if (!read.shortcodes.empty())
      log::warning(fmt::format("{}: left out: {}", options.markdown_file, join(read.shortcodes, ", ")));
    entry = std::move(read.entry);
    entry.id.clear();  // the name of a file says nothing about the post
    if (!is_web_url(entry.link)) entry.link.clear();
  }
  if (!options.html_file.empty()) {
    TIDINGS_LET(const auto html, read_file(options.html_file, max_bytes));
    entry.content_html = clean_utf8(html);
  }
  if (!options.title.empty()) entry.title = collapse_blanks(clean_utf8(options.title));
  if (!options.url.empty()) entry.link = entry.base_url = options.url;
  if (!options.author.empty()) entry.author = collapse_blanks(clean_utf8(options.author));
  if (!options.published.empty()) {
    entry.published = source::parse_feed_date(options.published);
    if (!entry.published)
      return fail(Errc::usage, fmt::format("\"{}\" is not a date", options.published),
                  "2026-01-08 or 2026-01-08T10:15:00Z");
  }
  if (!entry.published) entry.published = now;
  for (const auto& topic : options.topics) entry.categories.push_back(topic);
  if (entry.title.empty()) return fail(Errc::usage, "a post needs a title", "--title TEXT");
  if (entry.link.empty() && entry.content_html.empty())
    return fail(Errc::usage, "a post needs a URL or a text", "--url, --html-file or --markdown-file");
  if (!entry.link.empty() && !is_web_url(entry.link))
    return fail(Errc::usage, fmt::format("\"{}\" is not a web address", entry.link), "https://...");
  return entry;
}

std::string_view in_words(app::AddedPost::What what) {
  using What = app::AddedPost::What;
  switch (what) {
    case What::added: return "added";
    case What::updated: return "updated";
    case What::sent_already: return "has been sent already";
    case What::same: break;
  }
  return "is there already";
}

Result<Exit> add(Session& session, const AddOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(const auto* const configured, source_for(*config, options.source));
  TIDINGS_LET(const auto entry, entry_of(options, session.clock().now()));
  TIDINGS_LET(const auto context, session.context());
  TIDINGS_LET(const auto added, app::add_post(context, *configured, entry));
  say(fmt::format("post {}: \"{}\" {} ({})\n", added.id.value, printable(entry.title), in_words(added.what),
                  configured->spec.name));
  return Exit::done;
}

struct ReleaseOptions {
  std::vector<std::string> ids;
  std::string source;
};

/// Lets posts into the next editions that their age keeps out.
Result<Exit> release(Session& session, const ReleaseOptions& options) {
  if (options.ids.empty() == options.source.empty()) {
    return fail(
        Errc::usage, "which posts?",
        "numbers as \"post list --left-out\" shows them, or --source NAME for all that is set aside of it");
  }
  std::vector<PostId> ids;
  for (const auto& word : options.ids) {
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), id);
    if (error != std::errc{} || end != word.data() + word.size() || id < 1) {
      return fail(Errc::usage, fmt::format("\"{}\" is not a post number", printable(word)),
                  "\"tidings post list --left-out\" shows them");
    }
    ids.push_back({id});
  }
  TIDINGS_LET(const auto context, session.context(Access::existing));
  TIDINGS_LET(const int released, app::release_posts(context, ids, options.source));
  say(released == 0
          ? "nothing to release\n"
          : fmt::format(
                "{} released: the next edition of each digest that takes them has them, whatever their age\n",
                plural(released, "post")));
  return Exit::done;
}

auto marking(app::PostMark mark, const char* done) {
  return [mark, done](Session& session, const PostOption& options) -> Result<Exit> {
    TIDINGS_LET(const auto context, session.context(Access::existing));
    TIDINGS_TRY(app::mark_post(context.database, PostId{options.id}, mark));
    say(fmt::format("post {} {}\n", options.id, done));
    return Exit::done;
  };
}

void add_id(Command command, PostOption& options) {
  command.add_option("ID", options.id, "as \"post list\" shows it").required();
}

}  // namespace

void add_post_commands(Command app, Session& session) {
  const auto noun = add_noun(app, "post", "what was collected");
  add_command<ListOptions>(
      noun, session, "list", "newest first",
      [](Command command, ListOptions& options) {
        command.add_option("--source", options.source, "of this source only");
        command.add_option("--since", options.since, "first seen at or after, e.g. 2026-01-26T08:00:00Z")
            .value_name("TIME");
        command.add_flag("--left-out", options.left_out, "what no edition has carried, and why");
        command.add_option("--digest", options.digest, "with --left-out: of this digest only");
        command.add_option("--limit", options.limit, "at most so many (of each digest)")
            .show_default()
            .at_least(1);
        add_json(command, options.json);
      },
      list);
  add_command<PostOption>(
      noun, session, "show", "one post as text",
      [](Command command, PostOption& options) {
        add_id(command, options);
        add_json(command, options.json);
      },
      show);
  add_command<AddOptions>(
      noun, session, "add", "a post by hand",
      [](Command command, AddOptions& options) {
        command.add_option("--title", options.title, "plain text; a Markdown file may say it too");
        command.add_option("--url", options.url, "where it can be read");
        command.add_option("--source", options.source,
                           "whose post it is (default: the source of kind \"manual\")");
        const auto html =
            command.add_option("--html-file", options.html_file, "its text; \"-\" is standard input");
        command
            .add_option("--markdown-file", options.markdown_file, "its text, with front matter if you like")
            .excludes(html);
        command.add_option("--published", options.published, "a date, e.g. 2026-01-08 (default: now)")
            .value_name("DATE");
        command.add_option("--author", options.author, "a name");
        command.add_option("--topic", options.topics, "may be repeated");
      },
      add);
  add_command<ReleaseOptions>(
      noun, session, "release", "let posts into the next editions whatever their age",
      [](Command command, ReleaseOptions& options) {
        command.add_option("ID", options.ids, "as \"post list --left-out\" shows it; may be repeated");
        command.add_option("--source", options.source, "all of this source that is set aside");
      },
      release);
  using app::PostMark;
  add_command<PostOption>(noun, session, "hide", "keep it out of every edition to come", add_id,
                          marking(PostMark::hidden, "is hidden"));
  add_command<PostOption>(noun, session, "unhide", "let it into editions again", add_id,
                          marking(PostMark::not_hidden, "is not hidden"));
  add_command<PostOption>(noun, session, "pin", "put it first in the next edition", add_id,
                          marking(PostMark::pinned, "is pinned"));
  add_command<PostOption>(noun, session, "unpin", "back into its order", add_id,
                          marking(PostMark::not_pinned, "is not pinned"));
}

}  // namespace tidings::cli
