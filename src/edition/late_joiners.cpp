#include "edition/late_joiners.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "base/text.hpp"
#include "delivery/ledger.hpp"
#include "digest/body_table.hpp"
#include "digest/edition_history.hpp"
#include "digest/edition_table.hpp"
#include "digest/late_joins.hpp"
#include "digest/segment.hpp"
#include "edition/coming_events.hpp"
#include "edition/inline_images.hpp"
#include "edition/reader_hours.hpp"
#include "edition/selection.hpp"
#include "edition/stored_draft.hpp"
#include "message/parts.hpp"
#include "sending/deliver.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::edition {
namespace {

bool is_confirmed(const subscriber::Subscriber& known, std::string_view digest) {
  return std::ranges::any_of(known.subscriptions, [&](const subscriber::Subscription& each) {
    return each.digest == digest && each.state == subscriber::SubscriptionState::confirmed;
  });
}

/// An edition that was sealed before, and the segments that newcomers add to it.
class Admission {
 public:
  static Result<std::unique_ptr<Admission>> open(const config::Context& context,
                                                 const config::DigestConfig& digest,
                                                 const digest::Edition& edition) {
    TIDINGS_LET(auto renderer, Renderer::load(context.config, digest));
    TIDINGS_LET(auto arranged, arrangement_of(context, digest, edition));
    std::unique_ptr<Admission> admission{
        new Admission{context, edition, std::move(renderer), std::move(arranged)}};
    TIDINGS_TRY(admission->bodies_.take_up());
    TIDINGS_LET(admission->segments_, admission->editions_.segments_of(edition.id));
    TIDINGS_LET(const auto images, admission->editions_.images_of(edition.id));
    for (const auto& image : images)
      admission->images_.push_back({.attribute = escape_html(image.url), .image = image});
    return admission;
  }

  /// Nothing if the edition has no post for them.
  Result<std::optional<digest::SegmentKey>> segment_for(const subscriber::Subscriber& known) {
    TIDINGS_LET(const auto language, renderer_.language_for(known.language));
    const auto index = segmenter_.place(language, known.topics);
    if (!index) return std::nullopt;
    return segmenter_.segments()[*index];
  }

  Result<SegmentId> id_of(const digest::SegmentKey& key) {
    const auto same = std::ranges::find_if(segments_, [&](const digest::Segment& each) {
      return each.language == key.language && each.posts == key.posts && each.events == key.events;
    });
    if (same != segments_.end()) return same->id;
    TIDINGS_LET(const auto id, editions_.add_segment(edition_.id, key.language, key.posts, key.events));
    TIDINGS_TRY(render(id, key));
    segments_.push_back({.id = id,
                         .edition = edition_.id,
                         .language = key.language,
                         .posts = key.posts,
                         .events = key.events});
    return id;
  }

 private:
  Admission(const config::Context& context, const digest::Edition& edition, Renderer renderer,
            Arranged arranged)
      : database_(context.database),
        edition_(edition),
        renderer_(std::move(renderer)),
        arranged_(std::move(arranged)),
        editions_(context.database),
        bodies_(context.database, edition.id),
        segmenter_(posts_of(arranged_), segment_events(renderer_.digest(), arranged_.facts.events)) {}

  static std::vector<digest::SegmentPost> posts_of(const Arranged& arranged) {
    std::vector<digest::SegmentPost> posts;
    for (const auto& post : arranged.selection.posts) posts.push_back({.id = post.id, .topics = post.topics});
    return posts;
  }

  Result<void> render(SegmentId segment, const digest::SegmentKey& key) {
    TIDINGS_LET(const auto posts, load_shown(database_, arranged_.selection.posts));
    TIDINGS_LET(const auto links, load_shown(database_, arranged_.selection.more));
    ShownPosts shown;
    for (const auto& post : posts) {
      if (std::ranges::find(key.posts, post.post.id) != key.posts.end()) shown.posts.push_back(&post);
    }
    for (const auto& link : links) shown.more.push_back(&link);
    shown.events = key.events;
    TIDINGS_LET(auto rendered, renderer_.render(arranged_.facts, key.language, shown));
    int variant = 0;
    for (auto& body : rendered.bodies) {
      body.html = with_content_ids(std::move(body.html), images_);
      TIDINGS_TRY(bodies_.add(segment, variant++, body.subject, message::split_parts(body.text),
                              message::split_parts(body.html)));
    }
    for (const auto& image : renderer_.embedded().images()) {
      const bool is_there = std::ranges::any_of(
          images_, [&](const FoundImage& each) { return each.image.content_id == image.content_id; });
      if (is_there) continue;
      TIDINGS_TRY(editions_.add_image(edition_.id, image));
      images_.push_back({.attribute = {}, .image = image});
    }
    return rendered.note.empty() ? Result<void>{} : editions_.note_segment(segment, rendered.note);
  }

