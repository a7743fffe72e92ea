#include "web/stamp.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/crypto.hpp"

namespace tidings::web {

std::string make_stamp(std::string_view secret, UtcTime now) {
  const auto time = fmt::format("{}", to_ms(now));
  return time + "." + hex_encode(hmac_sha256(secret, "tidings sign-up form 1:" + time).substr(0, 12));
}

std::optional<std::chrono::milliseconds> age_of_stamp(std::string_view secret, std::string_view stamp,
                                                      UtcTime now) {
  std::int64_t made = 0;
  const auto dot = stamp.find('.');
  if (dot == std::string_view::npos || dot > 15) return std::nullopt;
  const auto read = std::from_chars(stamp.data(), stamp.data() + dot, made);
  if (read.ec != std::errc{} || read.ptr != stamp.data() + dot || made < 0) return std::nullopt;
  if (!equal_in_constant_time(make_stamp(secret, from_ms(made)), stamp)) return std::nullopt;
  const auto age = now - from_ms(made);
  if (age.count() < 0) return std::nullopt;
  return age;
}

}  // namespace tidings::web
