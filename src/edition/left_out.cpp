#include "edition/left_out.hpp"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "digest/edition_table.hpp"
#include "edition/reader_hours.hpp"
#include "edition/selection.hpp"
#include "post/normalise.hpp"
#include "post/post_table.hpp"

namespace tidings::edition {
namespace {

std::vector<digest::NotSelected> with_repeats(const digest::Selection& selection) {
  auto out = selection.left_out;
  for (const auto& each : selection.repeats)
    out.push_back({.id = each.id, .why = digest::LeftOut::repeat, .joined = {}, .first_seen = {}});
  return out;
}

}  // namespace

std::vector<digest::LeftOutPosts> left_out_of(const Draft& draft) {
  auto left_out = with_repeats(draft.selection);
  std::erase_if(left_out, [&](const digest::NotSelected& each) {
    const bool told = each.why != digest::LeftOut::repeat && each.first_seen < draft.bounds.judged_cut;
    return told && !digest::waits(each.why);
  });
  return digest::by_reason(left_out);
}

Result<std::vector<digest::LeftOutPosts>> left_out_now(const config::Context& context,
                                                       const config::DigestConfig& digest) {
  constexpr std::chrono::milliseconds instant{1};
  const auto& zone = context.config.newsletter.zone;
  const auto now = context.clock.now();
  digest::EditionTable editions{context.database};
  TIDINGS_LET(const auto history, editions.history(digest.name, now));
  TIDINGS_LET(auto plan, due_plan(context.config, digest, context.database, now));
  if (!plan) {
    // An edition that ends now, even if another one ended at this very instant.
    auto open = history;
    if (open.covered_until) open.covered_until = std::min(*open.covered_until, now - instant);
    open.newest_run.reset();
    plan = digest::plan_now(digest.schedule, zone, open, now);
  }
  if (!plan) return std::vector<digest::LeftOutPosts>{};
  const auto options = select_options(context.config, digest, context.database);
  const auto bounds = digest::EditionTable::bounds(*plan, history, now + instant);
  TIDINGS_LET(auto weighed, editions.candidates(digest.name, options, bounds));
  auto left_out = std::move(weighed.left_out);
  const auto next = digest::select(weighed.candidates, options, bounds);
  const auto more = with_repeats(next);
  left_out.insert(left_out.end(), more.begin(), more.end());
  std::unordered_set<PostId> left_before;
  for (const auto& candidate : weighed.candidates) {
    if (candidate.first_seen < bounds.judged_cut) left_before.insert(candidate.id);
  }
  for (const auto* const shown : {&next.posts, &next.more}) {
    for (const auto& post : *shown) {
      if (left_before.contains(post.id))
        left_out.push_back(
            {.id = post.id, .why = digest::LeftOut::waits_next_edition, .joined = {}, .first_seen = {}});
    }
  }
  return digest::by_reason(left_out);
}

std::string left_out_in_words(std::span<const digest::LeftOutPosts> left_out) {
  if (left_out.empty()) return {};
  std::int64_t posts = 0;
  std::vector<std::string> parts;
  for (const auto& each : left_out) {
    posts += each.posts;
    parts.push_back(fmt::format("{} {}", each.posts, digest::name_of(each.why)));
  }
  return fmt::format("{} left out: {}", posts, join(parts, "; "));
}

Result<std::vector<LeftOutPost>> name_left_out(store::Database& database,
                                               std::span<const digest::LeftOutPosts> left_out,
                                               std::size_t limit) {
  std::vector<LeftOutPost> out;
  post::PostTable posts{database};
  for (const auto& reason : left_out) {
    for (const auto id : reason.named) {
      if (out.size() == limit) return out;
      TIDINGS_LET(const auto post, posts.find(id));
      out.push_back({.id = id,
                     .title = post::display_title(post),
                     .link = post.link,
                     .date = post.date(),
                     .why = reason.why,
                     .why_in_words = reason.why == digest::LeftOut::source_filter && !post.dropped.empty()
                                         ? "kept out by " + post.dropped
                                         : std::string{digest::name_of(reason.why)}});
    }
  }
  return out;
}

}  // namespace tidings::edition
