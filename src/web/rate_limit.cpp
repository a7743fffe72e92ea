#include "web/rate_limit.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "base/codec.hpp"

namespace tidings::web {

namespace {

constexpr std::string_view mapped_prefix{"\0\0\0\0\0\0\0\0\0\0\xFF\xFF", 12};

/// Four or sixteen bytes, or none.
std::string bytes_of(std::string_view address) {
  const std::string text{address};
  std::array<char, 16> bytes{};
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return {bytes.data(), 4};
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return {};
  std::string sixteen{bytes.data(), 16};
  return sixteen.starts_with(mapped_prefix) ? sixteen.substr(mapped_prefix.size()) : sixteen;
}

}  // namespace

std::string plain_address(std::string_view address) {
  const auto bytes = bytes_of(address);
  if (bytes.size() != 4) return std::string{address};
  std::array<char, INET_ADDRSTRLEN> text{};
  return ::inet_ntop(AF_INET, bytes.data(), text.data(), text.size()) == nullptr ? std::string{address}
                                                                                 : std::string{text.data()};
}

bool is_loopback(std::string_view address) {
  const auto bytes = bytes_of(address);
  if (bytes.size() == 4) return bytes.front() == 127;
  return bytes.size() == 16 && bytes == std::string(15, '\0') + '\1';
}

std::string network_of(std::string_view address) {
  const auto bytes = bytes_of(address);
  if (bytes.empty()) return std::string{address.substr(0, 64)};
  return hex_encode(std::string_view{bytes}.substr(0, bytes.size() == 4 ? 3 : 8));
}

std::string site_of(std::string_view address) {
  const auto bytes = bytes_of(address);
  return bytes.size() == 16 ? hex_encode(std::string_view{bytes}.substr(0, 6)) : std::string{};
}

bool RateLimit::take(std::string_view key, UtcTime now) {
  const std::lock_guard lock{mutex_};
  if (full_at_.size() >= max_keys_) full_at_.clear();
  auto& full_at = full_at_.try_emplace(std::string{key}, now).first->second;
  const auto then = std::max(full_at, now) + share_;
  if (then > now + window_) return false;
  full_at = then;
  return true;
}

}  // namespace tidings::web
