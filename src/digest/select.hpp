// Which posts an edition carries, in which order and groups. Pure: from candidates to a selection.
//
// A candidate is a post first seen before the cut, in no earlier edition of the digest that was not
// cancelled. First sight decides: it belongs to the first edition whose cut comes after it, and what waits
// never expires.
// - Sources, topics, include and exclude of the digest must match; it must not be hidden, nor set aside with
// a flood.
// - Age cuts in one place: what a source's first reading brought is taken one regular period back, in the
// digest's first edition
//   from its period on. max_age is the publisher's own limit, between publication and first sight, and never
//   cuts what was published since the source was last read. What an editor released is not asked for its age.
//   Neither is an undated post: one without a date, or with one in the future of our first sight.
// - The same article of several sources appears once, naming all of them: equal link keys, else equal title
// keys and nearly the
//   same text. Two posts of one source are never joined, nor is a key by which one source names two posts, a
//   bare host as link, or a title key under 8 code points. A link that an earlier edition carried from
//   another source is a repeat and is left out for good.
// - So does one story that several sources tell in nearly the same words, under whatever title and link; if
// an earlier edition carried it from another source, it is a repeat as well.
// - Pinned posts come first. What max_posts cuts stays a candidate for the next edition, or is listed as
// "more on the web"
//   and has had its turn by that; at most most_links are.
// - When max_posts cuts, the sources take turns: the first of each in the order of reading, then the second
// of each, and so on, until the edition is full. So no source drowns the others. What waits is counted by
// source.
// - Equal dates keep the order of the source, whichever order was chosen.
// - Below min_posts nothing is chosen and every post stays a candidate; an empty edition is never made.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/zone.hpp"
#include "digest/digest.hpp"

namespace tidings::digest {

/// A post, with only what selection needs.
struct Candidate {
  PostId id;
  SourceId source;
  std::string source_name;
  std::optional<UtcTime> published;
  UtcTime first_seen{};
  std::string title;
  std::string link_key;
  std::string title_key;
  std::vector<std::string> tags;
  bool pinned = false;
  bool hidden = false;
  bool dropped = false;    ///< by include or exclude of its source
  bool set_aside = false;  ///< with a flood of old posts, or without a date, and not released
  bool released = false;   ///< by an editor: its age does not matter
  std::optional<UtcTime>
      read_before{};       ///< its source's last good reading before the one that brought it; none: the first
  std::int64_t place = 0;  ///< in the source's own order
  std::optional<UtcTime>
      first_run{};  ///< of a first reading: the first run that judged it; none: the current one
  bool link_shared =
      false;  ///< its source uses the same link for another post: the link identifies no article
  std::optional<PostId>
      repeat_of;  ///< an earlier edition of this digest carried this link from another source

  bool operator==(const Candidate&) const = default;

  [[nodiscard]] bool dated() const { return published && *published <= first_seen; }
  [[nodiscard]] UtcTime date() const { return dated() ? *published : first_seen; }
  /// The date lies before a reading that did not show the post. A date at midnight may stand for the whole
  /// day.
  [[nodiscard]] bool backdated() const;
};

/// A configured source as the digest sees it.
struct SourceTopics {
  std::string name;
  std::vector<std::string> topics;
  int weight = 0;  ///< order = "source": heavier first, then as configured
};

enum class Order { newest, oldest, source, cited };  ///< cited: by most sources first
enum class GroupBy { day, source, topic, none };
enum class Overflow {
  wait,
  list
};  ///< posts beyond max_posts: wait for the next edition, or become links at the end of this one

/// Who goes first when there are more posts than places.
enum class Turns {
  by_source,  ///< a fair share: the sources take turns
  by_order    ///< the first in the order of reading, whoever brings them
};

/// Links "more on the web" at the end of an edition, at most: a mail is no list of ten thousand lines. The
/// others wait.
constexpr std::size_t most_links = 100;

/// Why a post was joined to another.
enum class JoinedBy {
  link,   ///< one link
  title,  ///< one title over nearly the same text
  text,   ///< nearly the same text under another title and link
};

/// Two posts that say nearly the same.
struct NearDuplicate {
  PostId one;
  PostId other;
  int percent = 0;  ///< of the shorter text is in the other

  bool operator==(const NearDuplicate&) const = default;
};

/// The part of a [[digest]] that decides the choice.
struct SelectOptions {
  std::vector<SourceTopics> sources;  ///< all of the configuration in its order; posts of others are left out
  std::vector<std::string> only_sources;  ///< names; empty: all
  std::vector<std::string> only_topics;   ///< empty: all
  std::function<bool(PostId)> keeps_out;  ///< include and exclude of the digest; none: all are taken
  std::optional<std::chrono::milliseconds> max_age;
  Order order = Order::newest;
  GroupBy group_by = GroupBy::day;
  std::size_t min_posts = 1;  ///< 0 counts as 1
  std::optional<std::size_t> max_posts;
  std::optional<std::size_t> max_per_source;  ///< posts shown of one source, pinned ones besides
  Turns turns = Turns::by_source;
  Overflow overflow = Overflow::wait;
  /// Whether two posts with one title have nearly the same text; called for few. None: titles join nothing.
  std::function<bool(PostId, PostId)> same_text;
  /// Those of the candidates that tell one story, best first; asked once. `other` may be a post that an
  /// earlier edition carried from another source: the candidate repeats it. None: texts alone join nothing.
  std::function<std::vector<NearDuplicate>(std::span<const Candidate* const>)> near_duplicates;
  /// How many other sources link to one of these posts of one article, or bring it. None: nobody counts.
  std::function<int(std::span<const Candidate>)> citations;
};

/// The bounds in time of one edition.
struct SelectBounds {
  UtcTime cut{};  ///< first seen before this
  UtcTime scheduled{};
  std::chrono::milliseconds nominal{};  ///< one regular period
  UtcTime owed_from{};                  ///< first seen at or after this
  UtcTime origin_from{};                ///< of the first edition, this one if there is none before
  UtcTime origin_cut{};
  UtcTime
      judged_cut{};  ///< of the previous edition: posts left out for good by then have already been counted
};

/// Why a post stands in another's place.
struct JoinReason {
  JoinedBy by = JoinedBy::link;
  int percent = 0;  ///< of a text

