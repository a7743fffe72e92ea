// init [DIR]
#include <fmt/format.h>

#include "app/init.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"

namespace tidings::cli {
namespace {

struct InitOptions {
  std::string folder = ".";
};

Result<Exit> init(Session& /*session*/, const InitOptions& options) {
  TIDINGS_LET(const auto made, app::init(options.folder));
  std::string out;
  Json created = Json::array();
  for (const auto& path : made) created.push_back(path.lexically_normal().string());
  for (const auto& path : made) out += fmt::format("created {}\n", path.lexically_normal().string());
  tell(
      {{"folder", options.folder}, {"created", std::move(created)}},
      out +
          "Next:\n"
          "  1. tidings source check https://YOUR-BLOG      and paste the [[source]] block into config.toml\n"
          "  2. set from and [smtp] url in config.toml      then: tidings collect && tidings test weekly "
          "YOUR-ADDRESS\n"
          "  3. tidings subscriber import FILE.csv --confirmed, and a line in cron: tidings send --due\n");
  return Exit::done;
}

}  // namespace

void add_init_command(Command app, Session& session) {
  add_command<InitOptions>(
      app, session, "init", "create a folder to start from",
      [](Command command, InitOptions& options) {
        command.add_option("DIR", options.folder, "where").show_default();
      },
      init);
}

}  // namespace tidings::cli
