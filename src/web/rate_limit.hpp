// How often somebody may try: a fixed number in a sliding hour or minute, by key (a network, an address).
// Bounded memory.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"

namespace tidings::web {

/// The address for counting: an IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2) becomes its IPv4 address.
/// Anything else is unchanged.
[[nodiscard]] std::string plain_address(std::string_view address);

/// 127.0.0.0/8 or ::1, also IPv4-mapped.
[[nodiscard]] bool is_loopback(std::string_view address);

/// A visitor's network: IPv4 /24, IPv6 /64; the text itself if it is neither.
[[nodiscard]] std::string network_of(std::string_view address);

/// The larger IPv6 network, /48: one customer's, with 65,536 of the smaller ones. Empty for IPv4.
[[nodiscard]] std::string site_of(std::string_view address);

/// `times` at once, fully restored within `window`. Thread-safe. Past `max_keys` everything is forgotten:
/// whoever commands that many networks cannot be stopped this way.
class RateLimit {
 public:
  RateLimit(int times, std::chrono::milliseconds window, std::size_t max_keys = 50'000)
      : share_(window / times), window_(window), max_keys_(max_keys) {}

  /// Uses one; false if none is left.
  [[nodiscard]] bool take(std::string_view key, UtcTime now);

 private:
  std::chrono::milliseconds share_;  ///< time to restore one
  std::chrono::milliseconds window_;
  std::size_t max_keys_;
  std::mutex mutex_;
  std::unordered_map<std::string, UtcTime> full_at_;  ///< when everything is restored
};

}  // namespace tidings::web
