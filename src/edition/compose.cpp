#include "edition/compose.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

#include <fmt/format.h>

#include "base/stopwatch.hpp"
#include "base/units.hpp"
#include "digest/edition_history.hpp"
#include "edition/coming_events.hpp"
#include "edition/inline_images.hpp"
#include "edition/intro.hpp"
#include "edition/left_out.hpp"
#include "edition/picture_sizes.hpp"
#include "edition/reader_hours.hpp"
#include "edition/review.hpp"
#include "edition/seal.hpp"
#include "edition/sections.hpp"
#include "edition/selection.hpp"
#include "source/source_table.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::edition {
namespace {

std::vector<JoinedPost> joined_of(const digest::Selection& selection) {
  std::vector<JoinedPost> out;
  for (const auto* const posts : {&selection.posts, &selection.more}) {
    for (const auto& post : *posts) {
      for (std::size_t i = 0; i < post.joined.size(); ++i)
        out.push_back({.id = post.joined[i], .shown = post.id, .reason = post.reasons[i]});
    }
  }
  return out;
}

/// The edition of one digest: decides whether it is owed, and writes what becomes of it.
class Composer {
 public:
  Composer(const config::Context& context, const config::DigestConfig& digest, const ComposeOptions& options)
      : context_(context),
        digest_(digest),
        when_(options.when),
        empty_(options.empty),
        on_progress_(options.on_progress),
        editions_(context.database) {
    result_.digest = digest.name;
  }

  Result<Composed> compose() {
    TIDINGS_LET(result_.next_run,
                next_run(context_.config, digest_, context_.database, context_.clock.now()));
    // What the publisher has written is read at each run: a mistake is told before an edition is due.
    if (Renderer::reads_own_files(context_.config, digest_)) TIDINGS_TRY(load_renderer());
    FoundImages images;
    if (digest_.inline_images && !digest_.review) {
      // Fetched before the transaction begins, since others write meanwhile. Pictures of posts that change in
      // between stay links.
      TIDINGS_LET(const auto ahead, decide());
      if (!ahead) return result_;
      TIDINGS_TRY(load_renderer());
      auto facts = facts_of(*ahead);
      TIDINGS_TRY(take_intro_once(digest_, context_.database, facts));
      TIDINGS_LET(images, fetch_images(context_.config, *renderer_, facts, ahead->posts));
      TIDINGS_TRY(keep_sizes(context_, images));
    }
    for (bool has_looked = false;; has_looked = true) {
      TIDINGS_LET(auto transaction, context_.database.begin());
      TIDINGS_LET(const auto drafted, decide());
      if (!drafted) return result_;
      TIDINGS_LET(const auto pictures, unmeasured_pictures(context_, digest_, drafted->posts));
      if (has_looked || pictures.empty() || !drafted->selection.skipped.empty())
        return finish(transaction, *drafted, images);
      // Others write while their hosts are asked, so everything is decided anew.
      transaction.rollback();
      TIDINGS_TRY(measure_pictures(context_, digest_, pictures));
    }
  }

 private:
  /// Seals what is decided, or records that there is nothing.
  Result<Composed> finish(store::Transaction& transaction, const Draft& drafted, const FoundImages& images) {
    result_.reason = drafted.selection.skipped;
    result_.left_out = left_out_of(drafted);
    result_.joined = joined_of(drafted.selection);
    if (result_.reason.empty()) {
      TIDINGS_TRY(load_renderer());
      TIDINGS_TRY(digest_.review ? insert_draft(*renderer_, drafted) : seal(*renderer_, drafted, images));
      result_.sections = section_names(digest_, drafted.selection.posts, {});
      result_.events = drafted.events;
      result_.notices = renderer_->notices_on(drafted.plan.scheduled);
      result_.notice_troubles = renderer_->notice_troubles(drafted.plan.scheduled);
      if (result_.recipients > 0) {
        TIDINGS_TRY(transaction.commit());
        return result_;
      }
      result_.edition = {};
      result_.reason = nobody_to_send_to;
    }
    if (when_ == When::due && digest_.schedule.follows_posts() && !drafted.selection.skipped.empty()) {
      result_.what = Composed::What::not_due;  // no run of its was missed: it waits for posts
      return result_;
    }
    result_.what = Composed::What::skipped;
    if (when_ == When::now) return result_;  // asked for by hand: nothing to send, nothing to record
    transaction.rollback();                  // the half-made edition without recipients must not stay
    TIDINGS_TRY(record_skipped(drafted));
    return result_;
  }

