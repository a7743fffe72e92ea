#include "app/posts.hpp"

#include <fmt/format.h>

#include "digest/edition_table.hpp"
#include "post/post_table.hpp"
#include "source/source_table.hpp"

namespace tidings::app {
namespace {

Result<SourceId> source_named(store::Database& database, const std::string& name) {
  TIDINGS_LET(const auto found, source::SourceTable(database).find(name));
  if (!found) return fail(Errc::no_input, fmt::format("there is no source \"{}\"", name));
  return found->id;
}

bool is_carried_by_all(const std::vector<config::DigestConfig>& digests,
                       const std::vector<std::string>& carriers) {
  return !carriers.empty() && std::ranges::all_of(digests, [&](const auto& digest) {
    return std::ranges::find(carriers, digest.name) != carriers.end();
  });
}

}  // namespace

Result<std::vector<post::Post>> list_posts(store::Database& database, const PostQuery& query) {
  post::PostFilter filter;
  filter.since = query.since;
  filter.after = query.after;
  filter.limit = query.limit;
  if (query.after) TIDINGS_TRY(find_post(database, *query.after));
  if (!query.source.empty()) {
    TIDINGS_LET(filter.source, source_named(database, query.source));
  }
  return post::PostTable(database).list(filter);
}

Result<post::Post> find_post(store::Database& database, PostId id) {
  return post::PostTable(database).find(id);
}

Result<AddedPost> add_post(const config::Context& context, const config::SourceConfig& source,
                           const source::Entry& entry) {
  const auto now = context.clock.now();
  TIDINGS_LET(const auto stored, source::SourceTable(context.database).ensure(source.spec));
  post::NormaliseOptions options;
  options.language = context.config.newsletter.language;
  options.links.tracking_parameters = source.strip_parameters;
  post::PostTable posts{context.database};
  TIDINGS_LET(const auto counts,
              posts.store({.source = stored.id, .now = now, .last_good = UtcTime{}}, {&entry, 1}, options));
  AddedPost result;
  TIDINGS_LET(result.id, posts.find(stored.id, entry, options));
  using What = AddedPost::What;
  result.what = counts.added > 0     ? What::added
                : counts.updated > 0 ? What::updated
                : counts.frozen > 0  ? What::sent_already
                                     : What::same;
  return result;
}

Result<Released> release_posts(const config::Context& context, std::span<const PostId> posts,
                               const std::string& source) {
  post::PostTable table{context.database};
  const auto now = context.clock.now();
  Released out;
  TIDINGS_LET(auto transaction, context.database.begin());
  if (!source.empty()) {
    TIDINGS_LET(const auto id, source_named(context.database, source));
    TIDINGS_LET(out.released, table.release_all(id, now));
  }
  for (const auto id : posts) {
    TIDINGS_LET(auto carriers, digest::EditionTable(context.database).carriers(id));
    if (is_carried_by_all(context.config.digests, carriers)) {
      out.sent.emplace_back(id, std::move(carriers));
      continue;
    }
    TIDINGS_LET(const auto one, table.release(id, now));
    out.released += one;
  }
  TIDINGS_TRY(transaction.commit());
  return out;
}

Result<void> mark_post(store::Database& database, PostId id, PostMark mark) {
  post::PostTable table{database};
  switch (mark) {
    case PostMark::hidden: return table.set_hidden(id, post::Hidden::yes);
    case PostMark::not_hidden: return table.set_hidden(id, post::Hidden::no);
    case PostMark::pinned: return table.set_pinned(id, post::Pinned::yes);
    case PostMark::not_pinned: break;
  }
  return table.set_pinned(id, post::Pinned::no);
}

}  // namespace tidings::app
