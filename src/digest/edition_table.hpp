// The editions on disk: sole writer of digests, editions, segments and all tables whose names begin with
// edition_ but edition_parts.
//
// Sealing is made of pieces that open no transaction of their own: the caller opens one, calls insert(),
// add_segment(), writes the bodies (body_table.hpp), lets the ledger add the deliveries, and commits; so an
// edition is there whole or not at all. All other mutating calls are one statement. A second edition of the
// same digest and run is refused (Errc::bad_data). States go draft -> sealed -> sending -> sent, or skipped,
// or from any open one to cancelled; a change that the state does not allow is Errc::not_permitted, one that
// has happened already is no error. Any call may fail as store/database.hpp says.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "digest/digest.hpp"
#include "digest/period.hpp"
#include "digest/select.hpp"
#include "store/database.hpp"

namespace tidings::digest {

/// The arguments of insert().
struct NewEdition {
  std::string digest;
  UtcTime scheduled{};
  std::optional<UtcTime> wall{};  ///< Plan::wall
  Period period;
  UtcTime cut{};
  std::string title;
  std::string reason;
};

/// An article shown in an earlier edition.
struct ShownBefore {
  Selected post;
  UtcTime cut{};  ///< of that edition

  bool operator==(const ShownBefore&) const = default;
};

/// One row for lists.
struct EditionSummary {
  Edition edition;
  int posts = 0;
  int segments = 0;

  bool operator==(const EditionSummary&) const = default;
};

struct EditionPage {
  std::string language;
  std::string html;

  bool operator==(const EditionPage&) const = default;
};

/// What an editor wrote in place of the digest's own; empty: nothing.
struct EditionWords {
  std::string subject;
  std::string preheader;

  bool operator==(const EditionWords&) const = default;
};

/// What an editor changed in a post of one edition; the post itself stays as it came.
struct PostChange {
  PostId post;
  std::optional<std::string> title = {};
  std::optional<std::string> note = {};     ///< Markdown, above the text
  std::optional<std::string> excerpt = {};  ///< Markdown, in place of the text

  [[nodiscard]] bool any() const { return title || note || excerpt; }
  bool operator==(const PostChange&) const = default;
};

/// What lists of editions say about one; frozen with it.
struct EditionHeadline {
  std::string title;    ///< of its first post
  std::string summary;  ///< plain text, a line or two

  bool operator==(const EditionHeadline&) const = default;
};

/// A picture sent with the edition's mails.
struct EditionImage {
  std::string content_id;  ///< the bodies have src="cid:CONTENT_ID"
  std::string url;         ///< where it was fetched
  std::string bytes;

  bool operator==(const EditionImage&) const = default;
};

/// The candidates of a digest's edition, judged.
struct Weighed {
  std::vector<Candidate> candidates;  ///< repeats are marked
  std::vector<NotSelected> left_out;  ///< by judge(), except posts of sources that the digest does not use
};

/// segments.posts: ids in reading order, joined by blanks. ids_of() skips the events behind them.
[[nodiscard]] std::string ids_text(std::span<const PostId> ids);
[[nodiscard]] std::vector<PostId> ids_of(std::string_view text);

class EditionTable {
 public:
  explicit EditionTable(store::Database& database) : database_(database) {}

  // ---- composing ----

  /// Records the digests of the configuration: a new one is known from now on. Writes only if there is a new
  /// one.
  [[nodiscard]] Result<void> meet(std::span<const std::string> digests, UtcTime now);

  /// What due_plan() needs to know about a digest. Of an edition that ends later than clock_slack after
  /// `now`, only the number counts, so that it blocks nothing.
  [[nodiscard]] Result<History> history(std::string_view digest, UtcTime now = UtcTime::max());

  /// Editions whose period ends later than clock_slack after `now`: made by a clock that was ahead. Oldest
  /// first.
  [[nodiscard]] Result<std::vector<Edition>> from_future(UtcTime now);
  /// Moves such an edition back to just after what its digest had covered before it, so that the digest
  /// continues from there. What was sent stays sent.
  [[nodiscard]] Result<void> date_back(const Edition& edition, UtcTime now);

  /// The digests whose editions have carried the post, each once.
  [[nodiscard]] Result<std::vector<std::string>> carriers(PostId post);

  /// Streams the posts that no edition of the digest has carried, first seen before `bounds.cut` and owed, or
  /// released, in order of their ids, without tags. The visitor must not write to the database; its error
  /// stops the reading and is returned.
  [[nodiscard]] Result<void> visit_candidates(std::string_view digest, const SelectBounds& bounds,
                                              const std::function<Result<void>(Candidate&&)>& visitor);

