// post list | show | add | hide | pin | release
#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <limits>
#include <span>
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
          {"title", json_text(post.title)},
          {"link", json_text(post.link)},
          {"author", json_text(post.author)},
          {"published", json_time(post.published)},
          {"updated", json_time(post.updated)},
          {"first_seen", json_time(post.first_seen)},
          {"image", json_text(post.image_url)},
          {"tags", post.tags},
          {"language", json_text(post.language)},
          {"hidden", post.hidden},
          {"pinned", post.pinned},
          {"audio", json_text(post.audio_url)},
          {"left_out_by", json_text(post.dropped)}};
}

struct ListOptions {
  std::string source;
  std::string since;
  std::string digest;
  std::string after;
  int limit = 50;
  bool left_out = false;
};

Result<PostId> post_id(std::string_view word) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), id);
  if (error == std::errc{} && end == word.data() + word.size() && id > 0) return PostId{id};
  return fail(Errc::usage, fmt::format("\"{}\" is not a post number", printable(word)),
              "\"tidings post list\" shows them");
}

/// Those behind --after, one more than --limit.
Result<std::vector<edition::LeftOutPost>> named_left_out(store::Database& database,
                                                         std::span<const digest::LeftOutPosts> left_out,
                                                         const ListOptions& options) {
  const auto limit = static_cast<std::size_t>(options.limit) + 1;
  if (options.after.empty()) return edition::name_left_out(database, left_out, limit);
  TIDINGS_LET(const auto after, post_id(options.after));
  TIDINGS_LET(auto posts,
              edition::name_left_out(database, left_out, std::numeric_limits<std::size_t>::max()));
  const auto last = std::ranges::find(posts, after, &edition::LeftOutPost::id);
  if (last == posts.end()) {
    return fail(Errc::no_input, fmt::format("post {} is not left out of {}", after.value, options.digest));
  }
  posts.erase(posts.begin(), last + 1);
  if (posts.size() > limit) posts.resize(limit);
  return posts;
}

/// What no edition has carried, of each digest or of one, and why.
Result<Exit> list_left_out(Session& session, const ListOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  if (!options.digest.empty()) TIDINGS_TRY(config->digest(options.digest));
  if (!options.after.empty() && options.digest.empty())
    return fail(Errc::usage, "--left-out --after requires --digest", "each digest has a list of its own");
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  std::string more;
  Listing out{{"ID", "DATE", "DIGEST", "TITLE", "WHY"}};
  for (const auto& digest : config->digests) {
    if (!options.digest.empty() && digest.name != options.digest) continue;
    TIDINGS_LET(const auto left_out, edition::left_out_now(context, digest));
    TIDINGS_LET(auto posts, named_left_out(context.database, left_out, options));
    if (std::cmp_greater(posts.size(), options.limit)) {
      posts.pop_back();
      more = options.digest.empty()
                 ? fmt::format("there are more: --limit {} shows more of each digest", options.limit * 2LL)
                 : there_are_more(std::to_string(posts.back().id.value), options.limit);
    }
    for (const auto& post : posts) {
      out.add({{"digest", digest.name},
               {"id", post.id.value},
               {"title", json_text(post.title)},
               {"link", json_text(post.link)},
               {"date", json_time(post.date)},
               {"reason", digest::key_of(post.why)},
               {"why", post.why_in_words}},
              {std::to_string(post.id.value), local_time(config->newsletter.zone, post.date), digest.name,
               shorten(post.title, 60), printable(post.why_in_words)});
    }
    if (const auto words = edition::left_out_in_words(left_out); !words.empty())
      log::info(digest.name + ": " + words);
  }
  out.print(more);
  return Exit::done;
}

