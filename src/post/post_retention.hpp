// The texts of old posts. What recognises a post (identity, hash, link, title, first sight) stays for ever;
// what it said may go once no digest owes it and no open edition shows it.
#pragma once

#include <span>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "store/database.hpp"

namespace tidings::post {

/// Posts first seen before that time which still have a text, in order of their ids after `after`, at most
/// `limit`. Without those of open editions and those set aside, which an editor may yet release.
[[nodiscard]] Result<std::vector<PostId>> with_old_texts(store::Database& database, UtcTime before,
                                                         PostId after, int limit);

/// In one transaction.
[[nodiscard]] Result<void> drop_texts(store::Database& database, std::span<const PostId> posts);

}  // namespace tidings::post
