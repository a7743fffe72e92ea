#include "base/codec.hpp"

#include <doctest/doctest.h>

#include "base/compress.hpp"
#include "base/crypto.hpp"
#include "base/random.hpp"

using namespace tidings;

TEST_CASE("codec: RFC 4648 section 10 test vectors") {
  struct Case {
    const char* bytes;
    const char* base64;
    const char* base32;
  };
  for (const auto& [bytes, b64, b32] :
       {Case{"", "", ""}, Case{"f", "Zg==", "my"}, Case{"fo", "Zm8=", "mzxq"}, Case{"foo", "Zm9v", "mzxw6"},
        Case{"foob", "Zm9vYg==", "mzxw6yq"}, Case{"fooba", "Zm9vYmE=", "mzxw6ytb"},
        Case{"foobar", "Zm9vYmFy", "mzxw6ytboi"}}) {
    CHECK(base64_encode(bytes) == b64);
    CHECK(base64_decode(b64) == bytes);
    CHECK(base32_encode(bytes) == b32);
    CHECK(base32_decode(b32) == bytes);
  }
  CHECK(base32_decode("MZXW6YTBOI") == "foobar");
}

TEST_CASE("codec: every encoding gives back any bytes") {
  SeededRandom random{7};
  for (std::size_t size = 0; size < 70; ++size) {
    const auto bytes = random.bytes(size);
    CHECK(base64_decode(base64_encode(bytes)) == bytes);
    CHECK(base64url_decode(base64url_encode(bytes)) == bytes);
    CHECK(base32_decode(base32_encode(bytes)) == bytes);
    CHECK(hex_decode(hex_encode(bytes)) == bytes);
    CHECK(percent_decode(percent_encode(bytes)) == bytes);
  }
}

TEST_CASE("codec: a token has one spelling only") {
  CHECK_FALSE(base64url_decode("Zh"));  // rest bits not zero
  CHECK_FALSE(base64url_decode("Z"));
  CHECK_FALSE(base64url_decode("Zg=="));
  CHECK_FALSE(base32_decode("m1"));
  CHECK_FALSE(hex_decode("abc"));
}

TEST_CASE("crypto: SHA-256 and HMAC give the published values") {
  CHECK(hex_encode(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231 test case 2
  CHECK(hex_encode(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("crypto: a hash copied in the middle goes on independently") {
  Sha256 prefix;
  prefix.update("ab");
  Sha256 other = prefix;
  prefix.update("c");
  other.update("d");
  CHECK(prefix.finish() == sha256("abc"));
  CHECK(other.finish() == sha256("abd"));
}

TEST_CASE("compress: what is compressed comes back, and damage is an error") {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "line " + std::to_string(i % 7) + "\n";
  const auto packed = compress(text);
  CHECK(packed.size() * 10 < text.size());
  CHECK(*decompress(packed, 1 << 20) == text);
  CHECK(*decompress(compress(""), 10) == "");
  CHECK_FALSE(decompress(packed, text.size() - 1));
  CHECK_FALSE(decompress(packed.substr(0, packed.size() / 2), 1 << 20));
  CHECK_FALSE(decompress("nonsense", 1 << 20));
}
