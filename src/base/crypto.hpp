// Hashes, MACs and signatures; the only user of OpenSSL. Thread-safe: no shared state.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tidings {

/// 32 bytes (FIPS 180-4).
[[nodiscard]] std::string sha256(std::string_view bytes);

/// 32 bytes (RFC 2104 with SHA-256).
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view bytes);

/// Compares in time that depends on the lengths only.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

/// A SHA-256 that can be copied in the middle, so that a constant prefix is hashed once.
class Sha256 {
 public:
  Sha256();
  Sha256(const Sha256& other);
  Sha256& operator=(const Sha256& other);
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void update(std::string_view bytes);
  /// 32 bytes; the object must not be updated afterwards.
  [[nodiscard]] std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tidings
