// archive build
#include <fmt/format.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "edition/archive.hpp"

namespace tidings::cli {
namespace {

struct BuildOptions {
  std::string folder;
};

Result<Exit> build(Session& session, const BuildOptions& options) {
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  TIDINGS_LET(const auto report, edition::build_archive(context.config, context.database, options.folder));
  say(fmt::format("{} in {}\n", plural(report.editions, "edition"), options.folder));
  if (report.failed.empty()) return Exit::done;
  for (const auto& error : report.failed) log::error(error.line());
  return fail(Errc::bad_data,
              plural(static_cast<long long>(report.failed.size()), "edition") + " left out, see above");
}

}  // namespace

void add_archive_commands(Command app, Session& session) {
  const auto noun = add_noun(app, "archive", "editions as web pages");
  add_command<BuildOptions>(
      noun, session, "build", "write every edition, an index and a feed for a static host",
      [](Command command, BuildOptions& options) {
        command.add_option("DIR", options.folder, "where").required();
      },
      build);
}

}  // namespace tidings::cli