Result<Exit> list(Session& session, const ListOptions& options) {
  if (options.left_out) return list_left_out(session, options);
  if (!options.digest.empty()) return fail(Errc::usage, "--digest requires --left-out");
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  app::PostQuery query{.source = options.source, .since = {}, .after = {}, .limit = options.limit + 1};
  if (!options.after.empty()) {
    TIDINGS_LET(query.after, post_id(options.after));
  }
  if (!options.since.empty()) {
    TIDINGS_LET(query.since, parse_rfc3339(options.since));
  }
  TIDINGS_LET(auto posts, app::list_posts(context.database, query));
  std::string more;
  if (std::cmp_greater(posts.size(), options.limit)) {
    posts.pop_back();
    more = there_are_more(std::to_string(posts.back().id.value), options.limit);
  }
  Listing out{{"ID", "DATE", "TITLE", "LINK"}};
  for (const auto& post : posts) {
    std::string title = shorten(post::display_title(post), 60);
    if (post.hidden) title += " (hidden)";
    if (post.pinned) title += " (pinned)";
    if (!post.dropped.empty()) title += " (left out by " + post.dropped + ")";
    out.add(json_of(post),
            {std::to_string(post.id.value), local_time(context.config.newsletter.zone, post.date()),
             std::move(title), post.link});
  }
  out.print(more);
  return Exit::done;
}

struct PostOption {
  std::int64_t id = 0;
};

Result<Exit> show_post(Session& session, const PostOption& options) {
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  TIDINGS_LET(const auto post, app::find_post(context.database, PostId{options.id}));
  auto json = json_of(post);
  json["html"] = json_text(post.html);
  json["summary_html"] = json_text(post.summary_html);
  std::string out = printable(post::display_title(post)) + "\n";
  out += fmt::format("{}  {}\n", local_time(context.config.newsletter.zone, post.date()),
                     printable(post.author));
  if (!post.link.empty()) out += post.link + "\n";
  if (!post.tags.empty()) out += "tags: " + printable(join(post.tags, ", ")) + "\n";
  show(json, out + "\n" + post::html_to_text(post.html.empty() ? post.summary_html : post.html));
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

/// The named source, else the one of kind "manual", else the only one.
Result<const config::SourceConfig*> source_for(const config::Config& config, const std::string& name) {
  if (!name.empty()) {
    if (const auto* const found = config.find_source(name)) return found;
    return fail(Errc::no_input, fmt::format("there is no source \"{}\"", name));
  }
  for (const auto& each : config.sources) {
    if (each.spec.kind == source::Kind::manual) return &each;
  }
  if (config.sources.size() == 1) return &config.sources.front();
  return fail(Errc::usage, "name the post's source",
              "use --source NAME, or add a [[source]] with kind = \"manual\"");
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
    entry.id.clear();  // the file's name says nothing about the post
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
    return fail(Errc::usage, "a post needs a URL or text", "--url, --html-file or --markdown-file");
  if (!entry.link.empty() && !is_web_url(entry.link))
    return fail(Errc::usage, fmt::format("\"{}\" is not a web address", entry.link), "https://...");
  return entry;
}

std::string_view in_words(app::AddedPost::What what) {
  using What = app::AddedPost::What;
  switch (what) {
    case What::added: return "added";
    case What::updated: return "updated";
    case What::sent_already: return "was already sent";
    case What::same: break;
  }
  return "already exists";
}

std::string_view name_of(app::AddedPost::What what) {
  using What = app::AddedPost::What;
  switch (what) {
    case What::added: return "added";
    case What::updated: return "updated";
    case What::sent_already: return "already_sent";
    case What::same: break;
  }
  return "unchanged";
}

Result<Exit> add(Session& session, const AddOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(const auto* const configured, source_for(*config, options.source));
  TIDINGS_LET(const auto entry, entry_of(options, session.clock().now()));
  TIDINGS_LET(const auto context, session.context());
  TIDINGS_LET(const auto added, app::add_post(context, *configured, entry));
  tell({{"id", added.id.value},
        {"title", entry.title},
        {"source", configured->spec.name},
        {"outcome", name_of(added.what)}},
       fmt::format("post {}: \"{}\" {} ({})\n", added.id.value, printable(entry.title), in_words(added.what),
                   configured->spec.name));
  return Exit::done;
}

struct ReleaseOptions {
  std::vector<std::string> ids;
  std::string source;
};

/// Releases posts into the next editions that their age keeps out.
Result<Exit> release(Session& session, const ReleaseOptions& options) {
  if (options.ids.empty() == options.source.empty()) {
    return fail(
        Errc::usage, "name the posts to release",
        "use numbers from \"post list --left-out\", or --source NAME for all that were set aside from it");
  }
  std::vector<PostId> ids;
  for (const auto& word : options.ids) {
    TIDINGS_LET(const auto id, post_id(word));
    ids.push_back(id);
  }
  TIDINGS_LET(const auto context, session.context(Access::existing));
  TIDINGS_LET(const auto result, app::release_posts(context, ids, options.source));
  for (const auto& [id, carriers] : result.sent) {
    log::warning(fmt::format("post {} has been in an edition of {}: there is nothing to release", id.value,
                             join(carriers, ", ")));
  }
  const int released = result.released;
  tell({{"released_count", released}},
       released == 0
           ? (options.source.empty() ? std::string{"nothing to release\n"}
                                     : fmt::format("nothing of {} was set aside; \"tidings post list "
                                                   "--left-out\" shows posts that are left out for another "
                                                   "reason, to be released by their numbers\n",
                                                   options.source))
           : fmt::format("{} released into the next edition of each matching digest, whatever their age\n",
                         plural(released, "post")));
  return Exit::done;
}

auto marking(app::PostMark mark, const char* done, const char* outcome) {
  return [mark, done, outcome](Session& session, const PostOption& options) -> Result<Exit> {
    TIDINGS_LET(const auto context, session.context(Access::existing));
    TIDINGS_TRY(app::mark_post(context.database, PostId{options.id}, mark));
    tell({{"id", options.id}, {"outcome", outcome}}, fmt::format("post {} {}\n", options.id, done));
    return Exit::done;
  };
}

void add_id(Command command, PostOption& options) {
  command.add_option("ID", options.id, "its number in \"post list\"").required();
}

}  // namespace

