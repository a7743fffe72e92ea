#include "web/limits.hpp"

#include "base/crypto.hpp"

namespace tidings::web {

using namespace std::chrono_literals;

LimitRule rule_of(Limit what) {
  switch (what) {
    case Limit::misses: return {.times = 60, .window = 10min};
    case Limit::sign_ups: return {.times = 30, .window = 1h};
  }
  return {};
}

Result<bool> MemoryLimits::take(Limit what, std::string_view client, UtcTime now) {
  return (what == Limit::misses ? misses_ : sign_ups_).take(network_of(client), now);
}

Result<bool> StoredLimits::take(Limit what, std::string_view client, UtcTime now) {
  // As RateLimit::take().
  auto take = database_.prepare(R"(
      INSERT INTO web_limits (what, network, full_ms) VALUES (:what, :network, :now + :share)
      ON CONFLICT (what, network) DO UPDATE
      SET full_ms = CASE WHEN web_limits.full_ms > :now THEN web_limits.full_ms ELSE :now END + :share
      WHERE web_limits.full_ms + :share <= :now + :window)");
  const auto rule = rule_of(what);
  TIDINGS_TRY(take.bind(":what", static_cast<int>(what))
                  .bind_blob(":network", hmac_sha256(secret_, "network " + network_of(client)).substr(0, 16))
                  .bind(":now", now)
                  .bind(":share", static_cast<std::int64_t>(rule.window.count() / rule.times))
                  .bind(":window", static_cast<std::int64_t>(rule.window.count()))
                  .run());
  return database_.changes() > 0;
}

Result<void> sweep_limits(store::Database& database, UtcTime now) {
  auto sweep = database.prepare("DELETE FROM web_limits WHERE full_ms <= :now");
  return sweep.bind(":now", now).run();
}

}  // namespace tidings::web
