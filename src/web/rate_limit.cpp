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

RateLimit::Bucket& RateLimit::bucket(std::string_view key, UtcTime now) {
  if (buckets_.size() >= max_keys_) buckets_.clear();
  auto& bucket = buckets_.try_emplace(std::string{key}, Bucket{.drops = burst_, .at = now}).first->second;
  const auto elapsed = static_cast<double>(std::max<std::int64_t>(0, (now - bucket.at).count()));
  bucket.drops = std::min(burst_, bucket.drops + burst_ * elapsed / static_cast<double>(window_.count()));
  bucket.at = now;
  return bucket;
}

bool RateLimit::has(std::string_view key, UtcTime now) {
  const std::lock_guard lock{mutex_};
  return bucket(key, now).drops >= 1;
}

bool RateLimit::take(std::string_view key, UtcTime now) {
  const std::lock_guard lock{mutex_};
  auto& mine = bucket(key, now);
  if (mine.drops < 1) return false;
  mine.drops -= 1;
  return true;
}

}  // namespace tidings::web
