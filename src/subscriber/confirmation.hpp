// Confirmations: the random, single-use tokens that turn a sign-up into consent, or move a subscription to
// the address that they were mailed to. The only writer of `confirmations`.
//
// 128 random bits, base32 in lower case (26 characters), because a confirmation also travels in a local part
// (reply to confirm); only the SHA-256 is stored. Valid once, for 72 hours. Each names the digests requested
// at the time, so that a click never confirms a later request by somebody else.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "store/database.hpp"
#include "subscriber/consent.hpp"
#include "subscriber/subscriber_table.hpp"

namespace tidings::subscriber {

inline constexpr std::chrono::hours confirmation_lifetime{72};
inline constexpr std::chrono::hours used_confirmation_lifetime{24 * 30};
/// How long an expired link is still known, so that its page can offer a new one.
inline constexpr std::chrono::hours expired_confirmation_lifetime{24 * 30};

/// What a valid token confirms.
struct Confirmation {
  SubscriberId subscriber{};
  std::vector<std::string> digests{};  ///< sorted
  std::string address{};               ///< where the subscription moves to; empty: it stays

  bool operator==(const Confirmation&) const = default;
};

/// Within the caller's transaction; for erasing a person.
[[nodiscard]] Result<void> forget_confirmations(store::Database& database, SubscriberId subscriber);

class Confirmations {
 public:
  Confirmations(store::Database& database, const Clock& clock, Random& random)
      : database_(database), clock_(clock), random_(random) {}

  /// Returns the token to mail, which is stored nowhere. The digests must not be empty.
  [[nodiscard]] Result<std::string> issue(const Confirmation& what,
                                          std::chrono::milliseconds lifetime = confirmation_lifetime);

  /// What a GET may show; nothing for an unknown, used or expired token, without saying which. Changes
  /// nothing.
  [[nodiscard]] Result<std::optional<Confirmation>> peek(std::string_view token);

  /// Uses up the token and confirms its digests, in one transaction. Nothing as peek(), nothing for a token
  /// that moves a subscription (use_up()), and nothing for a suppressed address, which stays suppressed; an
  /// erased person who signed up again is removed from the suppressions.
  [[nodiscard]] Result<std::optional<Confirmation>> redeem(std::string_view token, Origin origin,
                                                           std::string_view detail);
  [[nodiscard]] Result<std::optional<Confirmation>> redeem(const store::Transaction& open,
                                                           std::string_view token, Origin origin,
                                                           std::string_view detail);

  /// The digests of a used token that are still confirmed, for a second click on the link. Nothing for any
  /// other token, and a month after its use.
  [[nodiscard]] Result<std::optional<Confirmation>> used(std::string_view token);

  /// Within the caller's transaction: the token was used for what only the caller can do.
  [[nodiscard]] Result<void> use_up(std::string_view token);

  /// What a token stood for that expired unused; nothing for any other, and a month after that.
  [[nodiscard]] Result<std::optional<Confirmation>> expired(std::string_view token);

  /// All that move something to this address (MailAddress::key()). Within the caller's transaction.
  [[nodiscard]] Result<void> forget_address(std::string_view address_key);

  /// Deletes old ones; returns the number of rows. Harmless at any time.
  [[nodiscard]] Result<std::int64_t> sweep();

 private:
  store::Database& database_;
  const Clock& clock_;
  Random& random_;
};

}  // namespace tidings::subscriber
