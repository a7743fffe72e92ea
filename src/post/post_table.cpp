#include "post/post_table.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include <fmt/format.h>

#include "post/first_sight.hpp"

namespace tidings::post {
namespace {

// Adjacent literals are joined when compiled: both queries below share the columns that read() expects.
#define TIDINGS_SELECT_POSTS                                                                             \
  "SELECT id, source_id, identity, link, link_key, title, title_key, author, published_ms, updated_ms, " \
  "first_seen_ms, "                                                                                      \
  "image_url, image_alt, html, summary_html, language, content_hash, hidden, pinned, audio_url, "        \
  "audio_seconds, dropped "                                                                              \
  "FROM posts "

Post read(const store::Statement& row) {
  return {.id = {row.integer(0)},
          .source = {row.integer(1)},
          .identity = row.text(2),
          .link = row.text(3),
          .link_key = row.text(4),
          .title = row.text(5),
          .title_key = row.text(6),
          .author = row.text(7),
          .published = row.optional_time(8),
          .updated = row.optional_time(9),
          .first_seen = row.time(10),
          .image_url = row.text(11),
          .image_alt = row.text(12),
          .html = row.text(13),
          .summary_html = row.text(14),
          .language = row.text(15),
          .tags = {},
          .audio_url = row.text(19),
          .audio_duration = std::chrono::seconds{row.integer(20)},
          .dropped = row.text(21),
          .content_hash = row.text(16),
          .hidden = row.integer(17) != 0,
          .pinned = row.integer(18) != 0};
}

/// A row that may be the entry's.
struct Known {
  PostId id;
  std::string content_hash;
};

/// One entry with something to write; `known` is set if it replaces a row.
struct Change {
  PostId known;
  Post post;
  std::int64_t place = 0;  ///< of a new one
};

/// An entry's post in the order of the feed: a row, or a change that becomes one.
struct Slot {
  PostId known;
  std::size_t change = 0;
};

/// How often guids and links occur in one feed: repeated ones identify no entry.
class Repeats {
 public:
  explicit Repeats(std::span<const source::Entry> entries) {
    for (const auto& entry : entries) {
      ++guids_[entry.id];
      ++links_[entry.link];
    }
  }
  [[nodiscard]] Guid guid(const source::Entry& entry) const {
    return guids_.at(entry.id) > 1 ? Guid::repeated : Guid::trusted;
  }
  [[nodiscard]] bool is_link_unique(const source::Entry& entry) const { return links_.at(entry.link) == 1; }

