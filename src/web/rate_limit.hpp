// How often somebody may try: a fixed number in a sliding hour or minute, by key (a network, an address). Bounded memory.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"

namespace tidings::web {

/// The network a visitor is in: /24 of IPv4, /56 of IPv6 (one household), v4-mapped as v4; the text itself if it is neither.
[[nodiscard]] std::string network_of(std::string_view address);

/// A bucket of `burst` drops that fills up within `window`. Thread-safe. Past `max_keys` everything is forgotten at once: whoever
/// can speak from so many networks is not held up by this.
class RateLimit {
 public:
  RateLimit(double burst, std::chrono::milliseconds window, std::size_t max_keys = 50'000)
      : burst_(burst), window_(window), max_keys_(max_keys) {}

  /// Takes a drop; false if there was none.
  [[nodiscard]] bool take(std::string_view key, UtcTime now);
  /// Whether there is one, without taking it.
  [[nodiscard]] bool has(std::string_view key, UtcTime now);

 private:
  struct Bucket {
    double drops;
    UtcTime at;
  };
  Bucket& bucket(std::string_view key, UtcTime now);

  double burst_;
  std::chrono::milliseconds window_;
  std::size_t max_keys_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace tidings::web
