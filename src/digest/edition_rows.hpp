// Rows of editions and candidates, as read by the queries of edition_table and edition_drafts; only for these
// two.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/result.hpp"
#include "digest/digest.hpp"
#include "digest/select.hpp"
#include "store/database.hpp"

namespace tidings::digest {

/// From the columns id, digest, number, state, scheduled_ms, from_ms, until_ms, cut_ms, title, reason,
/// sealed_ms, started_ms, finished_ms, intro, mailed_ms, approved_ms, wall_ms, in this order.
[[nodiscard]] Edition edition_of(const store::Statement& row);

/// From the columns of a post id, source_id, its source's name, published_ms, first_seen_ms, title, link_key,
/// title_key, pinned, and the place of its post_sights, in this order; without its tags.
[[nodiscard]] Candidate candidate_of(const store::Statement& row);

/// Sorted.
[[nodiscard]] Result<std::vector<std::string>> tags_of(store::Database& database, PostId post);

/// segments.posts: ids_text(), and behind it "e1 e3" for the first and the third event of the edition.
[[nodiscard]] std::string contents_text(std::span<const PostId> posts, std::span<const std::size_t> events);
[[nodiscard]] std::vector<std::size_t> events_in(std::string_view contents);

}  // namespace tidings::digest