  bool operator==(const JoinReason&) const = default;
};

/// A post in the edition with everything that was joined to it.
struct Selected {
  PostId id;
  SourceId source;
  std::string source_name;
  std::vector<PostId> joined;       ///< the same article elsewhere
  std::vector<SourceId> also_from;  ///< their sources, in order of date
  std::vector<JoinReason> reasons;  ///< why each was joined; known while an edition is composed only
  std::vector<std::string>
      topics;  ///< of all of them: topics of the sources and tags; folded, sorted, unique
  UtcTime date{};
  bool pinned = false;
  std::int64_t place = 0;  ///< in the source's own order
  int cited = 0;           ///< sources that link to it or bring it, its own apart

  bool operator==(const Selected&) const = default;
};

enum class LeftOut {
  waits_max_posts,
  waits_max_per_source,
  waits_min_posts,
  waits_next_edition,
  first_reading,
  flood,
  undated,
  too_old,
  source_filter,
  pattern,
  topic,
  hidden,
  repeat,
  before_first_edition,
  source,
  not_seen_yet,
};

/// Whether the post stays a candidate and comes in a later edition.
[[nodiscard]] constexpr bool waits(LeftOut why) { return why <= LeftOut::waits_next_edition; }

/// A candidate that is not in the edition, and why.
struct NotSelected {
  PostId id;
  LeftOut why{};
  std::vector<PostId> joined = {};  ///< of a post that waits
  UtcTime first_seen = {};

  bool operator==(const NotSelected&) const = default;
};

/// Posts that an edition left out for one reason.
struct LeftOutPosts {
  LeftOut why{};
  std::int64_t posts = 0;
  std::vector<PostId> named;  ///< the first thousand of them

  bool operator==(const LeftOutPosts&) const = default;
};

/// The most frequent reason first.
[[nodiscard]] std::vector<LeftOutPosts> by_reason(std::span<const NotSelected> left_out);

/// What a source has besides the posts of an edition: "17 more from Harbour Notes".
struct Surplus {
  SourceId source;
  std::int64_t posts = 0;

  bool operator==(const Surplus&) const = default;
};

struct Repeat {
  PostId id;
  PostId of;  ///< the post that an earlier edition carried

  bool operator==(const Repeat&) const = default;
};

struct Group {
  std::string key;  ///< day: "2026-01-05" in the zone; source: its name; topic: as configured, else ""; none,
                    ///< or pinned: ""
  bool pinned = false;
  std::vector<std::size_t> posts;  ///< indices into Selection::posts

  bool operator==(const Group&) const = default;
};

struct Selection {
  std::vector<Selected> posts;   ///< in reading order; empty if skipped
  std::vector<Selected> more;    ///< beyond max_posts with Overflow::list, in reading order: links at the end
  std::vector<Surplus> surplus;  ///< what waits of each source because there was no place, most first
  std::vector<Repeat> repeats;   ///< to be recorded with the edition, so that they never come up again
  std::vector<NotSelected>
      left_out;  ///< in the order of the candidates, without those of other sources; waiting ones at the end
  std::string
      skipped;  ///< why there is no edition: "no posts", "2 posts, min_posts is 3"; empty if there is one
};

/// False for an empty link key and a bare host, which many posts share.
[[nodiscard]] bool names_an_article(std::string_view link_key);

/// The reason to leave out a candidate, judged by itself; or none. For filtering while rows stream by.
[[nodiscard]] std::optional<LeftOut> judge(const Candidate& candidate, const SelectOptions& options,
                                           const SelectBounds& bounds);

/// The whole selection; candidates in any order.
[[nodiscard]] Selection select(std::span<const Candidate> candidates, const SelectOptions& options,
                               const SelectBounds& bounds);

/// One article from several posts, at least one, all of different sources; the first stands for it.
[[nodiscard]] Selected join(std::span<const Candidate> posts, const SelectOptions& options);

/// Pinned posts first, then by options.order; equal dates by source as configured, then in the source's own
/// order.
void sort_for_reading(std::vector<Selected>& posts, const SelectOptions& options);

/// What group() needs of a post, which the caller has in full by then.
struct GroupInput {
  UtcTime date{};
  std::string source_name;
  std::vector<std::string> topics;
  bool pinned = false;
};

/// The reading order cut into groups, each key once, in order of first appearance; pinned posts make the
/// first group. topic: the first of `topic_order` (topics as configured) that the post has, each post once.
[[nodiscard]] std::vector<Group> group(std::span<const GroupInput> posts, GroupBy by, const Zone& zone,
                                       std::span<const std::string> topic_order = {});

/// In words: "waiting for the next edition: max_posts reached".
[[nodiscard]] std::string_view name_of(LeftOut why);
/// In words: "the same link", "93 % of the text".
[[nodiscard]] std::string in_words(const JoinReason& reason);
/// A word for programs and the store: "max_posts".
[[nodiscard]] std::string_view key_of(LeftOut why);
[[nodiscard]] std::optional<LeftOut> parse_left_out(std::string_view key);

}  // namespace tidings::digest
