#include "web/rate_limit.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "base/codec.hpp"

namespace tidings::web {

std::string network_of(std::string_view address) {
  std::string text{address};
  std::array<char, 4> four{};
  std::array<char, 16> sixteen{};
  if (text.starts_with("::ffff:") && text.find('.') != std::string::npos) text.erase(0, 7);
  if (::inet_pton(AF_INET, text.c_str(), four.data()) == 1) return hex_encode({four.data(), 3});
  if (::inet_pton(AF_INET6, text.c_str(), sixteen.data()) == 1) return hex_encode({sixteen.data(), 7});
  return text.substr(0, 64);
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
