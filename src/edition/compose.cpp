#include "edition/compose.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/units.hpp"
#include "edition/inline_images.hpp"
#include "edition/intro.hpp"
#include "edition/left_out.hpp"
#include "edition/review.hpp"
#include "edition/seal.hpp"
#include "edition/selection.hpp"
#include "source/source_table.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::edition {
namespace {

std::optional<digest::Plan> plan_of(const config::DigestConfig& digest, const Zone& zone,
                                    const digest::History& history, UtcTime now, When when) {
  if (when == When::now) return digest::plan_now(digest.schedule, zone, history, now);
  auto plan = digest::due_plan(digest.schedule, zone, history, now);
  if (!plan && when == When::sample) plan = digest::plan_now(digest.schedule, zone, history, now);
  return plan;
}

/// Writes the edition into the open transaction, with its recipients.
Result<void> seal_now(const config::Config& config, const config::DigestConfig& digest,
                      store::Database& database, const Clock& clock, Renderer& renderer, const Draft& draft,
                      const FoundImages& images, Composed& result) {
  const auto facts = facts_of(draft);
  TIDINGS_LET(result.title, renderer.title(facts));
  digest::EditionTable editions{database};
  TIDINGS_LET(result.edition,
              editions.insert(row_of(digest, draft, result.title), draft.selection, clock.now()));
  TIDINGS_LET(
      const auto sealed,
      seal_segments(
          config, digest, database, clock, renderer,
          {.edition = result.edition, .facts = facts, .selection = draft.selection, .images = images}));
  TIDINGS_TRY(editions.add_left_out(result.edition, result.left_out));
  result.what = Composed::What::sealed;
  result.number = draft.number;
  result.posts = static_cast<int>(draft.selection.posts.size());
  result.segments = sealed.segments;
  result.recipients = sealed.recipients;
  result.note = sealed.note;
  result.pictures = sealed.pictures;
  return {};
}

/// Writes the draft into the open transaction; it has no recipients before it is approved.
Result<void> insert_draft(const config::DigestConfig& digest, store::Database& database, const Clock& clock,
                          Renderer& renderer, const Draft& draft, Composed& result) {
  TIDINGS_LET(const auto counts, subscriber::SubscriberTable(database, clock).counts());
  for (const auto& each : counts.digests) {
    if (each.digest == digest.name) result.recipients = each.confirmed;
  }
  if (result.recipients == 0) return {};
  TIDINGS_LET(result.title, renderer.title(facts_of(draft)));
  digest::EditionTable editions{database};
  TIDINGS_LET(result.edition,
              editions.insert(row_of(digest, draft, result.title), draft.selection, std::nullopt));
  TIDINGS_TRY(editions.add_left_out(result.edition, result.left_out));
  result.what = Composed::What::drafted;
  result.number = draft.number;
  result.posts = static_cast<int>(draft.selection.posts.size());
  return {};
}

/// The edition that is owed, if its time has come and nothing stands in its way; else `result` says what
/// does. Writes nothing.
Result<std::optional<Draft>> decide(const config::Config& config, const config::DigestConfig& digest,
                                    store::Database& database, const Clock& clock, When when, Empty empty,
                                    Composed& result) {
  TIDINGS_LET(auto drafted, draft(config, digest, database, clock, when));
  if (!drafted) return drafted;
  if (when == When::due) {
    const auto& zone = config.newsletter.zone;
    if (digest::too_late(drafted->plan.scheduled, clock.now(), config.delivery.max_lateness)) {
      result.what = Composed::What::held;
      // The same words at every run that finds it so: they are told once.
      result.reason = fmt::format("it was due {}, longer ago than max_lateness {}",
                                  time_in_words(zone, drafted->plan.scheduled),
                                  format_duration(config.delivery.max_lateness));
      return std::nullopt;
    }
    TIDINGS_LET(result.reason, source_to_wait_for(config, digest, database));
  }
  const auto& skipped = drafted->selection.skipped;
  if (!skipped.empty() && empty == Empty::wait && result.reason.empty()) {
    result.reason = skipped + ", but a source could not be read";
  }
  if (result.reason.empty()) return drafted;
  result.what = Composed::What::waits;
  return std::nullopt;
}

Result<void> record_skipped(const config::DigestConfig& digest, store::Database& database, UtcTime now,
                            const Draft& draft, Composed& result) {
  auto row = row_of(digest, draft, digest.title);
  row.reason = result.reason;
  digest::EditionTable editions{database};
  TIDINGS_LET(auto transaction, database.begin());
  const bool had_posts = draft.selection.skipped.empty();
  TIDINGS_LET(result.edition, had_posts ? editions.record_skipped(row, draft.selection, now)
                                        : editions.record_skipped(row, now));
  TIDINGS_TRY(editions.add_left_out(result.edition, result.left_out));
  return transaction.commit();
}

}  // namespace

EditionFacts facts_of(const Draft& draft) {
  return {.number = draft.number,
          .period = draft.plan.period,
          .date = draft.plan.scheduled,
          .shown = dates_of(draft.selection.posts)};
}

