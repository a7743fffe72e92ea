#include "app/compose.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "app/inline_images.hpp"
#include "app/review.hpp"
#include "app/seal.hpp"
#include "app/selection.hpp"
#include "base/units.hpp"
#include "source/source_table.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::app {
namespace {

std::optional<digest::Plan> plan_of(const DigestConfig& digest, const Zone& zone, const digest::History& history, UtcTime now, When when) {
  if (when == When::now) return digest::plan_now(digest.schedule, zone, history, now);
  auto plan = digest::due_plan(digest.schedule, zone, history, now);
  if (!plan && when == When::sample) plan = digest::plan_now(digest.schedule, zone, history, now);
  return plan;
}

/// Writes the edition into the open transaction, with its recipients.
Result<void> seal_now(const Config& config, const DigestConfig& digest, store::Database& database, const Clock& clock,
                      Renderer& renderer, const Draft& draft, const std::vector<FoundImage>& images, Composed& result) {
  const EditionFacts facts{.number = draft.number, .period = draft.plan.period, .date = draft.plan.scheduled};
  TIDINGS_LET(result.title, renderer.title(facts));
  TIDINGS_LET(result.edition, digest::EditionTable(database).insert({.digest = digest.name,
                                                                      .scheduled = draft.plan.scheduled,
                                                                      .period = draft.plan.period,
                                                                      .cut = draft.cut,
                                                                      .title = result.title,
                                                                      .reason = {}},
                                                                     draft.selection, clock.now()));
  TIDINGS_LET(const auto sealed,
              seal_segments(config, digest, database, clock, renderer, {.edition = result.edition, .facts = facts, .selection = draft.selection, .images = images}));
  result.what = Composed::What::sealed;
  result.number = draft.number;
  result.posts = static_cast<int>(draft.selection.posts.size());
  result.segments = sealed.segments;
  result.recipients = sealed.recipients;
  result.note = sealed.note;
  return {};
}

/// Fetched before the transaction begins: others write meanwhile. What changes in between shows as a link.
Result<std::vector<FoundImage>> images_ahead(const Config& config, const DigestConfig& digest, store::Database& database, const Clock& clock,
                                             Renderer& renderer, When when) {
  if (!digest.inline_images || digest.review) return std::vector<FoundImage>{};
  TIDINGS_LET(const auto ahead, draft(config, digest, database, clock, when));
  if (!ahead || !ahead->selection.skipped.empty()) return std::vector<FoundImage>{};
  return fetch_images(config, digest, renderer, {.number = ahead->number, .period = ahead->plan.period, .date = ahead->plan.scheduled}, ahead->posts);
}

/// Writes the draft into the open transaction; it has no recipients before it is approved.
Result<void> insert_draft(const Config& config, const DigestConfig& digest, store::Database& database, const Clock& clock,
                          Renderer& renderer, const Draft& draft, Composed& result) {
  TIDINGS_LET(const auto counts, subscriber::SubscriberTable(database, clock).counts());
  for (const auto& each : counts.digests) {
    if (each.digest == digest.name) result.recipients = each.confirmed;
  }
  if (result.recipients == 0) return {};
  TIDINGS_LET(const auto options, select_options(config, digest));
  TIDINGS_LET(auto left_out, left_out_in_words(digest, database, draft, options, draft.bounds));
  TIDINGS_LET(result.title, renderer.title({.number = draft.number, .period = draft.plan.period, .date = draft.plan.scheduled}));
  TIDINGS_LET(result.edition, digest::EditionTable(database).insert({.digest = digest.name,
                                                                      .scheduled = draft.plan.scheduled,
                                                                      .period = draft.plan.period,
                                                                      .cut = draft.cut,
                                                                      .title = result.title,
                                                                      .reason = {},
                                                                      .preflight = std::move(left_out)},
                                                                     draft.selection, std::nullopt));
  result.what = Composed::What::drafted;
  result.number = draft.number;
  result.posts = static_cast<int>(draft.selection.posts.size());
  return {};
}

}  // namespace

Result<std::string> source_to_wait_for(const Config& config, const DigestConfig& digest, store::Database& database) {
  if (!digest.hold_on_source_error) return std::string{};
  TIDINGS_LET(const auto sources, source::SourceTable(database).list());
  for (const auto& source : sources) {
    const bool ours = digest.sources.empty() || std::ranges::find(digest.sources, source.name) != digest.sources.end();
    if (ours && config.find_source(source.name) != nullptr && (source.error_streak > 0 || source.gone)) {
      return fmt::format("{}: {}", source.name, source.last_error);
    }
  }
  return std::string{};
}

