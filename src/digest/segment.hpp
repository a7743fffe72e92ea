// Segments: the subscribers of one edition who get the same posts in the same language, so that each segment
// is rendered once.
//
// The caller streams subscribers and keeps only the index returned for each; memory grows with the number of
// segments, not of subscribers. A subscriber without topics gets every post; others get those that share a
// topic with them (compared case-folded). Events are chosen by topic likewise. A subscriber with nothing to
// read is in no segment. Pure; not thread-safe.
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

/// One post of the edition, or of the backlog of a subscriber who changed digests.
struct SegmentPost {
  PostId id;
  std::vector<std::string> topics;  ///< as Selected::topics
  bool backlog = false;             ///< of an earlier edition: only for subscribers who changed digests
};

struct SegmentKey {
  std::string language;
  std::vector<PostId> posts;             ///< in reading order
  std::vector<std::size_t> events = {};  ///< by their place in the edition

  bool operator==(const SegmentKey&) const = default;
};

/// The topics of an edition's events, and whether they are worth a mail without posts.
struct SegmentEvents {
  std::vector<std::vector<std::string>> topics;  ///< of each event
  bool suffice = false;
};

class Segmenter {
 public:
  /// `posts` in reading order, events in that of their start.
  explicit Segmenter(std::vector<SegmentPost> posts, SegmentEvents events = {});

  /// The segment of an ordinary subscriber; none if the edition has nothing for them. `language` as it will
  /// be rendered.
  [[nodiscard]] std::optional<std::size_t> place(std::string_view language,
                                                 std::span<const std::string> topics);

  /// The segment of a subscriber who is owed exactly these posts (ids that are not among the posts are
  /// ignored), as far as their topics match.
  [[nodiscard]] std::optional<std::size_t> place_only(std::string_view language,
                                                      std::span<const std::string> topics,
                                                      std::span<const PostId> owed);

  /// All segments so far; indices stay valid.
  [[nodiscard]] const std::vector<SegmentKey>& segments() const { return segments_; }

 private:
  using Mask = std::vector<bool>;  ///< posts, then events
  [[nodiscard]] Mask matching(std::span<const std::string> topics) const;
  [[nodiscard]] std::optional<std::size_t> intern(std::string_view language, const Mask& mask);
  [[nodiscard]] bool is_worth_it(const Mask& mask) const;

  std::vector<SegmentPost> posts_;
  SegmentEvents events_;
  std::vector<SegmentKey> segments_;
  std::unordered_map<std::string, std::size_t> by_key_;  // language and mask
  std::unordered_map<std::string, std::optional<std::size_t>>
      recent_;  // language and topics as given; bounded
};

}  // namespace tidings::digest
