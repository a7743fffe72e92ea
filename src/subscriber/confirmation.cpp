#include "subscriber/confirmation.hpp"

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"

namespace tidings::subscriber {
namespace {

constexpr std::size_t token_bytes = 16;
constexpr std::size_t token_size = 26;  // base32 of 16 bytes

/// Nothing if it cannot be one of our tokens.
std::optional<std::string> hash_of(std::string_view token) {
  if (token.size() != token_size) return std::nullopt;
  const auto bytes = base32_decode(token);
  if (!bytes || bytes->size() != token_bytes) return std::nullopt;
  // Hashed in our own spelling, so that a relay that changes case does no harm and each token has one hash.
  return sha256(base32_encode(*bytes));
}

/// Rows of (subscriber, digest, address) of one token.
Result<std::optional<Confirmation>> read_confirmation(store::Statement& query) {
  Confirmation confirmation;
  TIDINGS_TRY(query.each([&](const store::Statement& row) {
    confirmation.subscriber = row.id<SubscriberId>(0);
    confirmation.digests.push_back(row.text(1));
    confirmation.address = row.text(2);
  }));
  if (confirmation.digests.empty()) return std::nullopt;
  return confirmation;
}

}  // namespace

Result<void> forget_confirmations(store::Database& database, SubscriberId subscriber) {
  auto statement = database.prepare("DELETE FROM confirmations WHERE subscriber_id = :id");
  return statement.bind(":id", subscriber).run();
}

Result<std::string> Confirmations::issue(const Confirmation& what, std::chrono::milliseconds lifetime) {
  if (what.digests.empty()) return fail(Errc::usage, "a confirmation needs at least one digest");
  const auto token = base32_encode(random_.bytes(token_bytes));
  const auto hash = sha256(token);
  TIDINGS_LET(auto transaction, database_.begin());
  for (const auto& digest : what.digests) {
    auto insert = database_.prepare(R"(
        INSERT INTO confirmations (token_hash, digest, subscriber_id, address, expires_ms)
        VALUES (:hash, :digest, :subscriber, :address, :expires) ON CONFLICT (token_hash, digest) DO NOTHING)");
    TIDINGS_TRY(insert.bind_blob(":hash", hash)
                    .bind(":digest", digest)
                    .bind(":subscriber", what.subscriber)
                    .bind(":address", what.address)
                    .bind(":expires", clock_.now() + lifetime)
                    .run());
  }
  TIDINGS_TRY(transaction.commit());
  return token;
}

Result<std::optional<Confirmation>> Confirmations::peek(std::string_view token) {
  const auto hash = hash_of(token);
  if (!hash) return std::nullopt;
  auto query = database_.prepare(R"(
      SELECT subscriber_id, digest, address FROM confirmations
      WHERE token_hash = :hash AND expires_ms > :now AND used_ms IS NULL ORDER BY digest)");
  query.bind_blob(":hash", *hash).bind(":now", clock_.now());
  return read_confirmation(query);
}

Result<std::optional<Confirmation>> Confirmations::redeem(std::string_view token, Origin origin,
                                                          std::string_view detail) {
  TIDINGS_LET(auto transaction, database_.begin());
  TIDINGS_LET(auto confirmation, redeem(transaction, token, origin, detail));
  if (confirmation) TIDINGS_TRY(transaction.commit());
  return confirmation;
}

Result<std::optional<Confirmation>> Confirmations::redeem(const store::Transaction& open,
                                                          std::string_view token, Origin origin,
                                                          std::string_view detail) {
  TIDINGS_LET(const auto confirmation, peek(token));
  if (!confirmation || !confirmation->address.empty()) return std::nullopt;
  SubscriberTable table{database_, clock_};
  TIDINGS_LET(const auto subscriber, table.find(confirmation->subscriber));
  if (!subscriber) return std::nullopt;
  const auto address = stored_address(subscriber->address);
  Suppressions suppressions{database_, clock_};
  TIDINGS_LET(const auto suppression, suppressions.lookup(address));
  if (suppression && suppression->cause != SuppressionCause::erased) return std::nullopt;
  if (suppression) TIDINGS_TRY(suppressions.remove(address));
  for (const auto& digest : confirmation->digests) {
    TIDINGS_TRY(table.confirm(open, confirmation->subscriber, digest, origin, detail));
  }
  TIDINGS_TRY(use_up(token));
  return confirmation;
}

Result<void> Confirmations::use_up(std::string_view token) {
  const auto hash = hash_of(token);
  if (!hash) return {};
  auto update = database_.prepare(
      "UPDATE confirmations SET used_ms = :now, expires_ms = :forget WHERE token_hash = :hash");
  return update.bind(":now", clock_.now())
      .bind(":forget", clock_.now() + used_confirmation_lifetime)
      .bind_blob(":hash", *hash)
      .run();
}

Result<std::optional<Confirmation>> Confirmations::used(std::string_view token) {
  const auto hash = hash_of(token);
  if (!hash) return std::nullopt;
  auto query = database_.prepare(R"(
      SELECT c.subscriber_id, c.digest, c.address FROM confirmations c
      JOIN subscriptions p ON p.subscriber_id = c.subscriber_id AND p.digest = c.digest
                          AND (p.state = 'confirmed' OR p.state = 'paused')
      WHERE c.token_hash = :hash AND c.used_ms IS NOT NULL AND c.expires_ms > :now ORDER BY c.digest)");
  query.bind_blob(":hash", *hash).bind(":now", clock_.now());
  return read_confirmation(query);
}

Result<std::optional<Confirmation>> Confirmations::expired(std::string_view token) {
  const auto hash = hash_of(token);
  if (!hash) return std::nullopt;
  auto query = database_.prepare(R"(
      SELECT subscriber_id, digest, address FROM confirmations
      WHERE token_hash = :hash AND expires_ms <= :now AND used_ms IS NULL ORDER BY digest)");
  query.bind_blob(":hash", *hash).bind(":now", clock_.now());
  return read_confirmation(query);
}

Result<void> Confirmations::forget_address(std::string_view address_key) {
  std::vector<std::string> found;
  auto query = database_.prepare("SELECT DISTINCT address FROM confirmations WHERE address <> ''");
  TIDINGS_TRY(query.each([&](const store::Statement& row) {
    if (stored_address(row.view(0)).key() == address_key) found.push_back(row.text(0));
  }));
  for (const auto& address : found) {
    auto drop = database_.prepare("DELETE FROM confirmations WHERE address = :address");
    TIDINGS_TRY(drop.bind(":address", address).run());
  }
  return {};
}

Result<std::int64_t> Confirmations::sweep() {
  auto statement = database_.prepare(
      "DELETE FROM confirmations WHERE expires_ms <= CASE WHEN used_ms IS NULL THEN :long_ago ELSE :now END");
  TIDINGS_TRY(statement.bind(":now", clock_.now())
                  .bind(":long_ago", clock_.now() - expired_confirmation_lifetime)
                  .run());
  return database_.changes();
}

}  // namespace tidings::subscriber
