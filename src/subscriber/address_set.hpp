// Addresses in memory, sixteen bytes each when half full: who is on the list or suppressed, for an import
// that would otherwise look up a million of them.
//
// Holds a hash of each address key and the subscriber's id, not the key: candidates() and may_have() may mean
// somebody else with the same hash, so the caller compares the key itself. Nothing is ever removed. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/id.hpp"

namespace tidings::subscriber {

class AddressSet {
 public:
  /// An address without a subscriber of interest.
  void add(std::string_view key) { add(key, SubscriberId{-1}); }
  void add(std::string_view key, SubscriberId id) {
    if (4 * ++count_ > 3 * slots_.size()) grow();
    put({.hash = hash_of(key), .id = id});
  }

  /// Everybody who may have this key; nearly always nobody or one.
  [[nodiscard]] std::vector<SubscriberId> candidates(std::string_view key) const {
    std::vector<SubscriberId> found;
    if (slots_.empty()) return found;
    const auto hash = hash_of(key);
    for (auto at = hash & (slots_.size() - 1); slots_[at].id.value != 0;
         at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at].hash == hash) found.push_back(slots_[at].id);
    }
    return found;
  }

  /// False means that it was never added.
  [[nodiscard]] bool may_have(std::string_view key) const { return !candidates(key).empty(); }

 private:
  struct Slot {
    std::size_t hash = 0;
    SubscriberId id{};  ///< 0: free
  };

  static std::size_t hash_of(std::string_view key) { return std::hash<std::string_view>{}(key); }

  void put(const Slot& slot) {
    auto at = slot.hash & (slots_.size() - 1);
    while (slots_[at].id.value != 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }

  void grow() {
    auto old = std::exchange(slots_, std::vector<Slot>(slots_.empty() ? 1024 : 2 * slots_.size()));
    for (const auto& slot : old) {
      if (slot.id.value != 0) put(slot);
    }
  }

  std::vector<Slot> slots_;  // the number of slots is a power of two
  std::size_t count_ = 0;
};

}  // namespace tidings::subscriber