digest::NewEdition row_of(const config::DigestConfig& digest, const Draft& draft, std::string title) {
  return {.digest = digest.name,
          .scheduled = draft.plan.scheduled,
          .period = draft.plan.period,
          .cut = draft.cut,
          .title = std::move(title),
          .reason = {}};
}

Result<std::string> source_to_wait_for(const config::Config& config, const config::DigestConfig& digest,
                                       store::Database& database) {
  if (!digest.hold_on_source_error) return std::string{};
  TIDINGS_LET(const auto sources, source::SourceTable(database).list());
  for (const auto& source : sources) {
    const bool ours = digest.takes(source.name) && config.find_source(source.name) != nullptr;
    if (ours && (source.error_streak > 0 || source.gone)) {
      return fmt::format("{}: {}", source.name, source.last_error);
    }
  }
  return std::string{};
}

Result<std::optional<Draft>> draft(const config::Config& config, const config::DigestConfig& digest,
                                   store::Database& database, const Clock& clock, When when) {
  digest::EditionTable editions{database};
  const auto now = clock.now();
  TIDINGS_LET(const auto history, editions.history(digest.name, now));
  const auto plan = plan_of(digest, config.newsletter.zone, history, now, when);
  if (!plan) return std::optional<Draft>{};
  // Posts first seen in this very instant count as before the cut: collect and compose share one clock.
  Draft result{.plan = *plan,
               .cut = now + std::chrono::milliseconds{1},
               .number = history.next_number,
               .selection = {},
               .posts = {},
               .bounds = {}};
  TIDINGS_LET(const auto options, select_options(config, digest, database));
  result.bounds = digest::EditionTable::bounds(*plan, history, result.cut);
  TIDINGS_LET(const auto weighed, editions.candidates(digest.name, options, result.bounds));
  result.selection = digest::select(weighed.candidates, options, result.bounds);
  auto& left_out = result.selection.left_out;
  left_out.insert(left_out.begin(), weighed.left_out.begin(), weighed.left_out.end());
  if (result.selection.skipped.empty()) {
    TIDINGS_LET(result.posts, load_shown(database, result.selection.posts));
  }
  return std::optional{std::move(result)};
}

Result<void> meet_digests(const config::Config& config, store::Database& database, UtcTime now) {
  std::vector<std::string> names;
  for (const auto& digest : config.digests) names.push_back(digest.name);
  return digest::EditionTable(database).meet(names, now);
}

Result<Outlook> outlook(const config::Config& config, const config::DigestConfig& digest,
                        store::Database& database, UtcTime now) {
  const auto& zone = config.newsletter.zone;
  TIDINGS_LET(const auto history, digest::EditionTable(database).history(digest.name, now));
  Outlook out;
  out.due = digest::due_plan(digest.schedule, zone, history, now);
  out.held = out.due && digest::too_late(out.due->scheduled, now, config.delivery.max_lateness);
  out.next_run = digest.schedule.next_run(now, zone);
  return out;
}

Result<Composed> compose(const config::Config& config, const config::DigestConfig& digest,
                         store::Database& database, const Clock& clock, When when, Empty empty) {
  Composed result;
  result.digest = digest.name;
  result.next_run = digest.schedule.next_run(clock.now(), config.newsletter.zone);
  TIDINGS_LET(auto renderer, Renderer::load(config, digest));
  FoundImages images;
  if (digest.inline_images && !digest.review) {
    // Fetched before the transaction begins: others write meanwhile. What changes in between shows as a link.
    TIDINGS_LET(const auto ahead, decide(config, digest, database, clock, when, empty, result));
    if (!ahead) return result;
    auto facts = facts_of(*ahead);
    TIDINGS_TRY(take_intro_once(digest, database, facts));
    TIDINGS_LET(images, fetch_images(config, digest, renderer, facts, ahead->posts));
  }
  TIDINGS_LET(auto transaction, database.begin());
  TIDINGS_LET(const auto drafted, decide(config, digest, database, clock, when, empty, result));
  if (!drafted) return result;
  result.reason = drafted->selection.skipped;
  result.left_out = left_out_of(*drafted);
  if (result.reason.empty()) {
    if (digest.review) {
      TIDINGS_TRY(insert_draft(digest, database, clock, renderer, *drafted, result));
    } else {
      TIDINGS_TRY(seal_now(config, digest, database, clock, renderer, *drafted, images, result));
    }
    if (result.recipients > 0) {
      TIDINGS_TRY(transaction.commit());
      return result;
    }
    result.edition = {};
    result.reason = nobody_to_send_to;
  }
  result.what = Composed::What::skipped;
  if (when == When::now) return result;  // asked for by hand: nothing to send, nothing to record
  transaction.rollback();                // the half-made edition without recipients must not stay
  TIDINGS_TRY(record_skipped(digest, database, clock.now(), *drafted, result));
  return result;
}

}  // namespace tidings::edition
