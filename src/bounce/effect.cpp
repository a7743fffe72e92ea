#include "bounce/effect.hpp"

#include <fmt/format.h>

#include "bounce/policy.hpp"

namespace tidings::bounce {
namespace {

constexpr std::string_view storm = "not counted: the provider refused many subscribers at once";

}  // namespace

std::string_view effect_in_words(const BounceEvent& event) {
  if (event.suppressed) return "never mailed since";
  if (event.kind == "complaint") return "nothing new";
  // Hard ones suppress, unless somebody was before or a storm has taken it back.
  if (event.counts) return event.kind == "hard" ? "nothing new" : "one point";
  const bool blamed = event.kind == "hard" || counts_against_address(reason_named(event.reason));
  return blamed ? storm : "not counted: not the subscriber's fault";
}

std::string effect_in_words(const BounceTable::Returned& returned) {
  const bool complaint = returned.kind == "complaint";
  const bool hard = returned.kind == "hard";
  const bool blamed = hard || counts_against_address(reason_named(returned.reason));
  std::string words;
  const auto say = [&](std::int64_t readers, std::string_view what) {
    if (readers == returned.readers) {
      words = what;
    } else if (readers > 0) {
      words += fmt::format("{}{} {}", words.empty() ? "" : ", ", readers, what);
    }
  };
  say(returned.suppressed, "never mailed again");
  if (complaint) {
    say(returned.readers - returned.suppressed, "nothing new");
    return words;
  }
  say(returned.counted - returned.suppressed, hard ? "nothing new" : "a point a day");
  say(returned.readers - returned.counted, blamed ? storm : "nothing: not the subscriber's fault");
  return words;
}

}  // namespace tidings::bounce
