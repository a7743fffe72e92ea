#include "edition/seal.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/check.hpp"
#include "base/text.hpp"
#include "delivery/ledger.hpp"
#include "digest/announced_events.hpp"
#include "digest/body_table.hpp"
#include "digest/carry_over.hpp"
#include "digest/edition_history.hpp"
#include "digest/edition_table.hpp"
#include "digest/segment.hpp"
#include "edition/coming_events.hpp"
#include "edition/intro.hpp"
#include "edition/reader_hours.hpp"
#include "edition/sections.hpp"
#include "edition/selection.hpp"
#include "message/parts.hpp"
#include "post/normalise.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::edition {
namespace {

constexpr std::size_t planned_at_once = 240;

class Sealer {
 public:
  Sealer(const config::Context& context, Renderer& renderer, const ToSeal& what, digest::CarryOver carry)
      : config_(context.config),
        digest_(renderer.digest()),
        database_(context.database),
        clock_(context.clock),
        renderer_(renderer),
        what_(what),
        facts_(what.facts),
        carry_(std::move(carry)),
        editions_(context.database),
        bodies_(context.database, what.edition),
        ledger_(context.database, context.clock),
        segmenter_(carry_.segment_posts(), segment_events(renderer.digest(), what.facts.events)) {}

  Result<Sealed> seal() {
    TIDINGS_TRY(plan_recipients());
    TIDINGS_TRY(load_posts());
    TIDINGS_LET(const bool has_intro, take_intro_once(digest_, database_, facts_));
    if (has_intro) TIDINGS_TRY(editions_.keep_intro(what_.edition, facts_.intro_markdown));
    for (const auto& found : what_.images.images)
      TIDINGS_TRY(editions_.add_image(what_.edition, found.image));
    for (std::size_t i = 0; i < segments_.size(); ++i) {
      TIDINGS_TRY(render(i));
      advance("segments", static_cast<std::int64_t>(i) + 1, static_cast<std::int64_t>(segments_.size()));
    }
    TIDINGS_TRY(write_pages());
    TIDINGS_TRY(keep_headline());
    TIDINGS_TRY(keep_sections());
    TIDINGS_TRY(digest::keep_announced(database_, what_.edition, facts_.events));
    TIDINGS_TRY(editions_.keep_notices(what_.edition, renderer_.notices_on(facts_.date)));
    for (const auto& image : renderer_.embedded().images())
      TIDINGS_TRY(editions_.add_image(what_.edition, image));
    const auto pictures = in_words(what_.images, renderer_.embedded());
    TIDINGS_TRY(editions_.keep_pictures(what_.edition, pictures));
    TIDINGS_TRY(digest::HistoryTable(database_).set_mail_bytes(what_.edition, largest_));
    TIDINGS_TRY(carry_.settle(what_.facts.period, what_.selection));
    return Sealed{.segments = static_cast<int>(segments_.size()),
                  .recipients = recipients_,
                  .note = note_,
                  .pictures = pictures};
  }

 private:
  Result<void> plan_recipients() {
    TIDINGS_LET(const auto edition, editions_.get(what_.edition));
    std::optional<ReaderHours> hours;
    if (edition.wall) hours.emplace(config_, *edition.wall);
    subscriber::SubscriberTable subscribers{database_, clock_};
    const auto told = subscribers.for_each_recipient(
        digest_.name, [&](const subscriber::Recipient& recipient) -> Result<void> {
          TIDINGS_LET(const auto language, language_for(recipient.language));
          TIDINGS_LET(const auto owed, carry_.owed(recipient.id));
          const auto index = owed ? segmenter_.place_only(language, recipient.topics, *owed)
                                  : segmenter_.place(language, recipient.topics);
          if (!index) return {};
          if (*index == segments_.size()) {
            const auto& key = segmenter_.segments()[*index];
            TIDINGS_LET(const auto id,
                        editions_.add_segment(what_.edition, key.language, key.posts, key.events));
            segments_.push_back(id);
          }
          ++recipients_;
          planned_.push_back({.subscriber = recipient.id, .segment = segments_[*index]});
          // Lateness counts from an editor's approval.
          if (hours)
            planned_.back().due =
                std::max(hours->in(recipient.timezone), edition.approved.value_or(UtcTime{}));
          return planned_.size() < planned_at_once ? Result<void>{} : write_planned();
        });
    TIDINGS_TRY(told);
    return write_planned();
  }

  Result<void> write_planned() {
    TIDINGS_TRY(ledger_.plan(what_.edition, planned_));
    planned_.clear();
    advance("subscribers", recipients_, 0);
    return {};
  }

  void advance(std::string_view unit, std::int64_t done, std::int64_t all) const {
    if (!what_.on_progress) return;
    what_.on_progress({.digest = digest_.name, .unit = unit, .done = done, .all = all});
  }

  Result<std::string> language_for(const std::string& wanted) {
    auto it = languages_.find(wanted);
    if (it == languages_.end()) {
      TIDINGS_LET(auto found, renderer_.language_for(wanted));
      it = languages_.emplace(wanted, std::move(found)).first;
    }
    return it->second;
  }

  Result<void> load_posts() {
    TIDINGS_LET(shown_, load_shown(database_, carry_.posts()));
    for (const auto& shown : shown_) by_id_.emplace(shown.post.id, &shown);
    TIDINGS_LET(links_, load_shown(database_, what_.selection.more));
    for (const auto& shown : links_) more_.push_back(&shown);
    return {};
  }

