// The texts of old posts; see post_table.hpp.
#include "post/post_retention.hpp"

namespace tidings::post {

Result<std::vector<PostId>> with_old_texts(store::Database& database, UtcTime before, PostId after,
                                           int limit) {
  auto rows = database.prepare(R"(
    SELECT p.id FROM posts p
    WHERE p.id > :after AND p.first_seen_ms < :before AND (p.html <> '' OR p.summary_html <> '')
      AND NOT EXISTS (SELECT 1 FROM open_edition_posts o WHERE o.post_id = p.id)
      AND NOT EXISTS (SELECT 1 FROM post_sights s
                      WHERE s.post_id = p.id AND s.set_aside_ms IS NOT NULL AND s.released_ms IS NULL)
    ORDER BY p.id LIMIT :limit)");
  rows.bind(":after", after).bind(":before", before).bind(":limit", limit);
  return rows.list([](const store::Statement& row) { return row.id<PostId>(0); });
}

Result<void> drop_texts(store::Database& database, std::span<const PostId> posts) {
  TIDINGS_LET(auto transaction, database.begin());
  auto drop = database.prepare("UPDATE posts SET html = '', summary_html = '' WHERE id = :id");
  for (const auto id : posts) TIDINGS_TRY(drop.bind(":id", id).run());
  return transaction.commit();
}

}  // namespace tidings::post