Result<std::optional<Draft>> draft(const Config& config, const DigestConfig& digest, store::Database& database,
                                   const Clock& clock, When when) {
  digest::EditionTable editions{database};
  TIDINGS_LET(const auto history, editions.history(digest.name));
  const auto now = clock.now();
  const auto plan = plan_of(digest, config.newsletter.zone, history, now, when);
  if (!plan) return std::optional<Draft>{};
  // Posts first seen in this very instant count as before the cut: collect and compose share one clock.
  Draft result{.plan = *plan, .cut = now + std::chrono::milliseconds{1}, .number = history.next_number, .selection = {}, .posts = {}, .bounds = {}};
  TIDINGS_LET(const auto options, select_options(config, digest));
  result.bounds = digest::EditionTable::bounds(*plan, history, result.cut, digest.max_age);
  TIDINGS_LET(const auto candidates, editions.candidates(digest.name, options, result.bounds));
  result.selection = digest::select(candidates, options, result.bounds);
  if (result.selection.skipped.empty()) {
    TIDINGS_LET(result.posts, load_shown(database, result.selection.posts));
  }
  return std::optional{std::move(result)};
}

Result<Composed> compose(const Config& config, const DigestConfig& digest, store::Database& database, const Clock& clock,
                         When when, Empty empty) {
  Composed result;
  result.digest = digest.name;
  const auto now = clock.now();
  result.next_run = digest.schedule.next_run(now, config.newsletter.zone);
  TIDINGS_LET(auto renderer, Renderer::load(config, digest));
  TIDINGS_LET(const auto images, images_ahead(config, digest, database, clock, renderer, when));
  TIDINGS_LET(auto transaction, database.begin());
  TIDINGS_LET(const auto thought_out, draft(config, digest, database, clock, when));
  if (!thought_out) return result;
  if (when == When::due) {
    const auto late = digest::lateness(thought_out->plan, now, config.delivery.max_lateness);
    if (late == digest::Lateness::waits) return result;
    if (late == digest::Lateness::held) {
      result.what = Composed::What::held;
      const auto by = std::chrono::floor<std::chrono::hours>(now - thought_out->plan.scheduled);
      result.reason = fmt::format("{} after its time, more than max_lateness {}", format_duration(by),
                                  format_duration(config.delivery.max_lateness));
      return result;
    }
  }
  if (when == When::due) {
    TIDINGS_LET(const auto trouble, source_to_wait_for(config, digest, database));
    if (!trouble.empty()) {
      result.what = Composed::What::waits;
      result.reason = trouble;
      return result;
    }
  }
  auto skipped = thought_out->selection.skipped;
  if (!skipped.empty() && empty == Empty::wait) {
    result.what = Composed::What::waits;
    result.reason = skipped + ", but a source could not be read";
    return result;
  }
  if (skipped.empty()) {
    if (digest.review) {
      TIDINGS_TRY(insert_draft(config, digest, database, clock, renderer, *thought_out, result));
    } else {
      TIDINGS_TRY(seal_now(config, digest, database, clock, renderer, *thought_out, images, result));
    }
    if (result.recipients > 0) {
      TIDINGS_TRY(transaction.commit());
      return result;
    }
    result.edition = {};
    skipped = nobody_to_send_to;
  }
  result.reason = skipped;
  result.what = Composed::What::skipped;
  if (when == When::now) return result;  // asked for by hand: nothing to send, nothing to record
  {
    // The half-made edition without recipients must not stay.
    [[maybe_unused]] const auto undone = std::move(transaction);
  }
  const digest::NewEdition record{.digest = digest.name,
                                  .scheduled = thought_out->plan.scheduled,
                                  .period = thought_out->plan.period,
                                  .cut = thought_out->cut,
                                  .title = digest.title,
                                  .reason = skipped};
  digest::EditionTable editions{database};
  TIDINGS_LET(auto recording, database.begin());
  const bool had_posts = thought_out->selection.skipped.empty();
  TIDINGS_LET(result.edition, had_posts ? editions.record_skipped(record, thought_out->selection, now) : editions.record_skipped(record, now));
  TIDINGS_TRY(recording.commit());
  return result;
}

ComposeOutcome compose_all(const Config& config, store::Database& database, const Clock& clock,
                           std::span<const DigestConfig* const> digests, When when, const CollectReport& collected) {
  ComposeOutcome outcome;
  for (const auto* const digest : digests) {
    auto settled = settle_drafts(config, *digest, database, clock);
    if (!settled) outcome.failures.push_back(std::move(settled.error()));
    if (settled) std::ranges::move(*settled, std::back_inserter(outcome.composed));
    // With a source down, "no posts" may be untrue: better late than skipped.
    const bool ill = std::ranges::any_of(collected.sources, [&](const CollectedSource& source) {
      const bool ours = digest->sources.empty() || std::ranges::find(digest->sources, source.name) != digest->sources.end();
      return ours && source.what == CollectedSource::What::failed;
    });
    auto result = compose(config, *digest, database, clock, when, ill ? Empty::wait : Empty::record);
    if (!result) {
      outcome.failures.push_back(std::move(result.error()));
      continue;
    }
    outcome.waits_for_source = outcome.waits_for_source || result->what == Composed::What::waits;
    outcome.composed.push_back(std::move(*result));
  }
  return outcome;
}

}  // namespace tidings::app
