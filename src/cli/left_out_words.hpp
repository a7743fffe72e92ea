// Posts that an edition leaves out, as the commands show them: names for people, objects for programs.
#pragma once

#include <span>
#include <string>

#include "cli/output.hpp"
#include "edition/left_out.hpp"

namespace tidings::cli {

/// What a list for people names at most; --json names the first thousand of each reason.
constexpr std::size_t most_named_left_out = 50;

/// [{"id","title","link","reason","why"}]
[[nodiscard]] Result<Json> left_out_json(store::Database& database,
                                         std::span<const digest::LeftOutPosts> left_out);

/// {"max_posts":12,"hidden":1}
[[nodiscard]] Json left_out_counts(std::span<const digest::LeftOutPosts> left_out);

/// A line a post; empty for none. `digest`: whose they are, for the command that lists the rest.
[[nodiscard]] Result<std::string> left_out_lines(store::Database& database,
                                                 std::span<const digest::LeftOutPosts> left_out,
                                                 const std::string& digest);

}  // namespace tidings::cli
