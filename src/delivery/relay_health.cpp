#include "delivery/relay_health.hpp"

#include <algorithm>

#include "delivery/retry.hpp"

namespace tidings::delivery {
namespace {

using namespace std::chrono_literals;

/// Policy answers to single messages, one after the other with no success between, that show that it is not about them.
constexpr int policy_limit = 3;
/// Connections that fail one after the other before the relay is out.
constexpr int open_limit = 3;
constexpr std::chrono::minutes shortest_policy_pause = 10min;

double rate_of(const RelayOptions& options) {
  const double hourly = options.per_hour / 3600.0;
  if (options.rate <= 0) return hourly;
  return hourly <= 0 ? options.rate : std::min(options.rate, hourly);
}

bool is_policy(const Outcome& outcome) {
  return outcome.code == 421 || (outcome.stage >= Stage::mail && outcome.code != 0 && outcome.enhanced.find(".7.") == 1);
}

}  // namespace

RelayHealth::RelayHealth(const RelayOptions& options)
    : options_(options), throttle_(rate_of(options), std::chrono::steady_clock::now()) {}

void RelayHealth::begin_run(Time now) {
  failed_opens_ = policy_answers_ = 0;
  next_open_ = {};
  out_ = resume_ - now > options_.patience;
}

void RelayHealth::recall(const RelayMemory& memory, UtcTime utc_now, Time now) {
  lock_step_ = memory.lock_step;
  failures_ = memory.failures;
  last_error_ = memory.last_error;
  if (!memory.paused_until) return;
  ramping_ = true;
  // A clock that was set back must not make a pause last for days.
  resume_ = now + std::clamp<std::chrono::milliseconds>(*memory.paused_until - utc_now, 0ms, 1h);
}

RelayMemory RelayHealth::memory(UtcTime utc_now, Time now) const {
  RelayMemory memory{.name = options_.name(), .lock_step = lock_step_, .failures = failures_, .paused_until = {}, .last_error = last_error_};
  if (ramping_) memory.paused_until = utc_now + std::chrono::duration_cast<std::chrono::milliseconds>(resume_ - now);
  return memory;
}

int RelayHealth::allowed_sessions(Time now) const {
  if (out_ || now < resume_) return 0;
  if (!ramping_) return options_.connections;
  const auto minutes = std::chrono::floor<std::chrono::minutes>(now - resume_).count();
  return static_cast<int>(std::min<std::int64_t>(options_.connections, 1 + minutes));
}

std::optional<RelayHealth::Time> RelayHealth::next_session(Time now) const {
  if (out_) return std::nullopt;
  if (now < resume_) return resume_;
  if (!ramping_ || allowed_sessions(now) >= options_.connections) return std::nullopt;
  return resume_ + std::chrono::floor<std::chrono::minutes>(now - resume_) + 1min;
}

void RelayHealth::accepted(Time now) {
  policy_answers_ = 0;
  if (ramping_ && now - resume_ > std::chrono::minutes{options_.connections}) {
    ramping_ = false;
    failures_ = 0;
    last_error_.clear();
  }
}

void RelayHealth::pause(Time now) {
  ++failures_;
  ramping_ = true;
  policy_answers_ = 0;
  const auto wait = std::max<std::chrono::milliseconds>(shortest_policy_pause, relay_back_off(failures_ + 3, 0));
  resume_ = now + wait;
  out_ = wait > options_.patience;
}

bool RelayHealth::trouble(const Outcome& outcome, Time now) {
  if (!is_usable(now)) return true;
  last_error_ = outcome.line();
  const bool about_us = outcome.stage <= Stage::mail || outcome.code == 421;
  if (!about_us && ++policy_answers_ < policy_limit) return false;
  if (is_policy(outcome)) {
    pause(now);
  } else {
    out_ = true;
  }
  return true;
}

bool RelayHealth::open_failed(const Outcome& outcome, Others others, Time now) {
  last_error_ = outcome.line();
  if (others == Others::some_open) {
    next_open_ = now + 30s;
    return false;
  }
  ++failed_opens_;
  // A login or a certificate that is refused will be refused again; a host that does not answer may just be restarting.
  const bool final_word = outcome.stage == Stage::auth || outcome.stage == Stage::tls || outcome.code / 100 == 5;
  if (final_word || failed_opens_ >= open_limit) {
    out_ = true;
    return true;
  }
  next_open_ = now + options_.timeouts.reopen * failed_opens_;
  return false;
}

}  // namespace tidings::delivery
