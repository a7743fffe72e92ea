// Confirmations: the random, single-use tokens that turn a sign-up into consent. The only writer of
// `confirmations`.
//
// 128 random bits, base32 in lower case (26 characters), because a confirmation also travels in a local part
// (reply to confirm); only the SHA-256 is stored. Good for 72 hours, once. Each names the digests that were
// asked for then, so that a later request by somebody else rides on nobody's click.
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

/// What a token that is good stands for.
struct Confirmation {
  SubscriberId subscriber{};
  std::vector<std::string> digests{};  ///< sorted

  bool operator==(const Confirmation&) const = default;
};

/// Within the caller's transaction; for erasing a person.
[[nodiscard]] Result<void> forget_confirmations(store::Database& database, SubscriberId subscriber);

class Confirmations {
 public:
  Confirmations(store::Database& database, const Clock& clock, Random& random)
      : database_(database), clock_(clock), random_(random) {}

  /// The token to mail; it is nowhere else. `digests` must not be empty.
  [[nodiscard]] Result<std::string> issue(SubscriberId subscriber, const std::vector<std::string>& digests);

  /// What a GET may show: nothing if unknown, used or too old, for the same answer to all three. Changes
  /// nothing.
  [[nodiscard]] Result<std::optional<Confirmation>> peek(std::string_view token);

  /// Uses the token up and confirms its digests, in one transaction. Nothing as peek(); a suppressed address
  /// stays so and gives nothing too, but an erased person who signed up anew is taken off the suppressions.
  [[nodiscard]] Result<std::optional<Confirmation>> redeem(std::string_view token, Origin origin,
                                                           std::string_view detail);
  [[nodiscard]] Result<std::optional<Confirmation>> redeem(const store::Transaction& open,
                                                           std::string_view token, Origin origin,
                                                           std::string_view detail);

  /// What a token stood for that was used, as far as that is still confirmed: somebody presses the link
  /// again. Nothing for any other token, and a month after the use.
  [[nodiscard]] Result<std::optional<Confirmation>> used(std::string_view token);

  /// Deletes the old ones; returns the rows. Harmless at any time.
  [[nodiscard]] Result<std::int64_t> sweep();

 private:
  store::Database& database_;
  const Clock& clock_;
  Random& random_;
};

}  // namespace tidings::subscriber