  Result<void> render(std::size_t index) {
    const auto& key = segmenter_.segments()[index];
    std::vector<const ShownPost*> posts;
    for (const auto id : key.posts) {
      const auto it = by_id_.find(id);
      TIDINGS_CHECK(it != by_id_.end());
      posts.push_back(it->second);
    }
    TIDINGS_LET(auto rendered,
                renderer_.render(facts_of(key.posts), key.language,
                                 {.posts = std::move(posts), .more = more_, .events = key.events}));
    for (auto& body : rendered.bodies)
      body.html = with_content_ids(std::move(body.html), what_.images.images);
    for (std::size_t variant = 0; variant < rendered.bodies.size(); ++variant) {
      const auto& body = rendered.bodies[variant];
      largest_ = std::max(largest_, static_cast<std::int64_t>(body.text.size() + body.html.size()));
      TIDINGS_TRY(bodies_.add(segments_[index], static_cast<int>(variant), body.subject,
                              message::split_parts(body.text), message::split_parts(body.html)));
    }
    if (!rendered.note.empty()) {
      TIDINGS_TRY(editions_.note_segment(segments_[index], rendered.note));
      note_ = rendered.note;
    }
    return {};
  }

  /// For lists of editions.
  Result<void> keep_headline() {
    digest::EditionHeadline headline;
    std::vector<std::string> others;
    for (const auto& selected : what_.selection.posts) {
      const auto shown = by_id_.find(selected.id);
      if (shown == by_id_.end()) continue;
      const auto change = facts_.changes.find(selected.id);
      const bool renamed = change != facts_.changes.end() && change->second.title;
      auto title =
          collapse_blanks(renamed ? *change->second.title : post::display_title(shown->second->post));
      if (headline.title.empty()) {
        headline.title = std::move(title);
      } else if (others.size() < 4) {
        others.push_back(std::move(title));
      }
    }
    if (headline.title.empty() && !facts_.events.empty()) headline.title = facts_.events.front().event.title;
    headline.summary = join(others, " · ");
    return editions_.keep_headline(what_.edition, headline);
  }

  /// Where the posts stand, for those who ask later.
  Result<void> keep_sections() {
    if (digest_.sections.empty()) return {};
    return editions_.set_sections(what_.edition,
                                  section_names(digest_, what_.selection.posts, facts_.sections));
  }

  /// What was carried over to a segment is older than the edition: its title covers those days too.
  [[nodiscard]] EditionFacts facts_of(std::span<const PostId> posts) const {
    auto facts = facts_;
    for (const auto& post : carry_.posts()) {
      if (!facts.shown || std::ranges::find(posts, post.id) == posts.end()) continue;
      facts.shown->oldest = std::min(facts.shown->oldest, post.date);
      facts.shown->newest = std::max(facts.shown->newest, post.date);
    }
    return facts;
  }

  /// The whole edition for the archive, in the newsletter's language and those of its subscribers.
  Result<void> write_pages() {
    if (!digest_.archive || recipients_ == 0) return {};
    ShownPosts shown{.posts = {}, .more = more_, .events = all_of(facts_.events.size())};
    for (const auto& post : what_.selection.posts) shown.posts.push_back(by_id_.at(post.id));
    std::set<std::string> tags;
    TIDINGS_LET(auto own, renderer_.language_for(""));
    tags.insert(std::move(own));
    for (const auto& segment : segmenter_.segments()) tags.insert(segment.language);
    for (const auto& language : tags) {
      TIDINGS_LET(const auto html, renderer_.render_page(facts_, language, shown));
      TIDINGS_TRY(editions_.add_page(what_.edition, language, html));
    }
    return {};
  }

  const config::Config& config_;
  const config::DigestConfig& digest_;
  store::Database& database_;
  const Clock& clock_;
  Renderer& renderer_;
  const ToSeal& what_;
  EditionFacts facts_;  ///< with the introduction
  digest::CarryOver carry_;
  digest::EditionTable editions_;
  digest::BodyWriter bodies_;
  delivery::Ledger ledger_;
  digest::Segmenter segmenter_;
  std::vector<ShownPost> shown_;
  std::vector<ShownPost> links_;
  std::vector<const ShownPost*> more_;
  std::string note_;
  std::unordered_map<PostId, const ShownPost*> by_id_;
  std::vector<SegmentId> segments_;
  std::vector<delivery::Planned> planned_;  // not written yet
  std::map<std::string, std::string> languages_;
  std::int64_t recipients_ = 0;
  std::int64_t largest_ = 0;  // mail, in octets
};

}  // namespace

Result<void> end_pauses(const config::Context& context) {
  TIDINGS_LET(const auto ended, subscriber::SubscriberTable(context.database, context.clock).end_pauses());
  for (const auto& one : ended)
    TIDINGS_TRY(digest::record_resumption(context.database, one.subscriber, one.digest));
  return {};
}

Result<Sealed> seal_segments(const config::Context& context, Renderer& renderer, const ToSeal& what) {
  auto& database = context.database;
  TIDINGS_TRY(end_pauses(context));
  const auto& digest = renderer.digest();
  const auto options = select_options(context.config, digest, database);
  TIDINGS_LET(auto carry, digest::CarryOver::open(database, digest.name, what.selection.posts, options));
  return Sealer(context, renderer, what, std::move(carry)).seal();
}

}  // namespace tidings::edition
