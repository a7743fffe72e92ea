#include "digest/segment.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace tidings::digest {
namespace {

// Subscribers' choices repeat often; how many different results are remembered.
constexpr std::size_t recent_limit = 4096;

constexpr char separator = '\x1F';  // never in clean text

}  // namespace

Segmenter::Segmenter(std::vector<SegmentPost> posts, SegmentEvents events)
    : posts_(std::move(posts)), events_(std::move(events)) {
  for (auto& post : posts_) {
    for (auto& topic : post.topics) topic = fold_case(topic);
  }
  for (auto& topics : events_.topics) {
    for (auto& topic : topics) topic = fold_case(topic);
  }
}

Segmenter::Mask Segmenter::matching(std::span<const std::string> topics) const {
  Mask mask(posts_.size() + events_.topics.size(), topics.empty());
  for (const auto& topic : topics) {
    const auto folded = fold_case(topic);
    for (std::size_t i = 0; i < mask.size(); ++i) {
      const auto& own = i < posts_.size() ? posts_[i].topics : events_.topics[i - posts_.size()];
      if (!mask[i]) mask[i] = std::find(own.begin(), own.end(), folded) != own.end();
    }
  }
  return mask;
}

bool Segmenter::is_worth_it(const Mask& mask) const {
  const auto posts_end = mask.begin() + static_cast<std::ptrdiff_t>(posts_.size());
  return std::find(mask.begin(), events_.suffice ? mask.end() : posts_end, true) !=
         (events_.suffice ? mask.end() : posts_end);
}

std::optional<std::size_t> Segmenter::intern(std::string_view language, const Mask& mask) {
  if (!is_worth_it(mask)) return std::nullopt;
  std::string key{language};
  key += separator;
  for (const bool bit : mask) key += bit ? '1' : '0';
  const auto [place, fresh] = by_key_.try_emplace(std::move(key), segments_.size());
  if (fresh) {
    SegmentKey segment{.language = std::string{language}, .posts = {}};
    for (std::size_t i = 0; i < posts_.size(); ++i) {
      if (mask[i]) segment.posts.push_back(posts_[i].id);
    }
    for (std::size_t i = posts_.size(); i < mask.size(); ++i) {
      if (mask[i]) segment.events.push_back(i - posts_.size());
    }
    segments_.push_back(std::move(segment));
  }
  return place->second;
}

std::optional<std::size_t> Segmenter::place(std::string_view language, std::span<const std::string> topics) {
  std::string key{language};
  for (const auto& topic : topics) {
    key += separator;
    key += topic;
  }
  if (const auto known = recent_.find(key); known != recent_.end()) return known->second;
  auto mask = matching(topics);
  for (std::size_t i = 0; i < posts_.size(); ++i) {
    if (posts_[i].backlog) mask[i] = false;
  }
  const auto index = intern(language, mask);
  if (recent_.size() >= recent_limit) recent_.clear();
  recent_.emplace(std::move(key), index);
  return index;
}

std::optional<std::size_t> Segmenter::place_only(std::string_view language,
                                                 std::span<const std::string> topics,
                                                 std::span<const PostId> owed) {
  auto mask = matching(topics);
  for (std::size_t i = 0; i < posts_.size(); ++i) {
    if (std::find(owed.begin(), owed.end(), posts_[i].id) == owed.end()) mask[i] = false;
  }
  return intern(language, mask);
}

}  // namespace tidings::digest