  /// visit_candidates() + judge(): everything for select() to consider, and what is left out.
  [[nodiscard]] Result<Weighed> candidates(std::string_view digest, const SelectOptions& options,
                                           const SelectBounds& bounds);

  /// The posts of editions of the digest with a cut later than `served_until`, oldest edition first,
  /// including editions that were skipped for lack of recipients; posts as they are now, without those hidden
  /// since.
  [[nodiscard]] Result<std::vector<ShownBefore>> shown_since(std::string_view digest, UtcTime served_until,
                                                             const SelectOptions& options);

  /// The bounds of a planned edition, from the digest's history.
  [[nodiscard]] static SelectBounds bounds(const Plan& plan, const History& history, UtcTime cut);

  // ---- sealing: inside the caller's transaction ----

  /// A sealed edition under the digest's next number, with its posts and links in the given order and what
  /// was joined; a draft without `sealed_at`. A draft's posts count as carried, like those of a sealed
  /// edition.
  [[nodiscard]] Result<EditionId> insert(const NewEdition& edition, const Selection& selection,
                                         std::optional<UtcTime> sealed_at);

  /// One segment; its bodies follow (body_table.hpp). Segment::posts in reading order, each a post of the
  /// edition or of its backlog.
  [[nodiscard]] Result<SegmentId> add_segment(EditionId edition, std::string_view language,
                                              std::span<const PostId> posts,
                                              std::span<const std::size_t> events = {});
  /// `note`: what was shortened, for the editor.
  [[nodiscard]] Result<void> note_segment(SegmentId segment, std::string_view note);
  /// The edition as a public page; `html` is complete, without slots.
  [[nodiscard]] Result<void> add_page(EditionId edition, std::string_view language, std::string_view html);
  [[nodiscard]] Result<void> add_image(EditionId edition, const EditionImage& image);
  [[nodiscard]] Result<void> keep_headline(EditionId edition, const EditionHeadline& headline);
  /// Once, for an edition of any state.
  [[nodiscard]] Result<void> add_left_out(EditionId edition, std::span<const LeftOutPosts> left_out);

  /// Records a run without an edition because nobody was to get it, although there were posts: the posts
  /// count as carried, or the first subscriber would get everything from before they came.
  [[nodiscard]] Result<EditionId> record_skipped(const NewEdition& edition, const Selection& selection,
                                                 UtcTime at);

  // ---- one statement each ----

  /// Records a run without an edition, with the reason; it has no number. All posts stay candidates.
  [[nodiscard]] Result<EditionId> record_skipped(const NewEdition& edition, UtcTime at);

  [[nodiscard]] Result<void> set_sending(EditionId edition, UtcTime started_at);
  [[nodiscard]] Result<void> set_sent(EditionId edition, UtcTime finished_at);
  /// Deliveries of a sent or sending edition are to be retried: it becomes sending, and its lateness counts
  /// from `at`. Errc::usage for one in another state.
  [[nodiscard]] Result<void> reopen(EditionId edition, UtcTime at);
  /// Deliveries were added to a sent edition: it becomes sending, as by reopen(), but it was finished when it
  /// was.
  [[nodiscard]] Result<void> admit(EditionId edition, UtcTime at);
  /// Not a sent or skipped one. If its sending had not begun, or has reached nobody, its posts become
  /// candidates again and its period is open again; otherwise it goes on to count as carried.
  enum class Reached { nobody, perhaps_somebody };
  [[nodiscard]] Result<void> cancel(EditionId edition, std::string_view reason, UtcTime at,
                                    Reached reached = Reached::perhaps_somebody);

  // ---- drafts: Errc::not_permitted for an edition that is no longer a draft ----

