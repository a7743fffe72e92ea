// post list | show | hide | pin
#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "post/plain_text.hpp"
#include "post/post_table.hpp"
#include "source/source_table.hpp"

namespace tidings::cli {
namespace {

Json json_of(const post::Post& post) {
  return {{"id", post.id.value},           {"identity", post.identity},
          {"title", post.title},           {"link", post.link},
          {"author", post.author},         {"published", json_time(post.published)},
          {"updated", json_time(post.updated)}, {"first_seen", json_time(post.first_seen)},
          {"image", post.image_url},       {"tags", post.tags},
          {"language", post.language},     {"hidden", post.hidden},
          {"pinned", post.pinned}};
}

struct ListOptions {
  std::string source;
  std::string since;
  int limit = 50;
  bool json = false;
};

Result<Exit> list(Session& session, const ListOptions& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(auto* const database, session.database_read_only());
  post::PostFilter filter;
  filter.limit = options.limit;
  if (!options.since.empty()) {
    TIDINGS_LET(filter.since, parse_rfc3339(options.since));
  }
  if (!options.source.empty()) {
    TIDINGS_LET(const auto found, source::SourceTable(*database).find(options.source));
    if (!found) return fail(Errc::no_input, fmt::format("there is no source \"{}\"", options.source));
    filter.source = found->id;
  }
  TIDINGS_LET(const auto posts, post::PostTable(*database).list(filter));
  std::string lines;
  Table out{{"ID", "DATE", "TITLE", "LINK"}};
  for (const auto& post : posts) {
    if (options.json) lines += json_line(json_of(post));
    std::string title = shorten(post::display_title(post), 60);
    if (post.hidden) title += " (hidden)";
    if (post.pinned) title += " (pinned)";
    out.add({std::to_string(post.id.value), local_time(config->newsletter.zone, post.date()), std::move(title), post.link});
  }
  print(options.json ? lines : out.text());
  return Exit::done;
}

struct PostOption {
  std::int64_t id = 0;
  bool json = false;
};

Result<Exit> show(Session& session, const PostOption& options) {
  TIDINGS_LET(const auto* const config, session.config());
  TIDINGS_LET(auto* const database, session.database_read_only());
  TIDINGS_LET(const auto post, post::PostTable(*database).find(PostId{options.id}));
  if (options.json) {
    auto json = json_of(post);
    json["html"] = post.html;
    json["summary_html"] = post.summary_html;
    print(json_line(json));
    return Exit::done;
  }
  std::string out = printable(post::display_title(post)) + "\n";
  out += fmt::format("{}  {}\n", local_time(config->newsletter.zone, post.date()), printable(post.author));
  if (!post.link.empty()) out += post.link + "\n";
  if (!post.tags.empty()) out += "tags: " + printable(join(post.tags, ", ")) + "\n";
  print(out + "\n" + post::html_to_text(post.html.empty() ? post.summary_html : post.html));
  return Exit::done;
}

template <class Change>
auto changing(Change change, const char* done) {
  return [change, done](Session& session, const PostOption& options) -> Result<Exit> {
    TIDINGS_LET(auto* const database, session.database(store::Create::no));
    post::PostTable table{*database};
    TIDINGS_TRY(change(table, PostId{options.id}));
    print(fmt::format("post {} {}\n", options.id, done));
    return Exit::done;
  };
}

void add_id(CLI::App& command, PostOption& options) { command.add_option("ID", options.id, "as \"post list\" shows it")->required(); }

}  // namespace

void add_post_commands(CLI::App& app, Session& session) {
  auto* const noun = add_noun(app, "post", "what was collected");
  add_command<ListOptions>(*noun, session, "list", "newest first",
                           [](CLI::App& command, ListOptions& options) {
                             command.add_option("--source", options.source, "of this source only");
                             command.add_option("--since", options.since, "first seen at or after (RFC 3339)");
                             command.add_option("--limit", options.limit, "at most so many")->capture_default_str()->check(CLI::PositiveNumber);
                             add_json(command, options.json);
                           },
                           list);
  add_command<PostOption>(*noun, session, "show", "one post as text",
                          [](CLI::App& command, PostOption& options) {
                            add_id(command, options);
                            add_json(command, options.json);
                          },
                          show);
  using post::PostTable;
  add_command<PostOption>(*noun, session, "hide", "keep it out of every edition to come", add_id,
                          changing([](PostTable& table, PostId id) { return table.set_hidden(id, post::Hidden::yes); }, "is hidden"));
  add_command<PostOption>(*noun, session, "unhide", "let it into editions again", add_id,
                          changing([](PostTable& table, PostId id) { return table.set_hidden(id, post::Hidden::no); }, "is not hidden"));
  add_command<PostOption>(*noun, session, "pin", "put it first in the next edition", add_id,
                          changing([](PostTable& table, PostId id) { return table.set_pinned(id, post::Pinned::yes); }, "is pinned"));
  add_command<PostOption>(*noun, session, "unpin", "back into its order", add_id,
                          changing([](PostTable& table, PostId id) { return table.set_pinned(id, post::Pinned::no); }, "is not pinned"));
}

}  // namespace tidings::cli
