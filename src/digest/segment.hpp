// Segments: the readers of one edition who get the same posts in the same language, so that each is rendered
// once.
//
// The caller streams readers and keeps only the index that it is given for each; memory grows with the number
// of segments and never with the number of readers. A reader without topics gets every post; else those that
// share a topic with them (compared case-folded). A reader with nothing to read is in no segment. Pure; not
// thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/id.hpp"

namespace tidings::digest {

/// One post that the edition, or the backlog of a reader who changed digests, may bring.
struct SegmentPost {
  PostId id;
  std::vector<std::string> topics;  ///< as Selected::topics
  bool backlog = false;             ///< of an earlier edition: only for readers who changed digests
};

struct SegmentKey {
  std::string language;
  std::vector<PostId> posts;  ///< in reading order

  bool operator==(const SegmentKey&) const = default;
};

class Segmenter {
 public:
  /// `posts` in reading order.
  explicit Segmenter(std::vector<SegmentPost> posts);

  /// The segment of an ordinary reader; none if nothing in the edition is for them. `language` as it will be
  /// rendered.
  [[nodiscard]] std::optional<std::size_t> place(std::string_view language,
                                                 std::span<const std::string> topics);

  /// The segment of a reader who is owed exactly these posts (ids that are not among the posts are ignored),
  /// as far as their topics match.
  [[nodiscard]] std::optional<std::size_t> place_only(std::string_view language,
                                                      std::span<const std::string> topics,
                                                      std::span<const PostId> owed);

  /// All segments so far; indices stay valid.
  [[nodiscard]] const std::vector<SegmentKey>& segments() const { return segments_; }

 private:
  using Mask = std::vector<bool>;
  [[nodiscard]] Mask matching(std::span<const std::string> topics) const;
  [[nodiscard]] std::optional<std::size_t> intern(std::string_view language, const Mask& mask);

  std::vector<SegmentPost> posts_;
  std::vector<SegmentKey> segments_;
  std::unordered_map<std::string, std::size_t> by_key_;  // language and mask
  std::unordered_map<std::string, std::optional<std::size_t>>
      recent_;  // language and topics as given; bounded
};

}  // namespace tidings::digest
