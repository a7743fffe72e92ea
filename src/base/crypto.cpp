#include "base/crypto.hpp"

#include <algorithm>
#include <array>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/file.hpp"

namespace tidings {
namespace {

struct ContextFree {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

struct KeyFree {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct BioFree {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, BioFree>;

/// Never asks the terminal for a passphrase.
int no_pass_phrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*user*/) { return 0; }

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// Looked up once: OpenSSL 3 would look up EVP_sha256() by name for each hash.
const EVP_MD* sha256_method() {
  static const EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  TIDINGS_CHECK(method != nullptr);
  return method;
}

constexpr std::size_t sha256_block = 64;
using Digest = std::array<char, 32>;

/// The hash of `first` followed by `second`. One context per thread: creating one costs more than hashing a
/// line.
Digest hash_of(std::string_view first, std::string_view second) {
  thread_local const std::unique_ptr<EVP_MD_CTX, ContextFree> context{EVP_MD_CTX_new()};
  Digest digest;
  TIDINGS_CHECK(EVP_DigestInit_ex(context.get(), sha256_method(), nullptr) == 1 &&
                EVP_DigestUpdate(context.get(), first.data(), first.size()) == 1 &&
                EVP_DigestUpdate(context.get(), second.data(), second.size()) == 1 &&
                EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(digest.data()), nullptr) ==
                    1);
  return digest;
}

}  // namespace

struct Sha256::State {
  std::unique_ptr<EVP_MD_CTX, ContextFree> context{EVP_MD_CTX_new()};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  TIDINGS_CHECK(EVP_DigestInit_ex(state_->context.get(), sha256_method(), nullptr) == 1);
}

Sha256::Sha256(const Sha256& other) : state_(std::make_unique<State>()) {
  TIDINGS_CHECK(EVP_MD_CTX_copy_ex(state_->context.get(), other.state_->context.get()) == 1);
}

Sha256& Sha256::operator=(const Sha256& other) {
  if (this != &other)
    TIDINGS_CHECK(EVP_MD_CTX_copy_ex(state_->context.get(), other.state_->context.get()) == 1);
  return *this;
}

Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(std::string_view bytes) {
  TIDINGS_CHECK(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::finish() {
  std::string out(32, '\0');
  TIDINGS_CHECK(
      EVP_DigestFinal_ex(state_->context.get(), reinterpret_cast<unsigned char*>(out.data()), nullptr) == 1);
  return out;
}

std::string sha256(std::string_view bytes) {
  const auto digest = hash_of(bytes, {});
  return {digest.data(), digest.size()};
}

/// RFC 2104 written out: OpenSSL's HMAC() fetches and builds a provider's context for each call, which costs
/// five times the hashing.
std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  const auto short_key = key.size() > sha256_block ? sha256(key) : std::string{key};
  const auto padded = [&](char with) {
    std::array<char, sha256_block> out{};
    std::copy(short_key.begin(), short_key.end(), out.begin());
    for (char& octet : out) octet = static_cast<char>(octet ^ with);
    return out;
  };
  const auto inner_pad = padded('\x36');
  const auto outer_pad = padded('\x5c');
  const auto inner = hash_of({inner_pad.data(), inner_pad.size()}, bytes);
  const auto outer = hash_of({outer_pad.data(), outer_pad.size()}, {inner.data(), inner.size()});
  return {outer.data(), outer.size()};
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

struct SigningKey::State {
  State(EVP_PKEY* owned, Kind its_kind) : key(owned), kind(its_kind), ready(EVP_MD_CTX_new()) {
    TIDINGS_CHECK(key != nullptr &&
                  EVP_DigestSignInit(ready.get(), nullptr, kind == Kind::rsa ? sha256_method() : nullptr,
                                     nullptr, key.get()) == 1);
  }
  std::unique_ptr<EVP_PKEY, KeyFree> key;
  Kind kind;
  /// Copied for each signature, in a twelfth of the time of preparing it from the key.
  std::unique_ptr<EVP_MD_CTX, ContextFree> ready;
};

SigningKey::SigningKey(std::shared_ptr<const State> state) : state_(std::move(state)) {}

Result<SigningKey> SigningKey::from_pem(std::string_view pem) {
  const Bio bio{BIO_new_mem_buf(pem.data(), static_cast<int>(std::min<std::size_t>(pem.size(), 1 << 20)))};
  TIDINGS_CHECK(bio != nullptr);
  std::unique_ptr<EVP_PKEY, KeyFree> key{
      PEM_read_bio_PrivateKey(bio.get(), nullptr, no_pass_phrase, nullptr)};
  if (!key) return fail(Errc::config, "not a PEM private key, or it has a passphrase");
  const bool rsa = EVP_PKEY_is_a(key.get(), "RSA") == 1;
  if (!rsa && EVP_PKEY_is_a(key.get(), "ED25519") != 1)
    return fail(Errc::config, "the private key is neither RSA nor Ed25519");
  const int bits = EVP_PKEY_get_bits(key.get());
  if (rsa && bits < 1024)
    return fail(Errc::config, fmt::format("an RSA key of {} bits is too short", bits), "2048 bits or more");
  return SigningKey{std::make_shared<State>(key.release(), rsa ? Kind::rsa : Kind::ed25519)};
}

Result<SigningKey> SigningKey::read(const std::filesystem::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && (info.st_mode & (S_IWGRP | S_IXGRP | S_IRWXO)) != 0) {
    return fail(Errc::not_permitted,
                fmt::format("{} is accessible to users other than its owner", path.string()),
                fmt::format("chmod 600 {}", path.string()));
  }
  constexpr std::int64_t max_key_bytes = 1 << 20;
  TIDINGS_LET(const auto pem, read_file(path, max_key_bytes));
  auto key = from_pem(pem);
  if (!key)
    return fail(key.error().code, fmt::format("{}: {}", path.string(), key.error().what), key.error().hint);
  return key;
}

SigningKey SigningKey::generate(Kind kind) {
  constexpr std::size_t rsa_bits = 2048;
  auto* const key = kind == Kind::rsa ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", rsa_bits)
                                      : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  return SigningKey{std::make_shared<State>(key, kind)};
}

SigningKey::Kind SigningKey::kind() const { return state_->kind; }
int SigningKey::bits() const { return EVP_PKEY_get_bits(state_->key.get()); }

std::string SigningKey::private_pem() const {
  const Bio bio{BIO_new(BIO_s_mem())};
  TIDINGS_CHECK(PEM_write_bio_PKCS8PrivateKey(bio.get(), state_->key.get(), nullptr, nullptr, 0, nullptr,
                                              nullptr) == 1);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string SigningKey::public_bytes() const {
  if (state_->kind == Kind::ed25519) {
    std::string out(32, '\0');
    std::size_t size = out.size();
    TIDINGS_CHECK(EVP_PKEY_get_raw_public_key(state_->key.get(), reinterpret_cast<unsigned char*>(out.data()),
                                              &size) == 1);
    return out;
  }
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(state_->key.get(), &der);
  TIDINGS_CHECK(size > 0);
  std::string out{reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)};
  OPENSSL_free(der);
  return out;
}

std::string SigningKey::sign(std::string_view bytes) const {
  const std::unique_ptr<EVP_MD_CTX, ContextFree> context{EVP_MD_CTX_new()};
  TIDINGS_CHECK(EVP_MD_CTX_copy_ex(context.get(), state_->ready.get()) == 1);
  auto size = static_cast<std::size_t>(EVP_PKEY_get_size(state_->key.get()));
  std::string out(size, '\0');
  TIDINGS_CHECK(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                               bytes_of(bytes), bytes.size()) == 1);
  out.resize(size);
  return out;
}

struct VerifyingKey::State {
  std::unique_ptr<EVP_PKEY, KeyFree> key;
};

VerifyingKey::VerifyingKey(std::shared_ptr<const State> state) : state_(std::move(state)) {}

Result<VerifyingKey> VerifyingKey::from_der(std::string_view der) {
  auto state = std::make_shared<State>();
  const auto* at = bytes_of(der);
  state->key.reset(d2i_PUBKEY(nullptr, &at, static_cast<long>(std::min<std::size_t>(der.size(), 1 << 16))));
  if (!state->key) return fail(Errc::bad_data, "not a DER public key");
  return VerifyingKey{std::move(state)};
}

Result<VerifyingKey> VerifyingKey::from_certificate(std::string_view pem) {
  const Bio bio{BIO_new_mem_buf(pem.data(), static_cast<int>(std::min<std::size_t>(pem.size(), 1 << 20)))};
  TIDINGS_CHECK(bio != nullptr);
  struct CertificateFree {
    void operator()(X509* certificate) const { X509_free(certificate); }
  };
  const std::unique_ptr<X509, CertificateFree> certificate{
      PEM_read_bio_X509(bio.get(), nullptr, no_pass_phrase, nullptr)};
  if (!certificate) return fail(Errc::bad_data, "not a PEM certificate");
  if (X509_cmp_current_time(X509_get0_notBefore(certificate.get())) >= 0 ||
      X509_cmp_current_time(X509_get0_notAfter(certificate.get())) <= 0)
    return fail(Errc::bad_data, "the certificate is not valid today");
  auto state = std::make_shared<State>();
  state->key.reset(X509_get_pubkey(certificate.get()));
  if (!state->key) return fail(Errc::bad_data, "the certificate's key type is not supported");
  return VerifyingKey{std::move(state)};
}

bool VerifyingKey::verifies(std::string_view bytes, std::string_view signature, Hash hash) const {
  const std::unique_ptr<EVP_MD_CTX, ContextFree> context{EVP_MD_CTX_new()};
  TIDINGS_CHECK(context != nullptr);
  if (EVP_DigestVerifyInit(context.get(), nullptr, hash == Hash::sha1 ? EVP_sha1() : EVP_sha256(), nullptr,
                           state_->key.get()) != 1)
    return false;
  return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(bytes),
                          bytes.size()) == 1;
}

}  // namespace tidings
