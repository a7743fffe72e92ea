#include "post/post_table.hpp"

#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include <fmt/format.h>

namespace tidings::post {
namespace {

// Adjacent literals join when compiled: the two queries below share what read() expects.
#define TIDINGS_SELECT_POSTS                                                                                                 \
  "SELECT id, source_id, identity, link, link_key, title, title_key, author, published_ms, updated_ms, first_seen_ms, "      \
  "image_url, image_alt, html, summary_html, language, content_hash, hidden, pinned FROM posts "

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
          .content_hash = row.text(16),
          .hidden = row.integer(17) != 0,
          .pinned = row.integer(18) != 0};
}

/// A row that an entry may be.
struct Known {
  PostId id;
  std::string content_hash;
};

/// One entry with something to write: `known` is set if it replaces a row.
struct Change {
  PostId known;
  Post post;
};

/// How often guids and links occur in one feed: what occurs twice names no entry.
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

Result<std::optional<Known>> find_by(store::Database& database, const char* sql, SourceId source, std::string_view key) {
  auto query = database.prepare(sql);
  query.bind(":source", source).bind(":key", key);
  TIDINGS_LET(const auto found, query.step());
  if (!found) return std::optional<Known>{};
  return std::optional{Known{.id = {query.integer(0)}, .content_hash = query.text(1)}};
}

Result<std::optional<Known>> find_by_identity(store::Database& database, SourceId source, std::string_view identity) {
  return find_by(database, "SELECT id, content_hash FROM posts WHERE source_id = :source AND identity = :key", source, identity);
}

/// The row that the entry is, by guid, else by link, else by the hash that stands in for both.
Result<std::optional<Known>> find_known(store::Database& database, SourceId source, const source::Entry& entry,
                                        const Repeats& repeats, const NormaliseOptions& options) {
  const auto guid = repeats.guid(entry);
  if (guid == Guid::trusted && !entry.id.empty()) {
    TIDINGS_LET(auto known, find_by_identity(database, source, identity(entry, {}, guid)));
    if (known) return known;
  }
  const auto link = canonical_link(entry.link, options.links);
  if (!link.empty() && repeats.is_link_unique(entry)) {
    TIDINGS_LET(auto known, find_by(database,
                                    "SELECT id, content_hash FROM posts WHERE source_id = :source AND link_key = :key "
                                    "ORDER BY id DESC LIMIT 1",
                                    source, link_key(link)));
    if (known) return known;
  }
  return find_by_identity(database, source, identity(entry, link, Guid::repeated));
}

/// True if the post is in an edition that readers may have: it must stay as it was.
Result<bool> is_frozen(store::Database& database, PostId id) {
  auto query = database.prepare(
      "SELECT 1 FROM edition_posts ep JOIN editions e ON e.id = ep.edition_id "
      "WHERE ep.post_id = :post AND e.state IN ('sealed', 'sending', 'sent') LIMIT 1");
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
      .bind(":content_hash", post.content_hash);
}

Result<void> write_tags(store::Database& database, PostId id, const std::vector<std::string>& tags) {
  auto clear = database.prepare("DELETE FROM post_tags WHERE post_id = :post");
  TIDINGS_TRY(clear.bind(":post", id).run());
  for (const auto& tag : tags) {
    auto add = database.prepare("INSERT INTO post_tags (post_id, tag) VALUES (:post, :tag) ON CONFLICT DO NOTHING");
    TIDINGS_TRY(add.bind(":post", id).bind(":tag", tag).run());
  }
  return {};
}

/// False if another process has stored a post of this identity meanwhile.
Result<bool> insert(store::Database& database, const Post& post) {
  auto statement = database.prepare(R"(
    INSERT INTO posts (source_id, identity, link, link_key, title, title_key, author, published_ms, updated_ms, first_seen_ms,
                       image_url, image_alt, html, summary_html, language, content_hash)
    VALUES (:source, :identity, :link, :link_key, :title, :title_key, :author, :published, :updated, :first_seen,
            :image_url, :image_alt, :html, :summary_html, :language, :content_hash)
    ON CONFLICT (source_id, identity) DO NOTHING RETURNING id)");
  bind_contents(statement, post);
  statement.bind(":source", post.source).bind(":first_seen", post.first_seen);
  TIDINGS_LET(const auto added, statement.step());
  if (!added) return false;
  const PostId id{statement.integer(0)};
  // The row is written only once the statement has run to its end.
  TIDINGS_LET(const auto more, statement.step());
  static_cast<void>(more);
  TIDINGS_TRY(write_tags(database, id, post.tags));
  return true;
}

