#include "cli/left_out_words.hpp"

#include <limits>

#include <fmt/format.h>

namespace tidings::cli {

Result<Json> left_out_json(store::Database& database, std::span<const digest::LeftOutPosts> left_out) {
  TIDINGS_LET(const auto posts,
              edition::name_left_out(database, left_out, std::numeric_limits<std::size_t>::max()));
  Json out = Json::array();
  for (const auto& post : posts) {
    out.push_back({{"id", post.id.value},
                   {"title", json_text(post.title)},
                   {"link", json_text(post.link)},
                   {"reason", digest::key_of(post.why)},
                   {"why", post.why_in_words}});
  }
  return out;
}

Json left_out_counts(std::span<const digest::LeftOutPosts> left_out) {
  Json out = Json::array();
  for (const auto& each : left_out) {
    out.push_back({{"reason", digest::key_of(each.why)}, {"post_count", each.posts}});
  }
  return out;
}

Result<std::string> left_out_lines(store::Database& database, std::span<const digest::LeftOutPosts> left_out,
                                   const std::string& digest) {
  if (left_out.empty()) return std::string{};
  TIDINGS_LET(const auto posts, edition::name_left_out(database, left_out, most_named_left_out));
  std::string out;
  for (const auto& post : posts) {
    out +=
        fmt::format("  {:>6}  {} ({})\n", post.id.value, printable(post.title), printable(post.why_in_words));
  }
  std::int64_t all = 0;
  for (const auto& each : left_out) all += each.posts;
  if (const auto rest = all - static_cast<std::int64_t>(posts.size()); rest > 0) {
    out += fmt::format("  and {} more; \"tidings post list --left-out --digest {}\" lists them all\n", rest,
                       digest);
  }
  return out;
}

}  // namespace tidings::cli
