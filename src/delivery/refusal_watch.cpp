#include "delivery/refusal_watch.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/refusal.hpp"

namespace tidings::delivery {

std::string words_of_refusal(const Outcome& outcome) {
  return fmt::format("{} {}", outcome.code, refusal_key(outcome.text));
}

void RefusalWatch::begin_run(bool works) {
  last_.clear();
  domains_.clear();
  answers_ = refusals_of_us_ = 0;
  works_ = works;
  words_.clear();
}

bool RefusalWatch::all_about_us() const {
  const bool never_worked = !works_ && answers_ >= first_answers && refusals_of_us_ == answers_;
  if (never_worked) return true;
  const auto count = std::count_if(last_.begin(), last_.end(),
                                   [](const Seen& each) { return each.kind == Seen::Kind::about_us; });
  return static_cast<std::size_t>(count) >= nearly_all;
}

bool RefusalWatch::all_alike(const Seen& newest) const {
  if (last_.size() < window || newest.kind != Seen::Kind::refused) return false;
  std::size_t alike = 0;
  bool one_domain = true;
  for (const auto& each : last_) {
    if (each.kind != Seen::Kind::refused || each.words != newest.words) continue;
    ++alike;
    one_domain = one_domain && each.domain == newest.domain;
  }
  // If others are served, one domain's refusals are that domain's own matter.
  return alike >= nearly_all && (!one_domain || domains_.size() == 1);
}

RefusalWatch::Finding RefusalWatch::note(const Outcome& outcome, std::string_view domain) {
  Seen seen;
  ++answers_;
  if (domains_.size() < 2 && !domains_.contains(domain)) domains_.emplace(domain);
  if (outcome.kind == OutcomeKind::accepted) {
    seen.kind = Seen::Kind::taken;
    works_ = true;
  } else if (is_relay_trouble(outcome)) {
    seen.kind = Seen::Kind::about_us;
    if (outcome.code / 100 == 5) ++refusals_of_us_;
  } else if (outcome.kind == OutcomeKind::permanent && outcome.blame == Blame::address) {
    seen.kind = Seen::Kind::refused;
    seen.words = words_of_refusal(outcome);
    seen.domain = domain;
  }
  last_.push_back(seen);
  if (last_.size() > window) last_.pop_front();
  if (seen.kind == Seen::Kind::about_us && all_about_us()) return Finding::about_us;
  if (!words_.empty() || !all_alike(seen)) return Finding::nothing;
  words_ = seen.words;
  return Finding::alike;
}

}  // namespace tidings::delivery
