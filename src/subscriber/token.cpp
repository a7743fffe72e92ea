#include "subscriber/token.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"

namespace tidings::subscriber {
namespace {

constexpr std::size_t secret_bytes = 32;
constexpr int max_keys = 255;
constexpr std::size_t link_mac_bytes = 16;
constexpr std::size_t local_part_mac_bytes = 10;
constexpr std::size_t max_token_size = 128;
constexpr std::string_view context{"tidings token 1\0", 16};

void append_varint(std::string& out, std::int64_t value) {
  auto rest = static_cast<std::uint64_t>(value);
  while (rest >= 0x80) {
    out += static_cast<char>((rest & 0x7F) | 0x80);
    rest >>= 7;
  }
  out += static_cast<char>(rest);
}

std::optional<std::int64_t> read_varint(std::string_view bytes, std::size_t& at) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 63 && at < bytes.size(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(bytes[at++]);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if ((byte & 0x80U) == 0) return static_cast<std::int64_t>(value);
  }
  return std::nullopt;
}

std::string make_with(const Key& key, TokenPurpose purpose, TokenForm form, const TokenSubject& subject) {
  std::string bytes;
  bytes += static_cast<char>(key.id);
  bytes += static_cast<char>(purpose);
  append_varint(bytes, subject.subscriber.value);
  append_varint(bytes, subject.edition.value);
  std::string signed_bytes{context};
  signed_bytes += form == TokenForm::link ? 'l' : 'p';
  signed_bytes += bytes;
  const auto mac = hmac_sha256(key.secret, signed_bytes);
  if (form == TokenForm::link) return base64url_encode(bytes.append(mac, 0, link_mac_bytes));
  return base32_encode(bytes.append(mac, 0, local_part_mac_bytes));
}

Result<std::vector<Key>> read_keys(store::Database& database) {
  auto query = database.prepare("SELECT id, secret, created_ms FROM keys ORDER BY id");
  TIDINGS_LET(auto keys, query.list([](const store::Statement& row) {
    return Key{
        .id = static_cast<std::uint8_t>(row.integer(0)), .secret = row.blob(1), .created = row.time(2)};
  }));
  if (std::ranges::any_of(keys, [](const Key& key) { return key.secret.size() != secret_bytes; }))
    return fail(Errc::bad_data, "a token key in the database is damaged");
  return keys;
}

Result<Key> store_key(store::Database& database, Random& random, const Clock& clock, int id) {
  Key key{.id = static_cast<std::uint8_t>(id), .secret = random.bytes(secret_bytes), .created = clock.now()};
  auto statement =
      database.prepare("INSERT INTO keys (id, secret, created_ms) VALUES (:id, :secret, :created)");
  TIDINGS_TRY(statement.bind(":id", id).bind_blob(":secret", key.secret).bind(":created", key.created).run());
  return key;
}

}  // namespace

KeyRing::KeyRing(std::vector<Key> keys) : keys_(std::move(keys)) { TIDINGS_CHECK(!keys_.empty()); }

Result<KeyRing> KeyRing::open(store::Database& database, Random& random, const Clock& clock) {
  TIDINGS_LET(auto keys, read_keys(database));
  if (!keys.empty()) return KeyRing{std::move(keys)};
  TIDINGS_LET(auto transaction, database.begin());
  // Another process may have made it while we waited for the lock.
  TIDINGS_LET(auto again, read_keys(database));
  if (!again.empty()) return KeyRing{std::move(again)};
  TIDINGS_LET(auto first, store_key(database, random, clock, 1));
  TIDINGS_TRY(transaction.commit());
  return KeyRing{{std::move(first)}};
}

Result<KeyRing> KeyRing::peek(store::Database& database, Random& random) {
  TIDINGS_LET(auto keys, read_keys(database));
  if (keys.empty()) keys.push_back({.id = 1, .secret = random.bytes(secret_bytes), .created = {}});
  return KeyRing{std::move(keys)};
}

Result<KeyRing> KeyRing::rotate(store::Database& database, Random& random, const Clock& clock) {
  TIDINGS_LET(auto transaction, database.begin());
  TIDINGS_LET(auto keys, read_keys(database));
  const int id = keys.empty() ? 1 : keys.back().id + 1;
  if (id > max_keys)
    return fail(Errc::not_permitted, "there are already 255 token keys, the most there can be");
  TIDINGS_LET(auto key, store_key(database, random, clock, id));
  TIDINGS_TRY(transaction.commit());
  keys.push_back(std::move(key));
  return KeyRing{std::move(keys)};
}

const Key* KeyRing::find(std::uint8_t id) const {
  for (const auto& key : keys_) {
    if (key.id == id) return &key;
  }
  return nullptr;
}

std::string Tokens::make(TokenPurpose purpose, TokenForm form, const TokenSubject& subject) const {
  TIDINGS_CHECK(subject.subscriber.value > 0 && subject.edition.value >= 0);
  return make_with(keys_.newest(), purpose, form, subject);
}

std::optional<TokenSubject> Tokens::verify(TokenPurpose purpose, TokenForm form,
                                           std::string_view token) const {
  if (token.size() > max_token_size) return std::nullopt;
  const auto text = form == TokenForm::local_part ? ascii_lower(token) : std::string{token};
  const auto bytes = form == TokenForm::link ? base64url_decode(text) : base32_decode(text);
  const auto mac_bytes = form == TokenForm::link ? link_mac_bytes : local_part_mac_bytes;
  if (!bytes || bytes->size() < 4 + mac_bytes) return std::nullopt;
  const auto* const key = keys_.find(static_cast<std::uint8_t>((*bytes)[0]));
  if (key == nullptr || static_cast<std::uint8_t>((*bytes)[1]) != static_cast<std::uint8_t>(purpose))
    return std::nullopt;
  std::size_t at = 2;
  const auto subscriber = read_varint(*bytes, at);
  const auto edition = read_varint(*bytes, at);
  if (!subscriber || !edition || *subscriber == 0) return std::nullopt;
  const TokenSubject subject{.subscriber = {*subscriber}, .edition = {*edition}};
  // The whole text is made anew and compared, so that one token has one spelling: no spare bits, white space
  // or long varints.
  if (!equal_in_constant_time(make_with(*key, purpose, form, subject), text)) return std::nullopt;
  return subject;
}

}  // namespace tidings::subscriber
