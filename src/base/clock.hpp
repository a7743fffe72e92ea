// Time: UTC milliseconds everywhere inside; zones only where people read or write times (zone.hpp).
//
// Jobs take a Clock, so that --at and the tests decide what "now" is. Timeouts of the wire use
// std::chrono::steady_clock and are not affected by it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tidings {

using UtcTime = std::chrono::sys_time<std::chrono::milliseconds>;

[[nodiscard]] constexpr std::int64_t to_ms(UtcTime t) { return t.time_since_epoch().count(); }
[[nodiscard]] constexpr UtcTime from_ms(std::int64_t ms) { return UtcTime{std::chrono::milliseconds{ms}}; }

/// What lies further ahead than this was written by a clock that was ahead. Clocks of hosts that share a
/// store may differ.
inline constexpr std::chrono::minutes clock_slack{10};

/// Where "now" comes from. Thread-safe in all implementations here but ManualClock::set.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;
  [[nodiscard]] virtual UtcTime now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] UtcTime now() const override;
};

/// Stands still until told (`--at`, tests).
class ManualClock final : public Clock {
 public:
  explicit ManualClock(UtcTime now) : now_(now) {}
  [[nodiscard]] UtcTime now() const override { return now_; }
  void set(UtcTime now) { now_ = now; }
  void advance(std::chrono::milliseconds by) { now_ += by; }

 private:
  UtcTime now_;
};

/// "2026-01-05T08:00:00Z"; with ".250" only when the milliseconds are not zero. RFC 3339 section 5.6.
[[nodiscard]] std::string format_rfc3339(UtcTime t);

/// RFC 3339 section 5.6 with any offset; blank for T and lower case accepted. Errc::bad_data names the input.
[[nodiscard]] Result<UtcTime> parse_rfc3339(std::string_view text);

/// "Mon, 05 Jan 2026 08:00:00 +0000" (RFC 5322 section 3.3); the offset given in minutes east of UTC.
[[nodiscard]] std::string format_rfc5322_date(UtcTime t, std::chrono::minutes offset = {});

}  // namespace tidings
