// [[rule]]: what becomes of a source's entries as they are read: dropped, kept, pinned, put under a topic.
// Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/content_filter.hpp"
#include "source/source.hpp"

namespace tidings::source {

struct EntryRule {
  enum class Action { drop, keep, pin, topic };

  std::vector<FilterRule> any;     ///< one of them must match; empty: all entries
  std::vector<FilterRule> all;     ///< every one must match
  std::vector<FilterRule> unless;  ///< none of them may
  Action action = Action::drop;
  std::string topic;  ///< for Action::topic

  [[nodiscard]] bool matches(const FilterInput& input) const;
  /// "category:ads", "ferry + author:jane": what it looks for.
  [[nodiscard]] std::string text() const;
};

/// What filters look at in an entry that is read `now`.
[[nodiscard]] FilterInput filter_input(const Entry& entry, UtcTime now);

/// The first rule of drop and keep that matches decides: a kept entry is not asked for include and exclude.
/// Every matching rule of pin and topic is applied. `filter`: include and exclude of the source.
void apply_rules(Entry& entry, std::span<const EntryRule* const> rules, const ContentFilter& filter,
                 UtcTime now);

}  // namespace tidings::source