/// The identity follows a changed guid, unless another row has it.
Result<void> update(store::Database& database, PostId id, const Post& post) {
  auto statement = database.prepare(R"(
    UPDATE posts SET
      identity = CASE WHEN EXISTS (SELECT 1 FROM posts other WHERE other.source_id = posts.source_id
                                   AND other.identity = :identity AND other.id <> posts.id)
                 THEN identity ELSE :identity END,
      link = :link, link_key = :link_key, title = :title, title_key = :title_key, author = :author,
      published_ms = :published, updated_ms = :updated, image_url = :image_url, image_alt = :image_alt, html = :html,
      summary_html = :summary_html, language = :language, content_hash = :content_hash
    WHERE id = :id)");
  bind_contents(statement, post);
  TIDINGS_TRY(statement.bind(":id", id).run());
  return write_tags(database, id, post.tags);
}

Result<void> read_tags(store::Database& database, Post& post) {
  auto query = database.prepare("SELECT tag FROM post_tags WHERE post_id = :post ORDER BY tag");
  query.bind(":post", post.id);
  for (;;) {
    TIDINGS_LET(const auto found, query.step());
    if (!found) return {};
    post.tags.push_back(query.text(0));
  }
}

Result<void> set_flag(store::Database& database, const char* sql, PostId id, bool value) {
  auto statement = database.prepare(sql);
  TIDINGS_TRY(statement.bind(":id", id).bind(":value", value ? 1 : 0).run());
  if (database.changes() == 0) return fail(Errc::no_input, fmt::format("there is no post {}", id.value));
  return {};
}

}  // namespace

Result<StoreCounts> PostTable::store(SourceId source, std::span<const source::Entry> entries, UtcTime now,
                                     const NormaliseOptions& options) {
  StoreCounts counts;
  std::vector<Change> changes;
  std::set<std::string> fresh;
  std::set<PostId> seen;
  const Repeats repeats{entries};
  for (const auto& entry : entries) {
    TIDINGS_LET(const auto known, find_known(*database_, source, entry, repeats, options));
    if (known && !seen.insert(known->id).second) continue;
    if (known && known->content_hash == content_hash(entry, options)) {
      ++counts.unchanged;
      continue;
    }
    if (known) {
      TIDINGS_LET(const auto frozen, is_frozen(*database_, known->id));
      if (frozen) {
        ++counts.frozen;
        continue;
      }
    }
    auto post = normalise(entry, source, now, options, repeats.guid(entry));
    if (!known && !fresh.insert(post.identity).second) continue;
    changes.push_back({.known = known ? known->id : PostId{}, .post = std::move(post)});
  }
  if (changes.empty()) return counts;

  TIDINGS_LET(auto transaction, database_->begin());
  for (const auto& [known, post] : changes) {
    if (!known) {
      TIDINGS_LET(const auto added, insert(*database_, post));
      ++(added ? counts.added : counts.unchanged);
      continue;
    }
    // Again under the lock: an edition may have been sealed since.
    TIDINGS_LET(const auto frozen, is_frozen(*database_, known));
    if (!frozen) TIDINGS_TRY(update(*database_, known, post));
    ++(frozen ? counts.frozen : counts.updated);
  }
  TIDINGS_TRY(transaction.commit());
  return counts;
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
  auto query = database_->prepare(TIDINGS_SELECT_POSTS R"(
    WHERE (:source IS NULL OR source_id = :source) AND (:since IS NULL OR first_seen_ms >= :since)
    ORDER BY first_seen_ms DESC, published_ms DESC, id DESC LIMIT :limit)");
  query.bind(":source", filter.source).bind(":since", filter.since).bind(":limit", filter.limit);
  std::vector<Post> posts;
  for (;;) {
    TIDINGS_LET(const auto found, query.step());
    if (!found) break;
    posts.push_back(read(query));
  }
  for (auto& post : posts) TIDINGS_TRY(read_tags(*database_, post));
  return posts;
}

Result<std::vector<UtcTime>> PostTable::newest_dates(SourceId source, int limit) {
  auto query = database_->prepare(R"(
    SELECT CASE WHEN published_ms <= first_seen_ms THEN published_ms ELSE first_seen_ms END AS date_ms
    FROM posts WHERE source_id = :source ORDER BY date_ms DESC LIMIT :limit)");
  query.bind(":source", source).bind(":limit", limit);
  std::vector<UtcTime> dates;
  for (;;) {
    TIDINGS_LET(const auto found, query.step());
    if (!found) return dates;
    dates.push_back(query.time(0));
  }
}

Result<std::vector<std::string>> PostTable::tags() {
  auto query = database_->prepare("SELECT DISTINCT tag FROM post_tags ORDER BY tag");
  std::vector<std::string> tags;
  for (;;) {
    TIDINGS_LET(const auto found, query.step());
    if (!found) return tags;
    tags.push_back(query.text(0));
  }
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

Result<void> PostTable::set_hidden(PostId id, Hidden hidden) {
  return set_flag(*database_, "UPDATE posts SET hidden = :value WHERE id = :id", id, hidden == Hidden::yes);
}

Result<void> PostTable::set_pinned(PostId id, Pinned pinned) {
  return set_flag(*database_, "UPDATE posts SET pinned = :value WHERE id = :id", id, pinned == Pinned::yes);
}

}  // namespace tidings::post
