// Commands whose names are promised but that do nothing yet: they say so, and the help does not list them.
#include <array>
#include <string>

#include "base/log.hpp"
#include "cli/command.hpp"

namespace tidings::cli {
namespace {

struct Later {
  const char* noun;
  const char* verb;  ///< empty: the noun is the command
};

constexpr std::array later{Later{"report", ""}, Later{"run", ""}, Later{"edition", "approve"}};

}  // namespace

void add_later_commands(Command top, Session& session) {
  for (const auto& [noun, verb] : later) {
    auto command = top.hidden_subcommand(noun);
    if (*verb != '\0') command = command.hidden_subcommand(verb);
    command.on_parsed([&session, full = std::string{noun} + (*verb == '\0' ? "" : " ") + verb] {
      session.command = [full]() -> Result<Exit> {
        log::error(full + ": not built yet");
        return Exit::not_built;
      };
    });
  }
}

}  // namespace tidings::cli
