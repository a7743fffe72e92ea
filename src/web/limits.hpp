// What a network may do how often, and who counts it: a process that lives on (serve), or the database where
// none does (cgi).
//
// The rules are the same for both; networks are those of rate_limit.hpp. A /48 of IPv6 has eight times what
// each /64 in it has. The only writer of `web_limits`: one row for each network that has used something up of
// late, known by a hash under the secret of this database, gone once it has everything back.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/database.hpp"
#include "web/rate_limit.hpp"

namespace tidings::web {

/// misses: tokens that were none. The numbers are in the database.
enum class Limit { misses = 1, sign_ups = 2 };

/// `times` at once, and all of them back within `window`.
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

  /// Takes one of what is left to the client's network; false if there is none. May fail as the store does.
  [[nodiscard]] virtual Result<bool> take(Limit what, std::string_view client, UtcTime now) = 0;
};

/// Thread-safe.
class MemoryLimits final : public Limits {
 public:
  [[nodiscard]] Result<bool> take(Limit what, std::string_view client, UtcTime now) override;

 private:
  /// Of the networks, and of the sites around them.
  struct Pair {
    explicit Pair(LimitRule rule)
        : network(rule.times, rule.window), site(site_factor * rule.times, rule.window) {}
    RateLimit network;
    RateLimit site;
  };
  Pair misses_{rule_of(Limit::misses)};
  Pair sign_ups_{rule_of(Limit::sign_ups)};
};

/// Each take is one statement, so that processes at the same time count right. Belongs to the database's
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

/// Deletes the rows of networks that have everything back.
[[nodiscard]] Result<void> sweep_limits(store::Database& database, UtcTime now);

}  // namespace tidings::web
