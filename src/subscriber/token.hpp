// Tokens: links and return addresses that prove for whom they were made. Writes `keys`.
//
// A token is  key id (1 byte) | purpose (1) | subscriber (varint) | edition (varint) | MAC  where the MAC is
// HMAC-SHA256, truncated, over a fixed context, the form and all bytes before it. In a link: 16 bytes of MAC,
// base64url, about 30 characters. In a local part: 10 bytes (80 bits) of MAC, base32 in lower case, 34
// characters below 2^35 subscribers and 2^28 editions, never above 48, because relays fold case and a local
// part has 64 octets (RFC 5321 section 4.5.3.1.1). No expiry: an unsubscribe link must work forever; the
// stored state says whether anything is left to do.
//
// A thief of a token can do what its purpose says for that one subscriber and nothing else: a token of one
// purpose or form never verifies as another. Whoever holds the database holds the keys. Confirmations use
// other tokens: confirmation.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "store/database.hpp"

namespace tidings::subscriber {

/// Numbers are part of the token: never changed.
enum class TokenPurpose : std::uint8_t { unsubscribe = 1, preferences = 2, view = 3, bounce = 4, review = 5 };

enum class TokenForm { link, local_part };

/// The subject of a token. Edition 0: no particular edition; an unsubscribe token without one is for all
/// digests. A review token belongs to no subscriber: it has the draft's revision in that place.
struct TokenSubject {
  SubscriberId subscriber{};
  EditionId edition{};

  bool operator==(const TokenSubject&) const = default;
};

/// The longest token of TokenForm::local_part; the rest of 64 octets is for a prefix.
inline constexpr std::size_t max_local_part_token_size = 48;

struct Key {
  std::uint8_t id = 0;
  std::string secret{};  ///< 32 bytes
  UtcTime created{};
};

/// The secrets: the newest signs, all verify. A value; copy it to other threads.
class KeyRing {
 public:
  /// For tests and dry runs: not stored. At least one key.
  explicit KeyRing(std::vector<Key> keys);

  /// Reads the keys; creates and stores the first one if there is none.
  [[nodiscard]] static Result<KeyRing> open(store::Database& database, Random& random, const Clock& clock);
  /// Only reads; if there is no key, uses one that is not stored, so that a dry run writes nothing.
  [[nodiscard]] static Result<KeyRing> peek(store::Database& database, Random& random);
  /// Stores a new key that signs from now on; older tokens stay valid. Errc::not_permitted after the 255th.
  [[nodiscard]] static Result<KeyRing> rotate(store::Database& database, Random& random, const Clock& clock);

  [[nodiscard]] const Key& newest() const { return keys_.back(); }
  [[nodiscard]] const Key* find(std::uint8_t id) const;
  [[nodiscard]] const std::vector<Key>& keys() const { return keys_; }

 private:
  std::vector<Key> keys_;  ///< by id, that is, by age
};

/// Makes and reads tokens. Immutable: may be used by many threads.
class Tokens {
 public:
  explicit Tokens(KeyRing keys) : keys_(std::move(keys)) {}

  /// For a link: base64url without padding. For a local part: lower-case base32.
  [[nodiscard]] std::string make(TokenPurpose purpose, TokenForm form, const TokenSubject& subject) const;

  /// Nothing unless it is our token for exactly this purpose and form. Accepts any bytes, and a local-part
  /// token in either case.
  [[nodiscard]] std::optional<TokenSubject> verify(TokenPurpose purpose, TokenForm form,
                                                   std::string_view token) const;

 private:
  KeyRing keys_;
};

}  // namespace tidings::subscriber
