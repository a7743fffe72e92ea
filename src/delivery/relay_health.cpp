#include "delivery/relay_health.hpp"

#include <algorithm>

#include "base/refusal.hpp"
#include "delivery/retry.hpp"

namespace tidings::delivery {
namespace {

using namespace std::chrono_literals;

/// Consecutive connection failures before the relay is out.
constexpr int open_limit = 3;
constexpr std::chrono::minutes shortest_policy_pause = 10min;

double rate_of(const RelayOptions& options) {
  const double hourly = options.per_hour / 3600.0;
  if (options.rate <= 0) return hourly;
  return hourly <= 0 ? options.rate : std::min(options.rate, hourly);
}

/// What passes with time, or is asked of every sender: not a login or an address that somebody must correct
/// first.
bool is_policy(const Outcome& outcome) {
  if (outcome.code == 421) return true;
  if (outcome.stage < Stage::mail || outcome.code == 0) return false;
  const auto part = refused_part(outcome.text);
  if (part == RefusedPart::login || part == RefusedPart::relaying) return false;
  return part.has_value() || outcome.enhanced.find(".7.") == 1;
}

}  // namespace

RelayHealth::RelayHealth(const RelayOptions& options)
    : options_(options), throttle_(rate_of(options), std::chrono::steady_clock::now()) {}

void RelayHealth::begin_run(Time now) {
  failed_opens_ = 0;
  taken_ = 0;
  watch_.begin_run(works_);
  next_open_ = {};
  out_ = resume_ - now > options_.patience;
}

void RelayHealth::recall(const RelayMemory& memory, UtcTime utc_now, Time now) {
  lock_step_ = memory.lock_step;
  failures_ = memory.failures;
  last_error_ = memory.last_error;
  works_ = memory.works;
  refused_alike_ = memory.refused_alike;
  if (!memory.paused_until) return;
  ramping_ = true;
  // A clock that was set back must not make a pause last for days.
  resume_ = now + std::clamp<std::chrono::milliseconds>(*memory.paused_until - utc_now, 0ms, 1h);
}

RelayMemory RelayHealth::memory(UtcTime utc_now, Time now) const {
  RelayMemory memory{.name = options_.name(),
                     .lock_step = lock_step_,
                     .failures = failures_,
                     .paused_until = {},
                     .last_error = last_error_,
                     .out = out_ || failed_opens_ > 0,
                     .refused_alike = watch_.words().empty() ? refused_alike_ : watch_.words(),
                     .seen = utc_now,
                     .taken = taken_};
  if (ramping_)
    memory.paused_until = utc_now + std::chrono::duration_cast<std::chrono::milliseconds>(resume_ - now);
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
  ++taken_;
  works_ = true;
  if (!ramping_) last_error_.clear();
  if (ramping_ && now - resume_ > std::chrono::minutes{options_.connections}) {
    ramping_ = false;
    failures_ = 0;
    last_error_.clear();
  }
}

void RelayHealth::pause(Time now) {
  ++failures_;
  ramping_ = true;
  const auto wait =
      std::max<std::chrono::milliseconds>(shortest_policy_pause, relay_back_off(failures_ + 3, 0));
  resume_ = now + wait;
  out_ = wait > options_.patience;
}

bool RelayHealth::answered(const Heard& heard, Time now) {
  if (heard.outcome.kind == OutcomeKind::accepted) accepted(now);
  // Recipients refused earlier are tried first today, and must not hold up the others for what may concern
  // only them.
  if (heard.outcome.stage > Stage::mail && heard.attempt > 1 && heard.outcome.code != 421) return false;
  if (concerns_everybody(heard.outcome)) return trouble(heard.outcome, now);
  switch (watch_.note(heard.outcome, heard.domain)) {
    case RefusalWatch::Finding::nothing: return false;
    case RefusalWatch::Finding::about_us: return trouble(heard.outcome, now);
    case RefusalWatch::Finding::alike: break;
  }
  last_error_ = heard.outcome.line();
  out_ = true;
  return true;
}

bool RelayHealth::trouble(const Outcome& outcome, Time now) {
  if (!is_usable(now)) return true;
  last_error_ = outcome.line();
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
  // A refused login or certificate will be refused again; a host that does not answer may just be restarting.
  const bool final_word =
      outcome.stage == Stage::auth || outcome.stage == Stage::tls || outcome.code / 100 == 5;
  if (final_word || failed_opens_ >= open_limit) {
    out_ = true;
    return true;
  }
  next_open_ = now + options_.timeouts.reopen * failed_opens_;
  return false;
}

}  // namespace tidings::delivery
