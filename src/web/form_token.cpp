#include "web/form_token.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/crypto.hpp"

namespace tidings::web {

std::string make_form_token(std::string_view secret, UtcTime now) {
  const auto time = fmt::format("{}", to_ms(now));
  return time + "." + hex_encode(hmac_sha256(secret, "tidings sign-up form 1:" + time).substr(0, 12));
}

std::optional<std::chrono::milliseconds> age_of_form_token(std::string_view secret, std::string_view token,
                                                           UtcTime now) {
  std::int64_t made = 0;
  const auto dot = token.find('.');
  if (dot == std::string_view::npos || dot > 15) return std::nullopt;
  const auto read = std::from_chars(token.data(), token.data() + dot, made);
  if (read.ec != std::errc{} || read.ptr != token.data() + dot || made < 0) return std::nullopt;
  if (!equal_in_constant_time(make_form_token(secret, from_ms(made)), token)) return std::nullopt;
  const auto age = now - from_ms(made);
  if (age.count() < 0) return std::nullopt;
  return age;
}

}  // namespace tidings::web