  /// Oldest first; an empty digest means all of them.
  [[nodiscard]] Result<std::vector<Edition>> drafts(std::string_view digest);
  /// What insert() was given, as now arranged; without left_out and repeats.
  [[nodiscard]] Result<Selection> choice_of(EditionId edition, const SelectOptions& options);
  /// The posts that readers will see, in this order. The others are dropped: they appear in no later edition
  /// of the digest (same_as is the post itself), but arrange() can restore them. Within the caller's
  /// transaction, which must be rolled back on Errc::bad_data (a post that is not in the draft, a post named
  /// twice, no posts left).
  [[nodiscard]] Result<void> arrange(EditionId edition, std::span<const PostId> shown);
  [[nodiscard]] Result<std::vector<PostId>> dropped_of(EditionId edition);
  [[nodiscard]] Result<void> set_intro(EditionId edition, std::string_view markdown);
  [[nodiscard]] Result<void> set_words(EditionId edition, const EditionWords& words);
  /// Exactly these.
  [[nodiscard]] Result<void> set_changes(EditionId edition, std::span<const PostChange> changes);
  /// A post that the draft left out joins those that were dropped, from where arrange() takes it.
  /// Errc::bad_data if it was not left out, or an edition of the digest has carried it since.
  [[nodiscard]] Result<void> bring_back(EditionId edition, PostId post);
  /// The draft has changed: it counts the change, and waits to be mailed again if `Mailing::again`.
  enum class Mailing { as_before, again };
  [[nodiscard]] Result<void> revise(EditionId edition, Mailing mailing);
  /// How often it was revised.
  [[nodiscard]] Result<std::int64_t> revision_of(EditionId edition);
  /// The editor has approved it by mail: the next run seals it. Any change of the draft takes that back.
  [[nodiscard]] Result<void> set_agreed(EditionId edition);
  [[nodiscard]] Result<bool> is_agreed(EditionId edition);
  /// What the next mail about the draft says first: why an answer had no effect.
  [[nodiscard]] Result<void> set_answer(EditionId edition, std::string_view answer);
  [[nodiscard]] Result<std::string> answer_of(EditionId edition);
  [[nodiscard]] Result<void> set_preflight(EditionId edition, std::string_view preflight);
  /// The report for the editor.
  [[nodiscard]] Result<std::string> preflight_of(EditionId edition);
  [[nodiscard]] Result<void> set_mailed(EditionId edition, std::string_view preflight, UtcTime at);
  /// Why a draft still waits; empty: for the editor.
  [[nodiscard]] Result<void> set_reason(EditionId edition, std::string_view reason);
  /// Whether a sealed, uncancelled edition of the digest has this introduction.
  [[nodiscard]] Result<bool> has_used_intro(std::string_view digest, std::string_view markdown);
  /// The introduction that an edition is sealed with, and which of its pictures were left out; within the
  /// sealing transaction.
  [[nodiscard]] Result<void> keep_intro(EditionId edition, std::string_view markdown);
  /// The sections of its posts, by name: exactly these. In a draft what its editor chose, "" for none; in a
  /// sealed edition where they stand.
  [[nodiscard]] Result<void> set_sections(EditionId edition, const std::map<PostId, std::string>& sections);
  [[nodiscard]] Result<std::map<PostId, std::string>> sections_in(EditionId edition);
  /// The files of the notices that it shows, a line each.
  [[nodiscard]] Result<void> keep_notices(EditionId edition, std::string_view files);
  [[nodiscard]] Result<std::string> notices_of(EditionId edition);
  [[nodiscard]] Result<void> keep_pictures(EditionId edition, std::string_view note);
  [[nodiscard]] Result<std::string> pictures_of(EditionId edition);
  /// draft -> sealed, with the title for what it now shows; the caller completes the sealing in the same
  /// transaction.
  [[nodiscard]] Result<void> approve(EditionId edition, std::string_view title, UtcTime at);

  // ---- reading ----

  /// "weekly#12", "weekly" (its newest that is not skipped), or an id ("17"). Errc::no_input says what there
  /// is.
  [[nodiscard]] Result<Edition> find(std::string_view name);
  [[nodiscard]] Result<Edition> get(EditionId edition);

  /// Newest first, those behind `after`; an empty digest means all of them.
  [[nodiscard]] Result<std::vector<EditionSummary>> list(std::string_view digest, int limit,
                                                         std::optional<EditionId> after = {});

  /// Sealed or being sent, oldest first: the work of deliver.
  [[nodiscard]] Result<std::vector<Edition>> unfinished();

  /// The posts that readers see, in reading order; the links beyond max_posts; and what was joined to what.
  [[nodiscard]] Result<std::vector<PostId>> posts_of(EditionId edition);
  [[nodiscard]] Result<std::vector<PostId>> more_of(EditionId edition);
  [[nodiscard]] Result<std::vector<Repeat>> joined_in(EditionId edition);

  /// Empty for one sealed by an older version.
  [[nodiscard]] Result<EditionHeadline> headline_of(EditionId edition);
  [[nodiscard]] Result<EditionWords> words_of(EditionId edition);
  [[nodiscard]] Result<std::vector<PostChange>> changes_in(EditionId edition);

  /// All segments of an edition in the order of their ids.
  [[nodiscard]] Result<std::vector<Segment>> segments_of(EditionId edition);
  /// As pages for everybody, by language; editions that were sealed by an older version have none.
  [[nodiscard]] Result<std::vector<EditionPage>> pages_of(EditionId edition);
  /// The most frequent reason first.
  [[nodiscard]] Result<std::vector<LeftOutPosts>> left_out_of(EditionId edition);
  /// In the order in which they were added.
  [[nodiscard]] Result<std::vector<EditionImage>> images_of(EditionId edition);

 private:
  [[nodiscard]] Result<std::vector<PostId>> shown_in(EditionId edition, int more);
  store::Database& database_;
};

}  // namespace tidings::digest
