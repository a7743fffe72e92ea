// Posts that an edition leaves out, as shown by commands: names for people, objects for programs.
#pragma once

#include <span>
#include <string>

#include "cli/output.hpp"
#include "edition/left_out.hpp"

namespace tidings::cli {

/// The most that a list for people names; --json names the first thousand of each reason.
constexpr std::size_t most_named_left_out = 50;

/// [{"id","title","link","reason","why"}]
[[nodiscard]] Result<Json> left_out_json(store::Database& database,
                                         std::span<const digest::LeftOutPosts> left_out);

/// [{"reason","post_count"}]
[[nodiscard]] Json left_out_counts(std::span<const digest::LeftOutPosts> left_out);

/// One line per post; empty for none. `digest` is for the command that lists the rest.
[[nodiscard]] Result<std::string> left_out_lines(store::Database& database,
                                                 std::span<const digest::LeftOutPosts> left_out,
                                                 const std::string& digest);

}  // namespace tidings::cli
