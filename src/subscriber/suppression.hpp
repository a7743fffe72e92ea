// Suppressions: addresses and domains never to be mailed again, with the cause. The only writer of
// `suppressions`.
//
// Keyed by MailAddress::key(), so that case does not matter; a whole domain by "@domain" (without its
// subdomains), which other rooms' queries check beside the address. Beats consent and outlives the
// subscriber: an erased person is kept as "sha256:" and the hash of salt and key. The salt is random, created
// at the first erasure and kept in `facts`; it defeats precomputed tables, not somebody who holds the whole
// database and guesses addresses one by one.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/mail_address.hpp"
#include "base/result.hpp"
#include "store/database.hpp"
#include "subscriber/address_set.hpp"

namespace tidings::subscriber {

enum class SuppressionCause { hard_bounce, soft_bounces, complaint, manual, erased };
[[nodiscard]] std::string_view name_of(SuppressionCause cause);
[[nodiscard]] std::optional<SuppressionCause> suppression_cause_of(std::string_view name);

/// What is suppressed: an address, or a whole domain.
struct SuppressionTarget {
  std::string key{};   ///< MailAddress::key(), or "@domain"
  std::string text{};  ///< for people

  [[nodiscard]] bool is_domain() const { return key.starts_with('@'); }
};

/// "ada@x.example", or "@x.example" and "*@x.example" for the whole domain. Errc::bad_data.
[[nodiscard]] Result<SuppressionTarget> parse_suppression_target(std::string_view text);

struct Suppression {
  std::string address_key{};  ///< MailAddress::key(), "@domain", or "sha256:..." of an erased person
  SuppressionCause cause = SuppressionCause::manual;
  UtcTime at{};
  std::string detail{};

  bool operator==(const Suppression&) const = default;
};

class Suppressions {
 public:
  Suppressions(store::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  /// Adds it, or makes the cause graver (soft_bounces < hard_bounce < complaint < manual < erased). False if
  /// it was already that grave. A single statement: works inside the caller's transaction or alone.
  [[nodiscard]] Result<bool> add(const MailAddress& address, SuppressionCause cause, std::string_view detail);
  [[nodiscard]] Result<bool> add(const SuppressionTarget& target, SuppressionCause cause,
                                 std::string_view detail);

  /// Adds only the hash of an address key. Within the caller's transaction.
  [[nodiscard]] Result<void> add_erased(std::string_view address_key);

  /// False if there was none. Also removes an erased person's hash.
  [[nodiscard]] Result<bool> remove(const MailAddress& address);
  [[nodiscard]] Result<bool> remove(const SuppressionTarget& target);

  /// Of the address, else of its domain.
  [[nodiscard]] Result<std::optional<Suppression>> lookup(const MailAddress& address);
  /// The same for a key (MailAddress::key()).
  [[nodiscard]] Result<std::optional<Suppression>> lookup_key(std::string_view address_key);

  /// Loads hashes of all keys into memory, so that only possible matches are looked up in the database. Valid
  /// while nobody else writes the table, that is, within the caller's transaction; call forget_hashes()
  /// before it ends.
  [[nodiscard]] Result<void> remember_hashes();
  void forget_hashes() { remembered_.reset(); }

  /// How many there are of each cause, by its name.
  [[nodiscard]] Result<std::vector<std::pair<std::string, std::int64_t>>> counts();

  /// How many bounces or complaints have brought about, by the weeks that begin at `first`.
  [[nodiscard]] Result<std::map<std::int64_t, std::int64_t>> bounced_by_week(UtcTime first);

  /// In key order, after `after`, at most `limit`; of one cause or of all.
  [[nodiscard]] Result<std::vector<Suppression>> list(std::optional<SuppressionCause> cause,
                                                      std::string_view after, int limit);

 private:
  /// The key of an erased person; empty as long as there is no salt.
  [[nodiscard]] Result<std::string> hashed(std::string_view address_key);

  store::Database& database_;
  const Clock& clock_;
  std::optional<store::Statement> probe_;
  struct Remembered {
    AddressSet keys;
    std::string salt;
  };
  std::optional<Remembered> remembered_;
};

}  // namespace tidings::subscriber
