// Hashes, MACs and signatures; the only user of OpenSSL. Thread-safe: no shared state.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tidings {

/// 32 bytes (FIPS 180-4).
[[nodiscard]] std::string sha256(std::string_view bytes);

/// 32 bytes (RFC 2104 with SHA-256).
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view bytes);

/// Takes time that depends only on the lengths.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

/// A SHA-256 that can be copied midway, so that a constant prefix is hashed once.
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

/// A private signing key. Parsed once; a const key can sign in several threads at once. Copies share it.
class SigningKey {
 public:
  enum class Kind { rsa, ed25519 };

  /// PKCS#8 or PKCS#1 PEM without a passphrase. Errc::config for anything else, and for RSA below 1024 bits
  /// (RFC 8301).
  [[nodiscard]] static Result<SigningKey> from_pem(std::string_view pem);

  /// from_pem() of a file that only its owner can write and at most its group can read; else
  /// Errc::not_permitted.
  [[nodiscard]] static Result<SigningKey> read(const std::filesystem::path& path);

  /// Creates a new key; RSA has 2048 bits.
  [[nodiscard]] static SigningKey generate(Kind kind);

  [[nodiscard]] Kind kind() const;
  [[nodiscard]] int bits() const;

  /// PKCS#8 PEM.
  [[nodiscard]] std::string private_pem() const;

  /// For DKIM records: RSA as SubjectPublicKeyInfo (RFC 6376 section 3.6.1), Ed25519 as its 32 bytes (RFC
  /// 8463 section 4).
  [[nodiscard]] std::string public_bytes() const;

  /// RSA: PKCS#1 v1.5 with SHA-256 of `bytes`. Ed25519: PureEdDSA of `bytes` as they are. Deterministic.
  [[nodiscard]] std::string sign(std::string_view bytes) const;

 private:
  struct State;
  explicit SigningKey(std::shared_ptr<const State> state);
  std::shared_ptr<const State> state_;
};

/// Somebody else's public key, RSA (PKCS#1 v1.5) or ECDSA. A const key can verify in several threads at once;
/// copies share it.
class VerifyingKey {
 public:
  enum class Hash { sha1, sha256 };  ///< sha1 only for peers that sign with nothing better

  /// SubjectPublicKeyInfo (RFC 5280 section 4.1). Errc::bad_data for anything else.
  [[nodiscard]] static Result<VerifyingKey> from_der(std::string_view der);
  /// The key of a PEM certificate that is valid now; its issuer is not checked.
  [[nodiscard]] static Result<VerifyingKey> from_certificate(std::string_view pem);

  [[nodiscard]] bool verifies(std::string_view bytes, std::string_view signature, Hash hash) const;

 private:
  struct State;
  explicit VerifyingKey(std::shared_ptr<const State> state);
  std::shared_ptr<const State> state_;
};

}  // namespace tidings