  store::Database& database_;
  const digest::Edition edition_;
  Renderer renderer_;
  Arranged arranged_;
  digest::EditionTable editions_;
  digest::BodyWriter bodies_;
  digest::Segmenter segmenter_;
  std::vector<digest::Segment> segments_;
  std::vector<FoundImage> images_;
};

class LatePlanner {
 public:
  explicit LatePlanner(const config::Context& context)
      : context_(context),
        editions_(context.database),
        ledger_(context.database, context.clock),
        table_(context.database, context.clock) {}

  Result<int> plan() {
    TIDINGS_LET(const auto waiting, digest::late_joins(context_.database));
    if (waiting.empty()) return 0;
    TIDINGS_LET(auto transaction, context_.database.begin());
    int planned = 0;
    for (const auto& join : waiting) {
      TIDINGS_LET(const auto done, decide(join));
      if (done == Decision::later) continue;
      planned += done == Decision::planned ? 1 : 0;
      TIDINGS_TRY(digest::forget_join(context_.database, join));
    }
    TIDINGS_TRY(transaction.commit());
    return planned;
  }

 private:
  enum class Decision { none, later, planned };

  Result<Decision> decide(const digest::LateJoin& join) {
    const auto* const digest = context_.config.find_digest(join.digest);
    if (digest == nullptr) return Decision::none;
    TIDINGS_LET(const auto newest, digest::newest_sealed(context_.database, join.digest));
    if (!newest) return Decision::none;
    TIDINGS_LET(const auto edition, editions_.get(*newest));
    // Whoever had joined before it was sealed is among its recipients.
    if (edition.sealed.value_or(edition.cut) >= join.joined || !is_promised(*digest, edition, join.joined))
      return Decision::none;
    const bool is_open = edition.state != digest::EditionState::sent;
    if (is_open && sending::is_held(context_.config, edition, context_.clock.now())) return Decision::later;
    TIDINGS_LET(const auto history, digest::HistoryTable(context_.database).of(edition.id));
    if (history.dropped) return Decision::none;  // its mails are no longer kept
    TIDINGS_LET(const auto known, table_.find(join.subscriber));
    if (!known || !is_confirmed(*known, join.digest)) return Decision::none;
    return admit(*digest, edition, *known);
  }

  /// However old with welcome = "latest"; else for a while after its first mail.
  [[nodiscard]] bool is_promised(const config::DigestConfig& digest, const digest::Edition& edition,
                                 UtcTime joined) const {
    if (context_.config.web.welcome == config::Welcome::latest) return true;
    const auto went_out = edition.started.value_or(edition.sealed.value_or(edition.cut));
    return digest.late_joiners && joined - went_out < *digest.late_joiners;
  }

  Result<Decision> admit(const config::DigestConfig& digest, const digest::Edition& edition,
                         const subscriber::Subscriber& known) {
    auto& admission = admissions_[edition.id];
    if (!admission) {
      TIDINGS_LET(admission, Admission::open(context_, digest, edition));
    }
    TIDINGS_LET(const auto key, admission->segment_for(known));
    if (!key) return Decision::none;
    TIDINGS_LET(const auto brought, digest::brought_to(context_.database, known.id));
    const bool has_had = std::ranges::any_of(
        key->posts, [&](PostId post) { return std::ranges::find(brought, post) != brought.end(); });
    if (has_had) return Decision::none;
    TIDINGS_LET(const auto rows, ledger_.list({.edition = edition.id, .subscriber = known.id, .state = {}}));
    if (!rows.empty()) return Decision::none;
    TIDINGS_LET(const auto segment, admission->id_of(*key));
    delivery::Planned planned{.subscriber = known.id, .segment = segment};
    if (edition.wall)
      planned.due =
          std::max(context_.clock.now(), ReaderHours{context_.config, *edition.wall}.in(known.timezone));
    TIDINGS_TRY(ledger_.admit(edition.id, planned));
    TIDINGS_TRY(editions_.admit(edition.id, context_.clock.now()));
    return Decision::planned;
  }

  const config::Context context_;
  digest::EditionTable editions_;
  delivery::Ledger ledger_;
  subscriber::SubscriberTable table_;
  std::map<EditionId, std::unique_ptr<Admission>> admissions_;
};

}  // namespace

bool admits_late_joiners(const config::Config& config, std::string_view digest) {
  const auto* const known = config.find_digest(digest);
  return known != nullptr &&
         (config.web.welcome == config::Welcome::latest || known->late_joiners.has_value());
}

Result<int> plan_late_joiners(const config::Context& context) { return LatePlanner{context}.plan(); }

}  // namespace tidings::edition
