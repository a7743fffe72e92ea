#include "edition/stored_draft.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "digest/edition_table.hpp"
#include "edition/coming_events.hpp"
#include "edition/sections.hpp"
#include "edition/selection.hpp"

namespace tidings::edition {
namespace {

/// Whether somebody has changed the order that the digest would have, in a section or outside.
bool is_rearranged(const config::DigestConfig& digest, const Arranged& arranged,
                   const digest::SelectOptions& options) {
  const auto& posts = arranged.selection.posts;
  const auto placed = sections_of(digest, posts, arranged.facts.sections);
  std::map<std::optional<std::size_t>, std::vector<digest::Selected>> sections;
  for (std::size_t i = 0; i < posts.size(); ++i) sections[placed[i]].push_back(posts[i]);
  return std::ranges::any_of(sections, [&](const auto& section) {
    auto sorted = section.second;
    digest::sort_for_reading(sorted, options);
    return sorted != section.second;
  });
}

}  // namespace

Result<Arranged> arrangement_of(const config::Context& context, const config::DigestConfig& digest,
                                const digest::Edition& edition) {
  auto& database = context.database;
  const auto options = select_options(context.config, digest, database);
  Arranged out;
  TIDINGS_LET(out.selection, digest::EditionTable(database).choice_of(edition.id, options));
  out.facts = {.number = edition.number.value_or(1),
               .period = edition.period,
               .date = edition.scheduled,
               .shown = dates_of(out.selection.posts),
               .intro_markdown = edition.intro,
               .posts = out.selection.posts.size()};
  digest::EditionTable editions{database};
  TIDINGS_LET(out.facts.sections, editions.sections_in(edition.id));
  // Where the posts of a sealed edition stand is settled, whatever the configuration says now.
  if (edition.state != digest::EditionState::draft && !digest.sections.empty()) {
    for (const auto& post : out.selection.posts) out.facts.sections.try_emplace(post.id, "");
  }
  out.facts.in_given_order = is_rearranged(digest, out, options);
  TIDINGS_LET(out.facts.words, editions.words_of(edition.id));
  TIDINGS_LET(auto changes, editions.changes_in(edition.id));
  for (auto& change : changes) out.facts.changes.emplace(change.post, std::move(change));
  TIDINGS_LET(out.facts.events, events_of(context, digest, edition));
  TIDINGS_LET(out.facts.more_from, load_more_from(database, out.selection.surplus));
  return out;
}

Result<Sealed> seal_draft(const config::Context& context, Renderer& renderer, const digest::Edition& edition,
                          const FoundImages& images) {
  digest::EditionTable editions{context.database};
  TIDINGS_LET(auto arranged, arrangement_of(context, renderer.digest(), edition));
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
