#include "edition/stored_draft.hpp"

#include "digest/edition_table.hpp"
#include "edition/selection.hpp"

namespace tidings::edition {
namespace {

/// Whether somebody has changed the order that the digest would have.
bool is_rearranged(const std::vector<digest::Selected>& posts, const digest::SelectOptions& options) {
  auto sorted = posts;
  digest::sort_for_reading(sorted, options);
  return sorted != posts;
}

}  // namespace

Result<Arranged> arrangement_of(const config::Config& config, const config::DigestConfig& digest,
                                store::Database& database, const digest::Edition& edition) {
  const auto options = select_options(config, digest, database);
  Arranged out;
  TIDINGS_LET(out.selection, digest::EditionTable(database).choice_of(edition.id, options));
  out.facts = {.number = edition.number.value_or(1),
               .period = edition.period,
               .date = edition.scheduled,
               .shown = dates_of(out.selection.posts),
               .intro_markdown = edition.intro,
               .posts = out.selection.posts.size(),
               .in_given_order = is_rearranged(out.selection.posts, options)};
  digest::EditionTable editions{database};
  TIDINGS_LET(out.facts.words, editions.words_of(edition.id));
  TIDINGS_LET(auto changes, editions.changes_in(edition.id));
  for (auto& change : changes) out.facts.changes.emplace(change.post, std::move(change));
  TIDINGS_LET(out.facts.more_from, load_more_from(database, out.selection.surplus));
  return out;
}

Result<Sealed> seal_draft(const config::Context& context, Renderer& renderer, const digest::Edition& edition,
                          const FoundImages& images) {
  digest::EditionTable editions{context.database};
  TIDINGS_LET(auto arranged, arrangement_of(context.config, renderer.digest(), context.database, edition));
  TIDINGS_LET(const auto title, renderer.title(arranged.facts));
  TIDINGS_TRY(editions.approve(edition.id, title, context.clock.now()));
  // Posts waiting for the next edition keep the rows of subscribers who changed digests.
  TIDINGS_LET(const auto left_out, editions.left_out_of(edition.id));
  for (const auto& each : left_out) {
    if (!digest::waits(each.why)) continue;
    for (const auto id : each.named)
      arranged.selection.left_out.push_back({.id = id, .why = each.why, .joined = {}, .first_seen = {}});
  }
  return seal_segments(
      context, renderer,
      {.edition = edition.id, .facts = arranged.facts, .selection = arranged.selection, .images = images});
}

}  // namespace tidings::edition
