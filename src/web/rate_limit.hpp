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

/// The address as it counts: an IPv4 address that IPv6 carries (RFC 4291 section 2.5.5.2) is that IPv4
/// address. Others, and what is no address, stay as they are.
[[nodiscard]] std::string plain_address(std::string_view address);

/// 127.0.0.0/8 or ::1, also where IPv6 carries it.
[[nodiscard]] bool is_loopback(std::string_view address);

/// The network a visitor is in: /24 of IPv4, /64 of IPv6; the text itself if it is neither.
[[nodiscard]] std::string network_of(std::string_view address);

/// The larger one of IPv6, /48: what one customer may have, with 65,536 of the smaller in it. Empty for IPv4.
[[nodiscard]] std::string site_of(std::string_view address);

/// `times` at once, and all of them back within `window`. Thread-safe. Past `max_keys` everything is
/// forgotten at once: whoever can speak from so many networks is not held up by this.
class RateLimit {
 public:
  RateLimit(int times, std::chrono::milliseconds window, std::size_t max_keys = 50'000)
      : share_(window / times), window_(window), max_keys_(max_keys) {}

  /// Takes one; false if there was none.
  [[nodiscard]] bool take(std::string_view key, UtcTime now);

 private:
  std::chrono::milliseconds share_;  ///< in which one of them comes back
  std::chrono::milliseconds window_;
  std::size_t max_keys_;
  std::mutex mutex_;
  std::unordered_map<std::string, UtcTime> full_at_;  ///< when everything will be back
};

}  // namespace tidings::web
