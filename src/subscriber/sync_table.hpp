// Whom "subscriber sync" brought, by the source it follows: sole writer of sync_members.
//
// Calls join the caller's transaction. Any may fail as store/database.hpp says.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "store/database.hpp"

namespace tidings::subscriber {

struct SyncMember {
  SubscriberId id{};
  std::string address_key{};  ///< in the source
  bool is_there = true;       ///< false: withdrawn when the source no longer had them

  bool operator==(const SyncMember&) const = default;
};

class SyncTable {
 public:
  SyncTable(store::Database& database, std::string source)
      : database_(database), source_(std::move(source)) {}

  [[nodiscard]] Result<void> put(const SyncMember& member);
  [[nodiscard]] Result<void> forget(SubscriberId id);
  /// In order of their ids.
  [[nodiscard]] Result<std::vector<SyncMember>> list();

 private:
  store::Database& database_;
  const std::string source_;
};

/// Of every source: they are erased.
[[nodiscard]] Result<void> forget_synced(store::Database& database, SubscriberId id);

}  // namespace tidings::subscriber
