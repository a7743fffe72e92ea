// Commands whose names are promised but that do nothing yet: they say so, and the help does not list them.
#include <array>
#include <string>

#include <CLI/CLI.hpp>

#include "base/log.hpp"
#include "cli/session.hpp"

namespace tidings::cli {
namespace {

struct Later {
  const char* noun;
  const char* verb;  ///< empty: the noun is the command
};

constexpr std::array later{Later{"report", ""}, Later{"run", ""}, Later{"edition", "approve"}};

}  // namespace

void add_later_commands(CLI::App& app, Session& session) {
  for (const auto& [noun, verb] : later) {
    CLI::App* parent = &app;
    std::string name = noun;
    if (*verb != '\0') {
      const auto there = app.get_subcommands([name](const CLI::App* each) { return each->get_name() == name; });
      parent = there.empty() ? app.add_subcommand(noun)->group("")->require_subcommand(1) : there.front();
      name = verb;
    }
    auto* const command = parent->add_subcommand(name)->group("")->fallthrough(false)->allow_extras();
    command->callback([&session, full = std::string{noun} + (*verb == '\0' ? "" : " ") + verb] {
      session.command = [full]() -> Result<Exit> {
        log::error(full + ": not built yet");
        return Exit::not_built;
      };
    });
  }
}

}  // namespace tidings::cli
