#include "source/robots.hpp"

#include <optional>

#include "base/text.hpp"

namespace tidings::source {
namespace {

constexpr std::size_t most_bytes = 500 * 1024;
constexpr std::size_t most_rules = 5'000;
constexpr std::size_t longest_pattern = 1'000;

/// Linear in the path for each star: it falls back to the newest one only.
bool matches(std::string_view pattern, std::string_view path) {
  const bool to_end = pattern.ends_with('$');
  if (to_end) pattern.remove_suffix(1);
  std::size_t at = 0;
  std::size_t next = 0;
  std::optional<std::size_t> star;
  std::size_t star_at = 0;
  for (;;) {
    if (next == pattern.size() && (!to_end || at == path.size())) return true;
    if (next < pattern.size() && pattern[next] == '*') {
      star = ++next;
      star_at = at;
    } else if (next < pattern.size() && at < path.size() && pattern[next] == path[at]) {
      ++next;
      ++at;
    } else if (star && star_at < path.size()) {
      next = *star;
      at = ++star_at;
    } else {
      return false;
    }
  }
}

}  // namespace

Robots Robots::parse(std::string_view text, std::string_view agent) {
  Robots own;
  Robots everybody;
  bool named = false;    // a group names us
  bool in_rules = true;  // the group's agents are over
  bool for_us = false;
  bool for_all = false;
  for (auto line : split(text.substr(0, most_bytes), '\n')) {
    line = trim(line.substr(0, line.find('#')));
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const auto key = ascii_lower(trim(line.substr(0, colon)));
    const auto value = trim(line.substr(colon + 1));
    if (key == "user-agent") {
      if (in_rules) for_us = for_all = in_rules = false;
      for_us = for_us || ascii_lower(value.substr(0, value.find('/'))) == ascii_lower(agent);
      for_all = for_all || value == "*";
      named = named || for_us;
    } else if (key == "allow" || key == "disallow") {
      in_rules = true;
      if (value.empty() || value.size() > longest_pattern) continue;
      const Rule rule{.pattern = std::string{value}, .allow = key == "allow"};
      if (for_us && own.rules_.size() < most_rules) own.rules_.push_back(rule);
      if (for_all && everybody.rules_.size() < most_rules) everybody.rules_.push_back(rule);
    }
  }
  return named ? own : everybody;
}

Robots Robots::allow_none() {
  Robots out;
  out.rules_.push_back({.pattern = "/", .allow = false});
  return out;
}

bool Robots::allows(std::string_view path) const {
  std::size_t longest = 0;
  bool allowed = true;
  for (const auto& rule : rules_) {
    const bool decides = rule.pattern.size() > longest || (rule.pattern.size() == longest && rule.allow);
    if (!decides || !matches(rule.pattern, path)) continue;
    longest = rule.pattern.size();
    allowed = rule.allow;
  }
  return allowed;
}

}  // namespace tidings::source