  /// Once.
  Result<void> load_renderer() {
    if (renderer_) return {};
    TIDINGS_LET(renderer_, Renderer::load(context_.config, digest_));
    return {};
  }

  /// The edition that is owed, if its time has come and nothing prevents it; else the result gives the
  /// reason. Writes nothing.
  Result<std::optional<Draft>> decide() {
    const auto& config = context_.config;
    TIDINGS_LET(auto drafted, draft(context_, digest_, when_));
    if (!drafted) return drafted;
    if (when_ == When::due) {
      if (digest::too_late(drafted->plan.last_hour, context_.clock.now(), config.delivery.max_lateness)) {
        result_.what = Composed::What::held;
        // The same words at every run, so that they are reported once.
        result_.reason = fmt::format("it was due {}, more than max_lateness ({}) ago",
                                     time_in_words(config.newsletter.zone, drafted->plan.scheduled),
                                     format_duration(config.delivery.max_lateness));
        return std::nullopt;
      }
      TIDINGS_LET(result_.reason, source_to_wait_for(config, digest_, context_.database));
    }
    const auto& skipped = drafted->selection.skipped;
    if (!skipped.empty() && empty_ == Empty::wait && result_.reason.empty()) {
      result_.reason = skipped + ", but a source could not be read";
    }
    if (result_.reason.empty()) return drafted;
    result_.what = Composed::What::waits;
    return std::nullopt;
  }

  /// Writes the edition into the open transaction, with its recipients.
  Result<void> seal(Renderer& renderer, const Draft& draft, const FoundImages& images) {
    const auto facts = facts_of(draft);
    TIDINGS_LET(result_.title, renderer.title(facts));
    TIDINGS_LET(result_.edition, editions_.insert(row_of(digest_, draft, result_.title), draft.selection,
                                                  context_.clock.now()));
    TIDINGS_LET(const auto sealed, seal_segments(context_, renderer,
                                                 {.edition = result_.edition,
                                                  .facts = facts,
                                                  .selection = draft.selection,
                                                  .images = images,
                                                  .on_progress = on_progress_}));
    TIDINGS_TRY(editions_.add_left_out(result_.edition, result_.left_out));
    result_.what = Composed::What::sealed;
    if (digest_.local_time)
      result_.hours = draft.plan.wall ? Composed::Hours::local : Composed::Hours::at_once;
    result_.number = draft.number;
    result_.posts = static_cast<int>(draft.selection.posts.size());
    result_.segments = sealed.segments;
    result_.recipients = sealed.recipients;
    result_.note = sealed.note;
    result_.pictures = sealed.pictures;
    return {};
  }

  /// Writes the draft into the open transaction; it has no recipients until it is approved.
  Result<void> insert_draft(Renderer& renderer, const Draft& draft) {
    TIDINGS_LET(const auto counts, subscriber::SubscriberTable(context_.database, context_.clock).counts());
    for (const auto& each : counts.digests) {
      if (each.digest == digest_.name) result_.recipients = each.confirmed;
    }
    if (result_.recipients == 0) return {};
    TIDINGS_LET(result_.title, renderer.title(facts_of(draft)));
    TIDINGS_LET(result_.edition,
                editions_.insert(row_of(digest_, draft, result_.title), draft.selection, std::nullopt));
    TIDINGS_TRY(editions_.add_left_out(result_.edition, result_.left_out));
    result_.what = Composed::What::drafted;
    result_.number = draft.number;
    result_.posts = static_cast<int>(draft.selection.posts.size());
    return {};
  }

  Result<void> record_skipped(const Draft& draft) {
    const auto now = context_.clock.now();
    auto row = row_of(digest_, draft, digest_.title);
    row.reason = result_.reason;
    TIDINGS_LET(auto transaction, context_.database.begin());
    const bool had_posts = draft.selection.skipped.empty();
    TIDINGS_LET(result_.edition, had_posts ? editions_.record_skipped(row, draft.selection, now)
                                           : editions_.record_skipped(row, now));
    TIDINGS_TRY(editions_.add_left_out(result_.edition, result_.left_out));
    return transaction.commit();
  }

  const config::Context context_;
  const config::DigestConfig& digest_;
  When when_;
  Empty empty_;
  std::function<void(const Composing&)> on_progress_;
  digest::EditionTable editions_;
  std::optional<Renderer> renderer_;
  Composed result_;
};

}  // namespace