 private:
  std::unordered_map<std::string_view, int> guids_;
  std::unordered_map<std::string_view, int> links_;
};

Result<std::optional<Known>> find_by(store::Database& database, const char* sql, SourceId source,
                                     std::string_view key) {
  auto query = database.prepare(sql);
  query.bind(":source", source).bind(":key", key);
  TIDINGS_LET(const auto found, query.step());
  if (!found) return std::optional<Known>{};
  return std::optional{Known{.id = {query.integer(0)}, .content_hash = query.text(1)}};
}

Result<std::optional<Known>> find_by_identity(store::Database& database, SourceId source,
                                              std::string_view identity) {
  return find_by(database, "SELECT id, content_hash FROM posts WHERE source_id = :source AND identity = :key",
                 source, identity);
}

/// The entry's row: by guid, else by link, else by the hash that replaces both.
Result<std::optional<Known>> find_known(store::Database& database, SourceId source,
                                        const source::Entry& entry, const Repeats& repeats,
                                        const NormaliseOptions& options) {
  const auto guid = repeats.guid(entry);
  if (guid == Guid::trusted && !entry.id.empty()) {
    TIDINGS_LET(auto known, find_by_identity(database, source, identity(entry, {}, guid)));
    if (known) return known;
  }
  const auto link = canonical_link(entry.link, options.links);
  if (!link.empty() && repeats.is_link_unique(entry)) {
    TIDINGS_LET(auto known,
                find_by(database,
                        "SELECT id, content_hash FROM posts WHERE source_id = :source AND link_key = :key "
                        "ORDER BY id DESC LIMIT 1",
                        source, link_key(link)));
    if (known) return known;
  }
  return find_by_identity(database, source, identity(entry, link, Guid::repeated));
}

/// Whether the post is in an edition that may have been sent, so that it must not change.
Result<bool> is_frozen(store::Database& database, PostId id) {
  auto query = database.prepare("SELECT 1 FROM frozen_posts WHERE post_id = :post LIMIT 1");
  query.bind(":post", id);
  return query.step();
}

void bind_contents(store::Statement& statement, const Post& post) {
  statement.bind(":identity", post.identity)
      .bind(":link", post.link)
      .bind(":link_key", post.link_key)
      .bind(":title", post.title)
      .bind(":title_key", post.title_key)
      .bind(":author", post.author)
      .bind(":published", post.published)
      .bind(":updated", post.updated)
      .bind(":image_url", post.image_url)
      .bind(":image_alt", post.image_alt)
      .bind(":html", post.html)
      .bind(":summary_html", post.summary_html)
      .bind(":language", post.language)
      .bind(":content_hash", post.content_hash)
      .bind(":audio_url", post.audio_url)
      .bind(":audio_seconds", post.audio_duration.count())
      .bind(":dropped", post.dropped);
}

Result<void> write_tags(store::Database& database, PostId id, const std::vector<std::string>& tags) {
  auto clear = database.prepare("DELETE FROM post_tags WHERE post_id = :post");
  TIDINGS_TRY(clear.bind(":post", id).run());
  for (const auto& tag : tags) {
    auto add =
        database.prepare("INSERT INTO post_tags (post_id, tag) VALUES (:post, :tag) ON CONFLICT DO NOTHING");
    TIDINGS_TRY(add.bind(":post", id).bind(":tag", tag).run());
  }
  return {};
}

/// Leaves room between two posts for twenty later ones, one after the other.
constexpr std::int64_t place_step = 1 << 20;

Result<std::optional<std::int64_t>> place_of(store::Database& database, PostId id) {
  auto row = database.prepare("SELECT place FROM post_sights WHERE post_id = :post");
  row.bind(":post", id);
  TIDINGS_LET(const bool found, row.step());
  return found ? std::optional{row.integer(0)} : std::nullopt;
}

/// Gives the new posts places between their neighbours in the feed, so that a source's posts keep its own
/// order over all readings, whether new ones come at the top, at the end or in between.
Result<void> find_places(store::Database& database, std::span<const Slot> slots,
                         std::vector<Change>& changes) {
  std::optional<std::int64_t> before;
  for (std::size_t begin = 0; begin < slots.size();) {
    if (slots[begin].known) {
      TIDINGS_LET(const auto own, place_of(database, slots[begin].known));
      if (own) before = own;
      ++begin;
      continue;
    }
    std::size_t end = begin;
    while (end < slots.size() && !slots[end].known) ++end;
    std::optional<std::int64_t> after;
    for (auto next = end; next < slots.size() && !after; ++next) {
      if (!slots[next].known) continue;
      TIDINGS_LET(after, place_of(database, slots[next].known));
    }
    const auto count = static_cast<std::int64_t>(end - begin);
    auto step = place_step;
    if (before && after) step = *after > *before ? (*after - *before) / (count + 1) : 0;
    const auto first = before ? *before + step : after ? *after - count * step : 0;
    for (std::int64_t i = 0; i < count; ++i) {
      changes[slots[begin + static_cast<std::size_t>(i)].change].place = first + i * step;
    }
    before = first + (count - 1) * step;
    begin = end;
  }
  return {};
}

Result<void> write_sight(store::Database& database, PostId id, const Change& change, const Reading& reading,
                         std::optional<UtcTime> set_aside) {
  auto row = database.prepare(R"(
    INSERT INTO post_sights (post_id, read_before_ms, place, set_aside_ms) VALUES (:post, :read_before, :place, :set_aside))");
  row.bind(":post", id).bind(":read_before", reading.last_good).bind(":place", change.place);
  return row.bind(":set_aside", set_aside).run();
}

/// None if another process has meanwhile stored a post of this identity.
Result<std::optional<PostId>> insert(store::Database& database, const Post& post) {
  auto statement = database.prepare(R"(
    INSERT INTO posts (source_id, identity, link, link_key, title, title_key, author, published_ms, updated_ms, first_seen_ms,
                       image_url, image_alt, html, summary_html, language, content_hash, audio_url, audio_seconds, dropped, pinned)
    VALUES (:source, :identity, :link, :link_key, :title, :title_key, :author, :published, :updated, :first_seen,
            :image_url, :image_alt, :html, :summary_html, :language, :content_hash, :audio_url, :audio_seconds, :dropped, :pinned)
    ON CONFLICT (source_id, identity) DO NOTHING RETURNING id)");
  bind_contents(statement, post);
  statement.bind(":source", post.source)
      .bind(":first_seen", post.first_seen)
      .bind(":pinned", post.pinned ? 1 : 0);
  TIDINGS_LET(const auto added, statement.step());
  if (!added) return std::nullopt;
  const PostId id{statement.integer(0)};
  // The row is written only once the statement has run to its end.
  TIDINGS_LET(const auto more, statement.step());
  static_cast<void>(more);
  TIDINGS_TRY(write_tags(database, id, post.tags));
  return id;
}

/// The identity follows a changed guid, unless another row has it.
Result<void> update(store::Database& database, PostId id, const Post& post) {
  auto statement = database.prepare(R"(
    UPDATE posts SET
      identity = CASE WHEN EXISTS (SELECT 1 FROM posts other WHERE other.source_id = posts.source_id
                                   AND other.identity = :identity AND other.id <> posts.id)
                 THEN identity ELSE :identity END,
      link = :link, link_key = :link_key, title = :title, title_key = :title_key, author = :author,
      published_ms = coalesce(:published, published_ms), updated_ms = :updated, image_url = :image_url, image_alt = :image_alt, html = :html,
      summary_html = :summary_html, language = :language, content_hash = :content_hash, audio_url = :audio_url,
      audio_seconds = :audio_seconds, dropped = :dropped
    WHERE id = :id)");
  bind_contents(statement, post);
  TIDINGS_TRY(statement.bind(":id", id).run());
  return write_tags(database, id, post.tags);
}

Result<void> read_tags(store::Database& database, Post& post) {
  auto query = database.prepare("SELECT tag FROM post_tags WHERE post_id = :post ORDER BY tag");
  query.bind(":post", post.id);
  return query.each([&](const store::Statement& row) { post.tags.push_back(row.text(0)); });
}

Result<void> set_flag(store::Database& database, const char* sql, PostId id, bool value) {
  auto statement = database.prepare(sql);
  TIDINGS_TRY(statement.bind(":id", id).bind(":value", value ? 1 : 0).run());
  if (database.changes() == 0) return fail(Errc::no_input, fmt::format("there is no post {}", id.value));
  return {};
}

}  // namespace

namespace {

/// The result of one reading, worked out before anything is written.
struct Work {
  StoreCounts counts;
  std::vector<Change> changes;
  std::vector<Slot> slots;
};

Result<Work> compare(store::Database& database, const Reading& reading,
                     std::span<const source::Entry> entries, const NormaliseOptions& options) {
  Work work;
  std::set<std::string> fresh;
  std::set<PostId> seen;
  const Repeats repeats{entries};
  std::vector<std::optional<UtcTime>> dates;
  if (!reading.last_good) dates = dates_by_neighbours(entries, reading.now);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& entry = entries[i];
    TIDINGS_LET(const auto known, find_known(database, reading.source, entry, repeats, options));
    if (known && !seen.insert(known->id).second) continue;
    if (known) work.slots.push_back({.known = known->id});
    if (known && known->content_hash == content_hash(entry, options)) {
      ++work.counts.unchanged;
      continue;
    }
    if (known) {
      TIDINGS_LET(const auto frozen, is_frozen(database, known->id));
      if (frozen) {
        ++work.counts.frozen;
        continue;
      }
    }
    auto post = normalise(entry, reading.source, reading.now, options, repeats.guid(entry));
    if (!known && !fresh.insert(post.identity).second) continue;
    if (!known && !post.published && !dates.empty()) post.published = dates[i];
    if (!known) work.slots.push_back({.known = {}, .change = work.changes.size()});
    work.changes.push_back({.known = known ? known->id : PostId{}, .post = std::move(post)});
  }
  return work;
}

}  // namespace

