#include "subscriber/sync_table.hpp"

namespace tidings::subscriber {

Result<void> SyncTable::put(const SyncMember& member) {
  auto put = database_.prepare(R"(
    INSERT INTO sync_members (source, subscriber_id, address_key, is_there) VALUES (:source, :id, :key, :there)
    ON CONFLICT (source, subscriber_id) DO UPDATE SET
      address_key = excluded.address_key, is_there = excluded.is_there)");
  put.bind(":source", source_).bind(":id", member.id).bind(":key", member.address_key);
  return put.bind(":there", member.is_there ? 1 : 0).run();
}

Result<void> SyncTable::forget(SubscriberId id) {
  auto forget = database_.prepare("DELETE FROM sync_members WHERE source = :source AND subscriber_id = :id");
  return forget.bind(":source", source_).bind(":id", id).run();
}

Result<std::vector<SyncMember>> SyncTable::list() {
  auto rows = database_.prepare(R"(
    SELECT subscriber_id, address_key, is_there FROM sync_members
    WHERE source = :source ORDER BY subscriber_id)");
  rows.bind(":source", source_);
  return rows.list([](const store::Statement& row) -> Result<SyncMember> {
    return SyncMember{
        .id = row.id<SubscriberId>(0), .address_key = row.text(1), .is_there = row.integer(2) != 0};
  });
}

Result<void> forget_synced(store::Database& database, SubscriberId id) {
  auto forget = database.prepare("DELETE FROM sync_members WHERE subscriber_id = :id");
  return forget.bind(":id", id).run();
}

}  // namespace tidings::subscriber
