#include "config/programs.hpp"

#include <span>

#include "base/environment.hpp"

namespace tidings::config {

std::vector<MissingProgram> missing_programs(const Config& config) {
  std::vector<MissingProgram> missing;
  const auto check = [&](std::string user, std::span<const std::string> command) {
    if (command.empty()) return;
    auto program = command.front();
    if (program.find('/') != std::string::npos)
      program = (config.folder / program).lexically_normal().string();  // where it would be started
    if (find_program(program).empty())
      missing.push_back({.user = std::move(user), .program = std::move(program)});
  };
  for (const auto& filter : config.filters) check("filter " + filter.name, filter.command);
  for (const auto& source : config.sources) check("source " + source.spec.name, source.command);
  check("[hooks] on_edition_sent", config.hooks.on_edition_sent);
  check("[hooks] on_relay_paused", config.hooks.on_relay_paused);
  check("[hooks] on_source_failing", config.hooks.on_source_failing);
  check("[hooks] on_trouble", config.hooks.on_trouble);
  return missing;
}

}  // namespace tidings::config
