// archive build
#include <fmt/format.h>

#include "base/log.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "edition/archive.hpp"

namespace tidings::cli {
namespace {

struct BuildOptions {
  std::string folder;
};

Result<Exit> build(Session& session, const BuildOptions& options) {
  TIDINGS_LET(const auto context, session.context(Access::read_only));
  Progress progress;
  const auto on_progress = [&](int done, int all) {
    progress.show({.what = "archive", .unit = "editions", .done = done, .all = all});
  };
  TIDINGS_LET(const auto report,
              edition::build_archive(context.config, context.database, options.folder, on_progress));
  progress.end();
  tell({{"folder", options.folder},
        {"edition_count", report.editions},
        {"failed_count", report.failed.size()}},
       fmt::format("{} in {}\n", plural(report.editions, "edition"), options.folder));
  if (report.failed.empty()) return Exit::done;
  for (const auto& error : report.failed) log::failure(error);
  return fail(Errc::bad_data,
              plural(static_cast<long long>(report.failed.size()), "edition") + " missing, see above");
}

}  // namespace

void add_archive_commands(Command app, Session& session) {
  const auto noun = add_noun(app, "archive", "editions as web pages");
  add_command<BuildOptions>(
      noun, session, "build", "write all editions, an index and a feed for a static web host",
      [](Command command, BuildOptions& options) {
        command.add_option("DIR", options.folder, "where").required();
      },
      build);
}

}  // namespace tidings::cli
