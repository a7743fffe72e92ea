#include "app/compose.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "delivery/ledger.hpp"
#include "digest/segment.hpp"
#include "post/post_table.hpp"
#include "source/source_table.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::app {
namespace {

Result<std::optional<digest::TitlePattern>> pattern(const std::string& text) {
  if (text.empty()) return std::optional<digest::TitlePattern>{};
  TIDINGS_LET(auto compiled, digest::TitlePattern::compile(text));
  return std::optional{std::move(compiled)};
}

Result<digest::SelectOptions> select_options(const Config& config, const DigestConfig& digest) {
  digest::SelectOptions options;
  for (const auto& source : config.sources) options.sources.push_back({.name = source.spec.name, .topics = source.topics, .weight = 0});
  options.only_sources = digest.sources;
  options.only_topics = digest.topics;
  TIDINGS_LET(options.include, pattern(digest.include));
  TIDINGS_LET(options.exclude, pattern(digest.exclude));
  options.order = static_cast<digest::Order>(digest.order);
  options.group_by = static_cast<digest::GroupBy>(digest.group_by);
  options.min_posts = static_cast<std::size_t>(digest.min_posts);
  if (digest.max_posts > 0) options.max_posts = static_cast<std::size_t>(digest.max_posts);
  return options;
}

/// Source names as the reader knows them: the feed's own title where it has one.
Result<std::map<SourceId, std::string>> source_names(store::Database& database) {
  std::map<SourceId, std::string> names;
  TIDINGS_LET(const auto sources, source::SourceTable(database).list());
  for (const auto& source : sources) names[source.id] = source.title.empty() ? source.name : source.title;
  return names;
}

Result<std::vector<ShownPost>> load_posts(store::Database& database, const digest::Selection& selection) {
  std::vector<PostId> ids;
  for (const auto& selected : selection.posts) ids.push_back(selected.id);
  TIDINGS_LET(auto posts, post::PostTable(database).load(ids));
  TIDINGS_LET(const auto names, source_names(database));
  std::vector<ShownPost> shown;
  for (std::size_t i = 0; i < posts.size(); ++i) {
    const auto& selected = selection.posts[i];
    ShownPost each{.post = std::move(posts[i]), .sources = {names.at(selected.source)}, .topics = selected.topics};
    for (const auto& other : selected.also_from) each.sources.push_back(names.at(other));
    shown.push_back(std::move(each));
  }
  return shown;
}

std::optional<digest::Plan> plan_of(const DigestConfig& digest, const Zone& zone, const digest::History& history, UtcTime now, When when) {
  if (when == When::now) return digest::plan_now(digest.schedule, zone, history, now);
  auto plan = digest::due_plan(digest.schedule, zone, history, now);
  if (!plan && when == When::sample) plan = digest::plan_now(digest.schedule, zone, history, now);
  return plan;
}

/// The writing half of compose(): everything in the transaction that the caller opens and commits.
class Sealer {
 public:
  Sealer(const Config& config, const DigestConfig& digest, store::Database& database, const Clock& clock, Renderer& renderer,
         const Draft& draft)
      : config_(config), digest_(digest), database_(database), clock_(clock), renderer_(renderer), draft_(draft),
        editions_(database), ledger_(database, clock), segmenter_(segment_posts(draft)) {}

  Result<Composed> seal() {
    const EditionFacts facts{.number = draft_.number, .period = draft_.plan.period, .date = draft_.plan.scheduled};
    TIDINGS_LET(const auto title, renderer_.title(facts));
    TIDINGS_LET(const auto edition,
                editions_.insert({.digest = digest_.name,
                                  .scheduled = draft_.plan.scheduled,
                                  .period = draft_.plan.period,
                                  .cut = draft_.cut,
                                  .title = title,
                                  .reason = {}},
                                 draft_.selection, clock_.now()));
    TIDINGS_TRY(plan_recipients(edition));
    for (std::size_t i = 0; i < segments_.size(); ++i) TIDINGS_TRY(render(facts, i));
    return Composed{.digest = digest_.name,
                    .what = Composed::What::sealed,
                    .edition = edition,
                    .number = draft_.number,
                    .title = title,
                    .posts = static_cast<int>(draft_.posts.size()),
                    .segments = static_cast<int>(segments_.size()),
                    .recipients = recipients_,
                    .reason = {},
                    .next_run = digest_.schedule.next_run(clock_.now(), config_.newsletter.zone)};
  }

