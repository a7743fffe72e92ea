#include "app/stored_draft.hpp"

#include "app/selection.hpp"
#include "digest/edition_table.hpp"

namespace tidings::app {
namespace {

/// Whether somebody has arranged the posts otherwise than the digest would.
bool is_rearranged(const std::vector<digest::Selected>& posts, const digest::SelectOptions& options) {
  auto sorted = posts;
  digest::sort_for_reading(sorted, options);
  return sorted != posts;
}

}  // namespace

Result<Arranged> arrangement_of(const Config& config, const DigestConfig& digest, store::Database& database,
                                const digest::Edition& edition) {
  TIDINGS_LET(const auto options, select_options(config, digest));
  Arranged out;
  TIDINGS_LET(out.selection, digest::EditionTable(database).choice_of(edition.id, options));
  out.facts = {.number = edition.number.value_or(1),
               .period = edition.period,
               .date = edition.scheduled,
               .intro_markdown = edition.intro,
               .in_given_order = is_rearranged(out.selection.posts, options)};
  return out;
}

Result<Sealed> seal_draft(const Config& config, const DigestConfig& digest, store::Database& database, const Clock& clock,
                          Renderer& renderer, const digest::Edition& edition, const FoundImages& images) {
  digest::EditionTable editions{database};
  TIDINGS_TRY(editions.approve(edition.id, clock.now()));
  TIDINGS_LET(auto arranged, arrangement_of(config, digest, database, edition));
  TIDINGS_LET(const auto options, select_options(config, digest));
  // What waits for the next edition keeps the memory of who changed digests alive; as far back as there may be any.
  TIDINGS_LET(const auto history, editions.history(digest.name));
  const auto origin = history.origin.value_or(digest::History::Origin{.from = edition.period.from, .cut = edition.cut});
  const digest::SelectBounds bounds{
      .cut = edition.cut, .until = edition.period.until, .oldest = {}, .origin_from = origin.from, .origin_cut = origin.cut,
      .judged_cut = {}, .oldest_judged = {}};
  TIDINGS_LET(const auto waiting, editions.candidates(digest.name, options, bounds));
  for (const auto& each : waiting) {
    arranged.selection.left_out.push_back({.id = each.id, .why = digest::LeftOut::cut_by_max_posts, .joined = {}});
  }
  return seal_segments(config, digest, database, clock, renderer,
                       {.edition = edition.id, .facts = arranged.facts, .selection = arranged.selection, .images = images});
}

}  // namespace tidings::app
