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
  auto& limits = what == Limit::misses ? misses_ : sign_ups_;
  const auto site = site_of(client);
  return limits.network.take(network_of(client), now) && (site.empty() || limits.site.take(site, now));
}

Result<bool> StoredLimits::take(Limit what, std::string_view client, UtcTime now) {
  const int times = rule_of(what).times;
  TIDINGS_LET(const bool in_network, take_of(what, network_of(client), times, now));
  const auto site = site_of(client);
  if (!in_network || site.empty()) return in_network;
  return take_of(what, site, site_factor * times, now);
}

Result<bool> StoredLimits::take_of(Limit what, const std::string& network, int times, UtcTime now) {
  // As RateLimit::take().
  auto take = database_.prepare(R"(
      INSERT INTO web_limits (what, network, full_ms) VALUES (:what, :network, :now + :share)
      ON CONFLICT (what, network) DO UPDATE
      SET full_ms = CASE WHEN web_limits.full_ms > :now THEN web_limits.full_ms ELSE :now END + :share
      WHERE web_limits.full_ms + :share <= :now + :window)");
  const auto window = static_cast<std::int64_t>(rule_of(what).window.count());
  TIDINGS_TRY(take.bind(":what", static_cast<int>(what))
                  .bind_blob(":network", hmac_sha256(secret_, "network " + network).substr(0, 16))
                  .bind(":now", now)
                  .bind(":share", window / times)
                  .bind(":window", window)
                  .run());
  return database_.changes() > 0;
}

Result<void> sweep_limits(store::Database& database, UtcTime now) {
  auto sweep = database.prepare("DELETE FROM web_limits WHERE full_ms <= :now");
  return sweep.bind(":now", now).run();
}

}  // namespace tidings::web
