// JSON objects that several commands print: one name a field everywhere (docs/json.md).
#pragma once

#include <span>

#include "cli/output.hpp"
#include "digest/digest.hpp"
#include "edition/editions.hpp"
#include "post/post.hpp"

namespace tidings::cli {

/// Adds recipient_count, planned_count and so on to `json`. What was sent includes what bounced later.
void add_counts(Json& json, const delivery::Counts& counts);

/// "edition" is "weekly#12", or the id of one that has no number.
[[nodiscard]] Json edition_object(const digest::Edition& edition);

/// {"id","title","link"} of each.
[[nodiscard]] Json post_objects(std::span<const post::Post> posts);

}  // namespace tidings::cli
