// [[rule]] and [[filter]]: what becomes of posts as they are read.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/codec.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "config/sections.hpp"

namespace tidings::config {

std::vector<std::string> read_source_names(TomlSection& section, const std::vector<SourceConfig>& sources) {
  auto names = section.texts("sources");
  std::vector<std::string> known;
  for (const auto& source : sources) known.push_back(source.spec.name);
  for (const auto& name : names) {
    if (std::ranges::find(known, name) == known.end()) {
      section.mistake("sources", fmt::format("there is no source \"{}\"", name), did_you_mean(name, known));
    }
  }
  return names;
}

std::vector<RuleConfig> read_rules(TomlDocument& document, const std::vector<SourceConfig>& sources) {
  using Action = source::EntryRule::Action;
  static const std::array<Choice<Action>, 4> actions{
      {{"drop", Action::drop}, {"keep", Action::keep}, {"pin", Action::pin}, {"topic", Action::topic}}};
  std::vector<RuleConfig> rules;
  for (auto& section : document.sections("rule")) {
    RuleConfig config;
    auto& rule = config.rule;
    config.sources = read_source_names(section, sources);
    rule.any = read_filter_rules(section, "any");
    rule.all = read_filter_rules(section, "all");
    rule.unless = read_filter_rules(section, "unless");
    rule.action = section.choice("action", actions);
    rule.topic = section.text("topic", "");
    if (rule.any.empty() && rule.all.empty() && rule.unless.empty())
      section.mistake("any", "a rule says what it looks for", "any = [\"category:ads\"], all or unless");
    if ((rule.action == Action::topic) == rule.topic.empty())
      section.mistake("topic", "topic goes with action = \"topic\"", "action = \"topic\", topic = \"sea\"");
    section.finish();
    rules.push_back(std::move(config));
  }
  return rules;
}

std::vector<FilterConfig> read_filters(TomlDocument& document, const std::vector<SourceConfig>& sources) {
  std::vector<FilterConfig> filters;
  std::set<std::string> names;
  for (auto& section : document.sections("filter")) {
    FilterConfig filter;
    filter.name = section.required_text("name", "summaries");
    check_name(section, filter.name, names, "filter");
    filter.command = section.texts("command");
    if (filter.command.empty() || filter.command.front().empty()) {
      section.mistake("name", fmt::format("filter \"{}\" needs a program", filter.name),
                      "command = [\"bin/summaries\"]");
    } else if (auto& program = filter.command.front(); program.find('/') != std::string::npos) {
      program = (document.file().parent_path() / program).lexically_normal().string();
    }
    filter.sources = read_source_names(section, sources);
    filter.timeout = section.duration("timeout", std::chrono::minutes{1});
    filter.max_bytes = read_size(section, "max_bytes", "4MiB");
    filter.max_posts = section.integer("max_posts", 100, 1, 10'000);
    section.finish();
    filters.push_back(std::move(filter));
  }
  return filters;
}

void note_rules(std::vector<SourceConfig>& sources, const std::vector<RuleConfig>& rules,
                const std::vector<FilterConfig>& filters) {
  for (auto& source : sources) {
    auto& spec = source.spec;
    const auto concerns = [&](const std::vector<std::string>& names) {
      return names.empty() || std::ranges::find(names, spec.name) != names.end();
    };
    std::string text;
    for (const auto& each : rules) {
      if (concerns(each.sources))
        text +=
            fmt::format("\n{} {} {}", static_cast<int>(each.rule.action), each.rule.topic, each.rule.text());
    }
    for (const auto& each : filters) {
      if (concerns(each.sources)) text += "\n" + join(each.command, " ");
    }
    if (!text.empty()) spec.settings = hex_encode(sha256(spec.settings + text)).substr(0, 32);
  }
}

}  // namespace tidings::config
