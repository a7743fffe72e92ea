// The blogs of the simulated world: an HTTP server whose feeds grow, shrink, move, fail and lie.
#pragma once

#include <memory>
#include <string>

#include "year/network.hpp"
#include "year/script.hpp"

namespace year {

/// The feed of a source as it is at this time. The numbers of its posts are appended to `shown`.
[[nodiscard]] std::string feed_of(const Script& script, int source, std::int64_t now_ms,
                                  std::vector<int>* shown);

/// Answers GET /blogN and /moved/blogN; notes in the journal what it served.
[[nodiscard]] Route route_to_blog(const Script& script, int source);

inline constexpr int first_blog_port = 8001;

}  // namespace year
