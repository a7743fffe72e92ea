#include "subscriber/suppression.hpp"

#include <algorithm>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "store/instance.hpp"

namespace tidings::subscriber {
namespace {

constexpr const char* salt_fact = "erasure_salt";
constexpr std::size_t salt_bytes = 32;
constexpr std::size_t max_detail_bytes = 500;

constexpr SuppressionCause all_causes[] = {SuppressionCause::hard_bounce, SuppressionCause::soft_bounces,
                                           SuppressionCause::complaint, SuppressionCause::manual,
                                           SuppressionCause::erased};

/// "@domain" of "local@domain".
std::string domain_key(std::string_view address_key) {
  return std::string{address_key.substr(std::min(address_key.size(), address_key.rfind('@')))};
}

std::string salted(const std::string& salt, std::string_view address_key) {
  return "sha256:" + hex_encode(sha256(salt + std::string{address_key}));
}

Result<Suppression> read_row(const store::Statement& query) {
  const auto cause = suppression_cause_of(query.view(1));
  if (!cause)
    return fail(Errc::bad_data, "a suppression in the database has an unknown cause: " + query.text(1));
  return Suppression{
      .address_key = query.text(0), .cause = *cause, .at = query.time(2), .detail = query.text(3)};
}

}  // namespace

std::string_view name_of(SuppressionCause cause) {
  switch (cause) {
    case SuppressionCause::hard_bounce: return "hard_bounce";
    case SuppressionCause::soft_bounces: return "soft_bounces";
    case SuppressionCause::complaint: return "complaint";
    case SuppressionCause::manual: return "manual";
    case SuppressionCause::erased: return "erased";
  }
  return "";
}

std::optional<SuppressionCause> suppression_cause_of(std::string_view name) {
  for (const auto cause : all_causes) {
    if (name == name_of(cause)) return cause;
  }
  return std::nullopt;
}

Result<SuppressionTarget> parse_suppression_target(std::string_view text) {
  text = trim(text);
  const auto rest = text.substr(text.starts_with('*') ? 1 : 0);
  if (!rest.starts_with('@')) {
    TIDINGS_LET(const auto address, parse_mail_address(text));
    return SuppressionTarget{.key = address.key(), .text = address.text()};
  }
  TIDINGS_LET(const auto domain, domain_to_ascii(rest.substr(1)));
  if (domain.find('.') == std::string::npos) {
    return fail(
        Errc::bad_data,
        "\"" + std::string{truncate_utf8(clean_utf8(text), 60)} + "\" is neither an address nor a domain",
        "write it like ada@example.org, or @example.org for everybody there");
  }
  return SuppressionTarget{.key = "@" + domain, .text = "everybody at " + domain};
}

Result<bool> Suppressions::add(const MailAddress& address, SuppressionCause cause, std::string_view detail) {
  return add(SuppressionTarget{.key = address.key(), .text = address.text()}, cause, detail);
}

Result<bool> Suppressions::add(const SuppressionTarget& target, SuppressionCause cause,
                               std::string_view detail) {
  const auto clean = collapse_blanks(clean_utf8(detail));
  auto statement = database_.prepare(R"(
      INSERT INTO suppressions (address_key, cause, at_ms, detail) VALUES (:key, :cause, :at, :detail)
      ON CONFLICT (address_key) DO UPDATE SET cause = excluded.cause, at_ms = excluded.at_ms, detail = excluded.detail
      WHERE CASE excluded.cause WHEN 'soft_bounces' THEN 0 WHEN 'hard_bounce' THEN 1 WHEN 'complaint' THEN 2
                                WHEN 'manual' THEN 3 ELSE 4 END
          > CASE suppressions.cause WHEN 'soft_bounces' THEN 0 WHEN 'hard_bounce' THEN 1 WHEN 'complaint' THEN 2
                                    WHEN 'manual' THEN 3 ELSE 4 END)");
  TIDINGS_TRY(statement.bind(":key", target.key)
                  .bind(":cause", name_of(cause))
                  .bind(":at", clock_.now())
                  .bind(":detail", truncate_utf8(clean, max_detail_bytes))
                  .run());
  if (remembered_) remembered_->keys.add(target.key);
  return database_.changes() > 0;
}

Result<void> Suppressions::add_erased(std::string_view address_key) {
  TIDINGS_LET(const auto salt, store::fact(database_, salt_fact));
  if (salt.empty()) {
    SystemRandom random;
    TIDINGS_TRY(store::set_fact(database_, salt_fact, hex_encode(random.bytes(salt_bytes))));
  }
  TIDINGS_LET(const auto key, hashed(address_key));
  auto statement = database_.prepare(R"(
      INSERT INTO suppressions (address_key, cause, at_ms, detail) VALUES (:key, 'erased', :at, '')
      ON CONFLICT (address_key) DO NOTHING)");
  TIDINGS_TRY(statement.bind(":key", key).bind(":at", clock_.now()).run());
  // The plain address must not remain under another cause.
  auto plain = database_.prepare("DELETE FROM suppressions WHERE address_key = :key");
  return plain.bind(":key", address_key).run();
}

Result<bool> Suppressions::remove(const MailAddress& address) {
  return remove(SuppressionTarget{.key = address.key(), .text = address.text()});
}

Result<bool> Suppressions::remove(const SuppressionTarget& target) {
  const auto& key = target.key;
  TIDINGS_LET(const auto hash, hashed(key));
  auto statement = database_.prepare("DELETE FROM suppressions WHERE address_key IN (:key, :hash)");
  TIDINGS_TRY(statement.bind(":key", key).bind(":hash", hash).run());
  return database_.changes() > 0;
}

Result<std::optional<Suppression>> Suppressions::lookup(const MailAddress& address) {
  return lookup_key(address.key());
}

Result<std::optional<Suppression>> Suppressions::lookup_key(std::string_view address_key) {
  const auto domain = domain_key(address_key);
  if (remembered_) {
    const auto& [keys, salt] = *remembered_;
    if (!keys.may_have(address_key) && !keys.may_have(domain) &&
        (salt.empty() || !keys.may_have(salted(salt, address_key))))
      return std::nullopt;
  }
  // Called for each line of an import: a single statement while nobody is suppressed or erased.
  if (!probe_) {
    probe_.emplace(database_.prepare(R"(
        SELECT EXISTS (SELECT 1 FROM suppressions WHERE address_key IN (:key, :domain)),
               EXISTS (SELECT 1 FROM suppressions WHERE address_key > 'sha256:' AND address_key < 'sha256;'))"));
  }
  probe_->reset();
  probe_->bind(":key", address_key).bind(":domain", domain);
  TIDINGS_TRY(probe_->step());
  const bool plain = probe_->integer(0) != 0;
  const bool anybody_erased = probe_->integer(1) != 0;
  probe_->reset();
  if (!plain && !anybody_erased) return std::nullopt;
  std::string key{address_key};
  if (!plain) {
    TIDINGS_LET(key, hashed(address_key));
  }
  auto query = database_.prepare(R"(
      SELECT address_key, cause, at_ms, detail FROM suppressions WHERE address_key IN (:key, :domain)
      ORDER BY address_key = :domain LIMIT 1)");
  query.bind(":key", key).bind(":domain", domain);
  TIDINGS_LET(const bool row, query.step());
  if (!row) return std::nullopt;
  TIDINGS_LET(auto found, read_row(query));
  return found;
}

Result<void> Suppressions::remember_hashes() {
  Remembered remembered;
  TIDINGS_LET(remembered.salt, store::fact(database_, salt_fact));
  auto query = database_.prepare("SELECT address_key FROM suppressions");
  query.in_portions();
  TIDINGS_TRY(query.each([&](const store::Statement& row) { remembered.keys.add(row.view(0)); }));
  remembered_ = std::move(remembered);
  return {};
}

Result<std::vector<Suppression>> Suppressions::list(std::optional<SuppressionCause> cause,
                                                    std::string_view after, int limit) {
  auto query = database_.prepare(R"(
      SELECT address_key, cause, at_ms, detail FROM suppressions
      WHERE address_key > :after AND (:cause IS NULL OR cause = :cause)
      ORDER BY address_key LIMIT :limit)");
  query.bind(":after", after).bind(":limit", limit);
  query.bind(":cause", cause ? std::optional{name_of(*cause)} : std::nullopt);
  return query.list(read_row);
}

Result<std::string> Suppressions::hashed(std::string_view address_key) {
  TIDINGS_LET(const auto salt, store::fact(database_, salt_fact));
  if (salt.empty()) return std::string{};  // nobody has been erased yet
  return salted(salt, address_key);
}

Result<std::vector<std::pair<std::string, std::int64_t>>> Suppressions::counts() {
  auto rows = database_.prepare("SELECT cause, count(*) FROM suppressions GROUP BY cause ORDER BY cause");
  return rows.list([](const store::Statement& row) { return std::pair{row.text(0), row.integer(1)}; });
}

Result<std::map<std::int64_t, std::int64_t>> Suppressions::bounced_by_week(UtcTime first) {
  auto rows = database_.prepare(R"(
    SELECT (at_ms - :first) / 604800000 AS week, count(*) FROM suppressions
    WHERE cause IN ('hard_bounce', 'soft_bounces', 'complaint') AND at_ms >= :first GROUP BY week)");
  rows.bind(":first", first);
  std::map<std::int64_t, std::int64_t> out;
  TIDINGS_TRY(rows.each([&](const store::Statement& row) { out[row.integer(0)] = row.integer(1); }));
  return out;
}

}  // namespace tidings::subscriber