Result<StoreCounts> PostTable::store(const Reading& looked, std::span<const source::Entry> entries,
                                     const NormaliseOptions& options) {
  auto reading = looked;
  if (reading.last_good > reading.now)
    reading.last_good = UtcTime{};  // from a clock that was wrong: nothing counts as published before
  TIDINGS_LET(auto work, compare(*database_, reading, entries, options));
  auto& counts = work.counts;
  if (work.changes.empty()) return counts;
  std::vector<const Post*> fresh;
  for (const auto& change : work.changes) {
    if (!change.known) fresh.push_back(&change.post);
  }
  const auto aside = to_set_aside(fresh, entries.size(), reading);
  std::size_t at = 0;

  TIDINGS_LET(auto transaction, database_->begin());
  TIDINGS_TRY(find_places(*database_, work.slots, work.changes));
  for (const auto& change : work.changes) {
    if (!change.known) {
      TIDINGS_LET(const auto added, insert(*database_, change.post));
      const bool is_aside = aside[at++];
      ++(!added ? counts.unchanged : change.post.dropped.empty() ? counts.added : counts.dropped);
      if (!added) continue;
      if (is_aside) ++(change.post.published ? counts.set_aside : counts.undated);
      TIDINGS_TRY(write_sight(*database_, *added, change, reading,
                              is_aside ? std::optional{reading.now} : std::nullopt));
      continue;
    }
    // Again under the lock: an edition may have been sealed since.
    TIDINGS_LET(const auto frozen, is_frozen(*database_, change.known));
    if (!frozen) TIDINGS_TRY(update(*database_, change.known, change.post));
    ++(frozen ? counts.frozen : counts.updated);
  }
  TIDINGS_TRY(transaction.commit());
  return counts;
}

