// Sync: a list that follows another one, such as a club's members.
//
// Whoever is new in the source is imported (subscriber/import.hpp: whoever left or is suppressed stays away).
// Whoever came by the source and is no longer in it is withdrawn from the digests of the sync; whoever joined
// by themselves stays. Somebody whom the source dropped and has again is asked by mail. A source that has
// lost more than the caller's share of those it brought is refused before anything changes, since a broken
// export looks like that. If a line was rejected, nobody leaves: it may be theirs. Whoever has moved to
// another address is known by the one in the source; whoever never confirmed is not asked at every sync.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/context.hpp"
#include "subscriber/import.hpp"

namespace tidings::members {

struct SyncOptions {
  std::string name{};                  ///< of the source, the same at every sync
  std::string_view text{};             ///< what the source says, as CSV
  int most_leaving_percent = 20;       ///< two may always leave
  subscriber::ImportOptions import{};  ///< digests, state and columns; the rest is set here
};

struct SyncReport {
  subscriber::ImportReport import{};
  std::vector<std::string> left{};   ///< addresses that were withdrawn
  std::vector<std::string> asked{};  ///< that are back in the source and were asked to confirm
  bool nobody_may_leave = false;     ///< because lines were rejected
};

/// Errors as import_csv(); Errc::not_permitted if too many would leave.
[[nodiscard]] Result<SyncReport> sync_list(const config::Context& context, const SyncOptions& options);

}  // namespace tidings::members