void add_post_commands(Command app, Session& session) {
  const auto noun = add_noun(app, "post", "the collected posts");
  add_command<ListOptions>(
      noun, session, "list", "list posts, newest first",
      [](Command command, ListOptions& options) {
        command.add_option("--source", options.source, "only of this source");
        command.add_option("--since", options.since, "first seen at or after, e.g. 2026-01-26T08:00:00Z")
            .value_name("TIME");
        command.add_flag("--left-out", options.left_out, "posts that no edition has carried, and why");
        command.add_option("--digest", options.digest, "with --left-out: only of this digest");
        add_paging(command, options.after, options.limit, "this post");
      },
      list);
  add_command<PostOption>(noun, session, "show", "show one post as text", add_id, show_post);
  add_command<AddOptions>(
      noun, session, "add", "add a post by hand",
      [](Command command, AddOptions& options) {
        command.add_option("--title", options.title, "plain text; a Markdown file may hold it too");
        command.add_option("--url", options.url, "where to read it");
        command.add_option("--source", options.source, "its source (default: the one of kind \"manual\")");
        const auto html =
            command.add_option("--html-file", options.html_file, "its text; \"-\" is standard input");
        command.add_option("--markdown-file", options.markdown_file, "its text, with optional front matter")
            .excludes(html);
        command.add_option("--published", options.published, "a date, e.g. 2026-01-08 (default: now)")
            .value_name("DATE");
        command.add_option("--author", options.author, "author's name");
        command.add_option("--topic", options.topics, "may be repeated");
      },
      add);
  add_command<ReleaseOptions>(
      noun, session, "release", "release posts into the next editions, whatever their age",
      [](Command command, ReleaseOptions& options) {
        command.add_option("ID", options.ids, "its number in \"post list --left-out\"; may be repeated");
        command.add_option("--source", options.source, "all posts of this source that are set aside");
      },
      release);
  using app::PostMark;
  add_command<PostOption>(noun, session, "hide", "keep a post out of all future editions", add_id,
                          marking(PostMark::hidden, "is hidden", "hidden"));
  add_command<PostOption>(noun, session, "unhide", "allow a post in editions again", add_id,
                          marking(PostMark::not_hidden, "is not hidden", "unhidden"));
  add_command<PostOption>(noun, session, "pin", "put a post first in the next edition", add_id,
                          marking(PostMark::pinned, "is pinned", "pinned"));
  add_command<PostOption>(noun, session, "unpin", "return a post to its usual place", add_id,
                          marking(PostMark::not_pinned, "is not pinned", "unpinned"));
}

}  // namespace tidings::cli