Result<std::vector<std::size_t>> PostTable::unsettled(SourceId source, std::span<const source::Entry> entries,
                                                      const NormaliseOptions& options) {
  std::vector<std::size_t> out;
  const Repeats repeats{entries};
  for (std::size_t i = 0; i < entries.size(); ++i) {
    TIDINGS_LET(const auto known, find_known(*database_, source, entries[i], repeats, options));
    if (known && known->content_hash == content_hash(entries[i], options)) continue;
    if (known) {
      TIDINGS_LET(const auto frozen, is_frozen(*database_, known->id));
      if (frozen) continue;
    }
    out.push_back(i);
  }
  return out;
}

Result<PostId> PostTable::find(SourceId source, const source::Entry& entry, const NormaliseOptions& options) {
  TIDINGS_LET(const auto known, find_known(*database_, source, entry, Repeats{{&entry, 1}}, options));
  if (!known) return fail(Errc::no_input, fmt::format("the post \"{}\" is not stored", entry.title));
  return known->id;
}

Result<Post> PostTable::find(PostId id) {
  auto query = database_->prepare(TIDINGS_SELECT_POSTS "WHERE id = :id");
  TIDINGS_LET(const auto found, query.bind(":id", id).step());
  if (!found) return fail(Errc::no_input, fmt::format("there is no post {}", id.value));
  auto post = read(query);
  TIDINGS_TRY(read_tags(*database_, post));
  return post;
}

Result<std::vector<Post>> PostTable::list(const PostFilter& filter) {
  auto query = database_->prepare(R"(
    WITH ranks AS (
      SELECT id AS post_id, row_number() OVER (
               ORDER BY CASE WHEN published_ms <= first_seen_ms THEN published_ms ELSE first_seen_ms END DESC,
                        first_seen_ms DESC, source_id,
                        (SELECT place FROM post_sights WHERE post_id = p.id) NULLS FIRST, id) AS rank
      FROM posts p)
    )" TIDINGS_SELECT_POSTS R"(
    JOIN ranks ON ranks.post_id = posts.id
    WHERE (:source IS NULL OR source_id = :source) AND (:since IS NULL OR first_seen_ms >= :since)
      AND (:after IS NULL OR rank > (SELECT rank FROM ranks WHERE post_id = :after))
    ORDER BY rank LIMIT :limit)");
  query.bind(":source", filter.source).bind(":since", filter.since).bind(":limit", filter.limit);
  query.bind(":after", filter.after);
  TIDINGS_LET(auto posts, query.list(read));
  for (auto& post : posts) TIDINGS_TRY(read_tags(*database_, post));
  return posts;
}

Result<std::vector<UtcTime>> PostTable::newest_dates(SourceId source, int limit) {
  auto query = database_->prepare(R"(
    SELECT CASE WHEN published_ms <= first_seen_ms THEN published_ms ELSE first_seen_ms END AS date_ms
    FROM posts WHERE source_id = :source ORDER BY date_ms DESC LIMIT :limit)");
  query.bind(":source", source).bind(":limit", limit);
  return query.list([](const store::Statement& row) { return row.time(0); });
}

