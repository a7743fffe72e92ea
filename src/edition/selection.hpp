// A digest's configuration as the digest room wants it, and chosen posts as the renderer wants them.
#pragma once

#include <span>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "digest/select.hpp"
#include "edition/render.hpp"
#include "store/database.hpp"

namespace tidings::edition {

/// The options look into the texts of the database as long as it is there.
[[nodiscard]] digest::SelectOptions select_options(const config::Config& config,
                                                   const config::DigestConfig& digest,
                                                   store::Database& database);

/// None without posts.
[[nodiscard]] std::optional<digest::DateSpan> dates_of(std::span<const digest::Selected> posts);

/// The posts in full, in the same order, with their sources named as readers know them: the feed's own title
/// where it has one.
[[nodiscard]] Result<std::vector<ShownPost>> load_shown(store::Database& database,
                                                        std::span<const digest::Selected> selected);

/// The sources that had more, named likewise.
[[nodiscard]] Result<std::vector<MoreFrom>> load_more_from(store::Database& database,
                                                           std::span<const digest::Surplus> surplus);

}  // namespace tidings::edition