 private:
  static std::vector<digest::SegmentPost> segment_posts(const Draft& draft) {
    std::vector<digest::SegmentPost> posts;
    for (const auto& selected : draft.selection.posts) posts.push_back({.id = selected.id, .topics = selected.topics});
    return posts;
  }

  Result<void> plan_recipients(EditionId edition) {
    subscriber::SubscriberTable subscribers{database_, clock_};
    return subscribers.for_each_recipient(digest_.name, [&](const subscriber::Recipient& recipient) -> Result<void> {
      TIDINGS_LET(const auto language, language_for(recipient.language));
      const auto index = segmenter_.place(language, recipient.topics);
      if (!index) return {};
      if (*index == segments_.size()) {
        const auto& key = segmenter_.segments()[*index];
        TIDINGS_LET(const auto id, editions_.add_segment(edition, key.language, key.posts));
        segments_.push_back(id);
      }
      ++recipients_;
      return ledger_.plan(edition, recipient.id, segments_[*index]);
    });
  }

  Result<std::string> language_for(const std::string& wanted) {
    auto it = languages_.find(wanted);
    if (it == languages_.end()) {
      TIDINGS_LET(auto found, renderer_.language_for(wanted));
      it = languages_.emplace(wanted, std::move(found)).first;
    }
    return it->second;
  }

  Result<void> render(const EditionFacts& facts, std::size_t index) {
    const auto& key = segmenter_.segments()[index];
    std::vector<const ShownPost*> posts;
    for (const auto id : key.posts) {
      const auto it = std::ranges::find_if(draft_.posts, [&](const ShownPost& shown) { return shown.post.id == id; });
      TIDINGS_CHECK(it != draft_.posts.end());
      posts.push_back(&*it);
    }
    TIDINGS_LET(const auto bodies, renderer_.render(facts, key.language, posts));
    for (std::size_t variant = 0; variant < bodies.size(); ++variant) {
      TIDINGS_TRY(editions_.add_body(segments_[index], static_cast<int>(variant), bodies[variant]));
    }
    return {};
  }

  const Config& config_;
  const DigestConfig& digest_;
  store::Database& database_;
  const Clock& clock_;
  Renderer& renderer_;
  const Draft& draft_;
  digest::EditionTable editions_;
  delivery::Ledger ledger_;
  digest::Segmenter segmenter_;
  std::vector<SegmentId> segments_;
  std::map<std::string, std::string> languages_;
  std::int64_t recipients_ = 0;
};

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
  Draft result{.plan = *plan, .cut = now + std::chrono::milliseconds{1}, .number = history.next_number, .selection = {}, .posts = {}};
  TIDINGS_LET(const auto options, select_options(config, digest));
  const auto bounds = digest::EditionTable::bounds(*plan, history, result.cut, digest.max_age);
  TIDINGS_LET(const auto candidates, editions.candidates(digest.name, options, bounds));
  result.selection = digest::select(candidates, options, bounds);
  if (result.selection.skipped.empty()) {
    TIDINGS_LET(result.posts, load_posts(database, result.selection));
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
    TIDINGS_LET(auto sealed, Sealer(config, digest, database, clock, renderer, *thought_out).seal());
    if (sealed.recipients > 0) {
      TIDINGS_TRY(transaction.commit());
      return sealed;
    }
    skipped = "nobody to send it to";
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

}  // namespace tidings::app