Result<std::vector<std::string>> PostTable::tags() {
  auto query = database_->prepare("SELECT DISTINCT tag FROM post_tags ORDER BY tag");
  return query.list([](const store::Statement& row) { return row.text(0); });
}

Result<std::vector<Post>> PostTable::load(std::span<const PostId> ids) {
  std::vector<Post> posts;
  posts.reserve(ids.size());
  for (const auto id : ids) {
    TIDINGS_LET(auto post, find(id));
    posts.push_back(std::move(post));
  }
  return posts;
}

Result<std::vector<SetAside>> PostTable::set_aside() {
  auto rows = database_->prepare(R"(
    SELECT p.source_id, s.set_aside_ms, count(*)
    FROM post_sights s JOIN posts p ON p.id = s.post_id
    WHERE s.set_aside_ms IS NOT NULL AND s.released_ms IS NULL
    GROUP BY p.source_id, s.set_aside_ms ORDER BY s.set_aside_ms DESC, p.source_id)");
  return rows.list([](const store::Statement& row) {
    return SetAside{.source = row.id<SourceId>(0), .at = row.time(1), .posts = row.integer(2)};
  });
}

Result<int> PostTable::release(PostId id, UtcTime now) {
  // A post of an older version has no row yet.
  auto release = database_->prepare(R"(
    INSERT INTO post_sights (post_id, place, released_ms) SELECT id, 0, :now FROM posts WHERE id = :id
    ON CONFLICT (post_id) DO UPDATE SET released_ms = excluded.released_ms WHERE post_sights.released_ms IS NULL)");
  TIDINGS_TRY(release.bind(":id", id).bind(":now", now).run());
  const auto changed = static_cast<int>(database_->changes());
  if (changed == 0) TIDINGS_TRY(find(id));
  return changed;
}

Result<int> PostTable::release_all(SourceId source, UtcTime now) {
  auto release = database_->prepare(R"(
    UPDATE post_sights SET released_ms = :now
    WHERE set_aside_ms IS NOT NULL AND released_ms IS NULL AND post_id IN (SELECT id FROM posts WHERE source_id = :source))");
  TIDINGS_TRY(release.bind(":source", source).bind(":now", now).run());
  return static_cast<int>(database_->changes());
}

Result<std::int64_t> PostTable::count_seen_after(UtcTime latest) {
  auto query = database_->prepare("SELECT count(*) FROM posts WHERE first_seen_ms > :latest");
  query.bind(":latest", latest);
  TIDINGS_TRY(query.step());
  return query.integer(0);
}

Result<void> PostTable::seen_at_latest(UtcTime latest) {
  auto update = database_->prepare("UPDATE posts SET first_seen_ms = :latest WHERE first_seen_ms > :latest");
  return update.bind(":latest", latest).run();
}

Result<void> PostTable::set_hidden(PostId id, Hidden hidden) {
  return set_flag(*database_, "UPDATE posts SET hidden = :value WHERE id = :id", id, hidden == Hidden::yes);
}

Result<void> PostTable::set_pinned(PostId id, Pinned pinned) {
  return set_flag(*database_, "UPDATE posts SET pinned = :value WHERE id = :id", id, pinned == Pinned::yes);
}

Result<std::string> PostTable::body(PostId id) {
  auto query = database_->prepare(
      "SELECT CASE html WHEN '' THEN summary_html ELSE html END FROM posts WHERE id = :id");
  query.bind(":id", id);
  TIDINGS_LET(const bool found, query.step());
  if (!found) return fail(Errc::no_input, fmt::format("there is no post {}", id.value));
  return query.text(0);
}

Result<void> PostTable::for_each_recent(std::chrono::milliseconds back,
                                        const std::function<void(SourceId, std::string_view)>& visitor) {
  auto rows = database_->prepare(R"(
    SELECT source_id, CASE html WHEN '' THEN summary_html ELSE html END FROM posts
    WHERE first_seen_ms >= (SELECT max(first_seen_ms) FROM posts) - :back)");
  rows.bind(":back", back.count());
  for (;;) {
    TIDINGS_LET(const bool more, rows.step());
    if (!more) return {};
    visitor(rows.id<SourceId>(0), rows.view(1));
  }
}

}  // namespace tidings::post