EditionFacts facts_of(const Draft& draft) {
  return {.number = draft.number,
          .period = draft.plan.period,
          .date = draft.plan.scheduled,
          .shown = dates_of(draft.selection.posts),
          .posts = draft.selection.posts.size(),
          .more_from = draft.more_from,
          .events = draft.events};
}

digest::NewEdition row_of(const config::DigestConfig& digest, const Draft& draft, std::string title) {
  return {.digest = digest.name,
          .scheduled = draft.plan.scheduled,
          .wall = draft.plan.wall,
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

Result<std::optional<Draft>> draft(const config::Context& context, const config::DigestConfig& digest,
                                   When when) {
  auto& database = context.database;
  digest::EditionTable editions{database};
  const auto& zone = context.config.newsletter.zone;
  const auto now = context.clock.now();
  TIDINGS_LET(const auto history, editions.history(digest.name, now));
  std::optional<digest::Plan> plan;
  if (when != When::now) {
    TIDINGS_LET(plan, due_plan(context.config, digest, database, now));
  }
  if (!plan && (when == When::now || when == When::sample))
    plan = digest::plan_now(digest.schedule, zone, history, now);
  if (!plan) return std::optional<Draft>{};
  // Posts first seen at this very instant count as before the cut: collect and compose share one clock.
  Draft result{.plan = *plan,
               .cut = now + std::chrono::milliseconds{1},
               .number = history.next_number,
               .selection = {},
               .posts = {},
               .bounds = {}};
  const auto options = select_options(context.config, digest, database);
  result.bounds = digest::EditionTable::bounds(*plan, history, result.cut);
  TIDINGS_LET(const auto weighed, editions.candidates(digest.name, options, result.bounds));
  result.selection = digest::select(weighed.candidates, options, result.bounds);
  auto& left_out = result.selection.left_out;
  left_out.insert(left_out.begin(), weighed.left_out.begin(), weighed.left_out.end());
  TIDINGS_LET(result.events, coming_events(context, digest));
  if (result.selection.posts.empty() && !result.events.empty() && events_suffice(digest))
    result.selection.skipped.clear();
  if (result.selection.skipped.empty()) {
    TIDINGS_LET(result.posts, load_shown(database, result.selection.posts));
    TIDINGS_LET(result.more_from, load_more_from(database, result.selection.surplus));
  }
  return std::optional{std::move(result)};
}

Result<std::optional<std::vector<PostId>>> owed_posts(const config::Context& context,
                                                      const config::DigestConfig& digest) {
  auto& database = context.database;
  digest::EditionTable editions{database};
  const auto now = context.clock.now();
  TIDINGS_LET(const auto history, editions.history(digest.name, now));
  const auto plan = digest::plan_now(digest.schedule, context.config.newsletter.zone, history, now);
  if (!plan) return std::nullopt;
  const auto bounds = digest::EditionTable::bounds(*plan, history, now + std::chrono::milliseconds{1});
  TIDINGS_LET(const auto weighed,
              editions.candidates(digest.name, select_options(context.config, digest, database), bounds));
  std::vector<PostId> owed;
  for (const auto& each : weighed.candidates) owed.push_back(each.id);
  return std::optional{std::move(owed)};
}

Result<void> meet_digests(const config::Config& config, store::Database& database, UtcTime now) {
  std::vector<std::string> names;
  for (const auto& digest : config.digests) names.push_back(digest.name);
  return digest::EditionTable(database).meet(names, now);
}

Result<Outlook> outlook(const config::Config& config, const config::DigestConfig& digest,
                        store::Database& database, UtcTime now) {
  Outlook out;
  TIDINGS_LET(out.due, due_plan(config, digest, database, now));
  out.held = out.due && digest::too_late(out.due->last_hour, now, config.delivery.max_lateness);
  TIDINGS_LET(out.next_run, next_run(config, digest, database, now));
  return out;
}

Result<Composed> compose(const config::Context& context, const config::DigestConfig& digest,
                         const ComposeOptions& options) {
  const Stopwatch watch;
  TIDINGS_LET(auto composed, (Composer{context, digest, options}.compose()));
  if (composed.what == Composed::What::sealed) {
    TIDINGS_TRY(
        digest::HistoryTable(context.database)
            .set_compose(composed.edition, {.elapsed = watch.elapsed(), .processor = watch.processor()}));
  }
  return composed;
}

}  // namespace tidings::edition
