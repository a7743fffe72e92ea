// How often a network may do what, and who counts: a long-running process (serve), or the database where
// there is none (cgi).
//
// Both follow the same rules; networks are those of rate_limit.hpp. An IPv6 /48 has eight times the limit of
// each /64 in it. The only writer of `web_limits`: one row per network that recently used some of its limit,
// identified by a hash under this database's secret, deleted once its full limit is back.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/database.hpp"
#include "web/rate_limit.hpp"

namespace tidings::web {

/// misses: invalid tokens. The numbers are stored in the database.
enum class Limit { misses = 1, sign_ups = 2 };

/// `times` at once, fully restored within `window`.
struct LimitRule {
  int times = 0;
  std::chrono::milliseconds window{};
};
[[nodiscard]] LimitRule rule_of(Limit what);
inline constexpr int site_factor = 8;

class Limits {
 public:
  Limits() = default;
  Limits(const Limits&) = delete;
  Limits& operator=(const Limits&) = delete;
  virtual ~Limits() = default;

  /// Uses one attempt of the client's network; false if none is left. May fail as the store does.
  [[nodiscard]] virtual Result<bool> take(Limit what, std::string_view client, UtcTime now) = 0;
};

/// Thread-safe.
class MemoryLimits final : public Limits {
 public:
  [[nodiscard]] Result<bool> take(Limit what, std::string_view client, UtcTime now) override;

 private:
  /// Of the networks, and of the /48 around them.
  struct Pair {
    explicit Pair(LimitRule rule)
        : network(rule.times, rule.window), site(site_factor * rule.times, rule.window) {}
    RateLimit network;
    RateLimit site;
  };
  Pair misses_{rule_of(Limit::misses)};
  Pair sign_ups_{rule_of(Limit::sign_ups)};
};

/// Each take is one statement, so that concurrent processes count correctly. Belongs to the database's
/// thread.
class StoredLimits final : public Limits {
 public:
  StoredLimits(store::Database& database, std::string secret)
      : database_(database), secret_(std::move(secret)) {}

  [[nodiscard]] Result<bool> take(Limit what, std::string_view client, UtcTime now) override;

 private:
  [[nodiscard]] Result<bool> take_of(Limit what, const std::string& network, int times, UtcTime now);

  store::Database& database_;
  std::string secret_;
};

/// Deletes the rows of networks whose full limit is back.
[[nodiscard]] Result<void> sweep_limits(store::Database& database, UtcTime now);

}  // namespace tidings::web
