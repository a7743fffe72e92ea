#include "source/entry_rules.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "source/html_text.hpp"

namespace tidings::source {

bool EntryRule::matches(const FilterInput& input) const {
  const auto holds = [&](const FilterRule& rule) { return rule.matches(input); };
  return (any.empty() || std::ranges::any_of(any, holds)) && std::ranges::all_of(all, holds) &&
         std::ranges::none_of(unless, holds);
}

std::string EntryRule::text() const {
  std::vector<std::string> alternatives;
  for (const auto& rule : any) alternatives.push_back(rule.text());
  std::vector<std::string> parts;
  if (!alternatives.empty()) parts.push_back(join(alternatives, " | "));
  for (const auto& rule : all) parts.push_back(rule.text());
  for (const auto& rule : unless) parts.push_back("not " + rule.text());
  return join(parts, " + ");
}

FilterInput filter_input(const Entry& entry, UtcTime now) {
  const auto age =
      entry.published && *entry.published <= now ? std::optional{now - *entry.published} : std::nullopt;
  return {.title = entry.title,
          .author = entry.author,
          .link = entry.link,
          .categories = entry.categories,
          .language = entry.language,
          .age = age,
          .text = [&entry] {
            return plain_text_of_html(entry.content_html) + "\n" + plain_text_of_html(entry.summary_html);
          }};
}

void apply_rules(Entry& entry, std::span<const EntryRule* const> rules, const ContentFilter& filter,
                 UtcTime now) {
  const auto input = filter_input(entry, now);
  bool decided = false;
  std::vector<std::string> topics;
  for (const auto* const rule : rules) {
    using Action = EntryRule::Action;
    const bool decides = rule->action == Action::drop || rule->action == Action::keep;
    if ((decides && decided) || !rule->matches(input)) continue;
    if (rule->action == Action::drop) entry.dropped = "rule: " + rule->text();
    if (rule->action == Action::pin) entry.pinned = true;
    if (rule->action == Action::topic) topics.push_back(rule->topic);
    decided = decided || decides;
  }
  if (!decided) entry.dropped = filter.drops(input).value_or("");
  for (auto& topic : topics) {
    if (std::ranges::find(entry.categories, topic) == entry.categories.end())
      entry.categories.push_back(std::move(topic));
  }
}

}  // namespace tidings::source
