// What an edition leaves out, in words and by name: no post is lost silently.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/context.hpp"
#include "digest/select.hpp"
#include "edition/compose.hpp"
#include "store/database.hpp"

namespace tidings::edition {

/// What an edition has to report: what waits, and what was left out for good and not yet reported by an
/// earlier edition.
[[nodiscard]] std::vector<digest::LeftOutPosts> left_out_of(const Draft& draft);

/// What no edition of the digest has carried, and why: what earlier editions left out, even if the next one
/// will carry it, and what the next one leaves out. Not what is new since the last edition and free for the
/// next.
[[nodiscard]] Result<std::vector<digest::LeftOutPosts>> left_out_now(const config::Context& context,
                                                                     const config::DigestConfig& digest);

/// "12 left out: 10 waiting for the next edition: max_posts reached; 2 hidden by hand"; empty for none.
[[nodiscard]] std::string left_out_in_words(std::span<const digest::LeftOutPosts> left_out);

/// A post by name. `why_in_words` names the rule or filter that kept it out, if one did.
struct LeftOutPost {
  PostId id;
  std::string title;
  std::string link;
  UtcTime date{};
  digest::LeftOut why{};
  std::string why_in_words;
};

/// At most `limit` of them, the most frequent reason first.
[[nodiscard]] Result<std::vector<LeftOutPost>> name_left_out(store::Database& database,
                                                             std::span<const digest::LeftOutPosts> left_out,
                                                             std::size_t limit);

}  // namespace tidings::edition
