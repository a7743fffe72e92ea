#include "base/crypto.hpp"

#include <doctest/doctest.h>

#include "base/codec.hpp"
#include "base/file.hpp"
#include "support/temp_folder.hpp"

using namespace tidings;

namespace {

// RFC 8032 section 7.1, test 2, as PKCS#8.
constexpr std::string_view ed25519_pem =
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n-----END "
    "PRIVATE KEY-----\n";

}  // namespace

TEST_CASE("crypto: SHA-256 and HMAC give the published values, and a copied hash goes on by itself") {
  CHECK(hex_encode(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231 section 4.3
  CHECK(hex_encode(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  Sha256 first;
  first.update("a");
  Sha256 second{first};
  first.update("bc");
  second.update("x");
  CHECK(first.finish() == sha256("abc"));
  CHECK(second.finish() == sha256("ax"));
}

TEST_CASE("signing key: Ed25519 gives the signature of RFC 8032") {
  const auto key = SigningKey::from_pem(ed25519_pem);
  REQUIRE(key);
  CHECK(key->kind() == SigningKey::Kind::ed25519);
  CHECK(hex_encode(key->public_bytes()) ==
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  CHECK(hex_encode(key->sign("\x72")) ==
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b"
        "2eaeb4302aeeb00d291612bb0c00");
}

TEST_CASE("signing key: a new key survives its PEM form and signs the same") {
  for (const auto kind : {SigningKey::Kind::rsa, SigningKey::Kind::ed25519}) {
    const auto key = SigningKey::generate(kind);
    const auto again = SigningKey::from_pem(key.private_pem());
    REQUIRE(again);
    CHECK(again->kind() == kind);
    CHECK(again->bits() == (kind == SigningKey::Kind::rsa ? 2048 : 256));
    CHECK(again->public_bytes() == key.public_bytes());
    CHECK(again->sign("message") == key.sign("message"));
    CHECK(again->sign("message") != key.sign("massage"));
  }
}

TEST_CASE("signing key: what is no key is refused with a reason") {
  CHECK(SigningKey::from_pem("").error().code == Errc::config);
  CHECK(SigningKey::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").error().code ==
        Errc::config);
  // an elliptic curve key (P-256)
  CHECK(SigningKey::from_pem("-----BEGIN PRIVATE KEY-----\n"
                             "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2\n"
                             "OF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r\n"
                             "1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G\n"
                             "-----END PRIVATE KEY-----\n")
            .error()
            .what == "the private key is neither RSA nor Ed25519");
}

TEST_CASE("signing key: a key file that others can read is refused") {
  const test::TempFolder folder;
  const auto path = folder / "key.pem";
  REQUIRE(write_file(path, ed25519_pem));
  CHECK(SigningKey::read(folder / "none").error().code == Errc::no_input);
  for (const unsigned mode : {0644U, 0660U, 0604U, 0620U}) {
    std::filesystem::permissions(path, static_cast<std::filesystem::perms>(mode));
    CHECK(SigningKey::read(path).error().code == Errc::not_permitted);
  }
  for (const unsigned mode : {0600U, 0640U, 0400U}) {
    std::filesystem::permissions(path, static_cast<std::filesystem::perms>(mode));
    CHECK(SigningKey::read(path));
  }
}

TEST_CASE("crypto: a public key verifies what its private half signed, and nothing else") {
  const auto key = SigningKey::generate(SigningKey::Kind::rsa);
  const auto verifier = VerifyingKey::from_der(key.public_bytes());
  REQUIRE(verifier.has_value());
  const auto signature = key.sign("words");
  CHECK(verifier->verifies("words", signature, VerifyingKey::Hash::sha256));
  CHECK_FALSE(verifier->verifies("word", signature, VerifyingKey::Hash::sha256));
  CHECK_FALSE(verifier->verifies("words", signature, VerifyingKey::Hash::sha1));
  CHECK_FALSE(verifier->verifies("words", "", VerifyingKey::Hash::sha256));
  CHECK_FALSE(VerifyingKey::from_der("no key").has_value());
  CHECK_FALSE(VerifyingKey::from_certificate("no certificate").has_value());
}
