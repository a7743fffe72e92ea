#include "digest/late_joins.hpp"

#include "digest/edition_table.hpp"

namespace tidings::digest {

Result<void> note_join(store::Database& database, const LateJoin& join) {
  auto note = database.prepare(R"(
    INSERT INTO late_joins (digest, subscriber_id, joined_ms) VALUES (:digest, :subscriber, :joined)
    ON CONFLICT (digest, subscriber_id) DO UPDATE SET joined_ms = excluded.joined_ms)");
  return note.bind(":digest", join.digest)
      .bind(":subscriber", join.subscriber)
      .bind(":joined", join.joined)
      .run();
}

Result<std::vector<LateJoin>> late_joins(store::Database& database) {
  auto rows = database.prepare(
      "SELECT digest, subscriber_id, joined_ms FROM late_joins ORDER BY digest, subscriber_id");
  return rows.list([](const store::Statement& row) -> Result<LateJoin> {
    return LateJoin{.digest = row.text(0), .subscriber = row.id<SubscriberId>(1), .joined = row.time(2)};
  });
}

Result<void> forget_join(store::Database& database, const LateJoin& join) {
  auto forget = database.prepare(
      "DELETE FROM late_joins WHERE digest = :digest AND subscriber_id = :subscriber AND joined_ms <= "
      ":joined");
  return forget.bind(":digest", join.digest)
      .bind(":subscriber", join.subscriber)
      .bind(":joined", join.joined)
      .run();
}

Result<void> forget_joins(store::Database& database, SubscriberId subscriber) {
  auto forget = database.prepare("DELETE FROM late_joins WHERE subscriber_id = :subscriber");
  return forget.bind(":subscriber", subscriber).run();
}

Result<std::optional<EditionId>> newest_sealed(store::Database& database, std::string_view digest) {
  auto row = database.prepare(R"(
    SELECT id FROM editions WHERE digest = :digest AND state IN ('sealed', 'sending', 'sent')
    ORDER BY number DESC LIMIT 1)");
  row.bind(":digest", digest);
  TIDINGS_LET(const bool found, row.step());
  if (!found) return std::nullopt;
  return row.id<EditionId>(0);
}

Result<std::vector<PostId>> brought_to(store::Database& database, SubscriberId subscriber) {
  auto rows = database.prepare(R"(
    SELECT g.posts FROM delivery_states d JOIN segments g ON g.id = d.segment_id
    WHERE d.subscriber_id = :subscriber AND d.state <> 'suppressed')");
  rows.bind(":subscriber", subscriber);
  std::vector<PostId> posts;
  TIDINGS_TRY(rows.each([&](const store::Statement& row) {
    const auto some = ids_of(row.view(0));
    posts.insert(posts.end(), some.begin(), some.end());
  }));
  return posts;
}

}  // namespace tidings::digest
