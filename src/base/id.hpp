// Database row keys that the compiler tells apart: an Id<struct PostTag> is not an Id<struct SourceTag>.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace tidings {

/// A positive row key; 0 means "not stored yet".
template <class Tag>
struct Id {
  std::int64_t value = 0;

  auto operator<=>(const Id&) const = default;
  explicit operator bool() const { return value != 0; }
};

using SourceId = Id<struct SourceTag>;
using PostId = Id<struct PostTag>;
using EditionId = Id<struct EditionTag>;
using SegmentId = Id<struct SegmentTag>;
using SubscriberId = Id<struct SubscriberTag>;

}  // namespace tidings

template <class Tag>
struct std::hash<tidings::Id<Tag>> {
  std::size_t operator()(const tidings::Id<Tag>& id) const noexcept {
    return std::hash<std::int64_t>{}(id.value);
  }
};
