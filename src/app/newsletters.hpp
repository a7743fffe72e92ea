// Many newsletters: one job over every configuration of a folder, each in a process of its own, so that a
// broken one fails alone.
#pragma once

#include <atomic>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace tidings::app {

struct Newsletter {
  std::string name;              ///< of its file or folder: "harbour"
  std::filesystem::path config;  ///< DIR/harbour.toml or DIR/harbour/config.toml
  std::string refusal;           ///< why it may not run; empty: it may
};

/// Sorted by name. Not DIR/site.toml, nor names that begin with a dot or an underscore. Of two with the same
/// database, both are refused. Errc::no_input if the folder cannot be read or holds no configuration.
[[nodiscard]] Result<std::vector<Newsletter>> newsletters_in(const std::filesystem::path& folder);

enum class OutputForm {
  lines,         ///< "harbour: ..." before each line
  json_objects,  ///< {"newsletter":"harbour", ...}
};

struct ForEachOptions {
  int parallel = 8;  ///< the most at a time
  OutputForm form = OutputForm::lines;
};

/// In the process that shall do the job: which one it is.
struct InChild {
  Newsletter newsletter;
};

/// How all of them ended: the exit status that most needs somebody's attention.
struct AllEnded {
  int status = 0;
  int failed = 0;  ///< how many did not end with 0 or 75
};

/// Forks for each newsletter. Returns in each child, whose output the parent passes on with the newsletter's
/// name and whose standard input is empty, and at the end in the parent. `stop`, set by a handler, is passed
/// on as SIGTERM; nothing new begins then. Before any thread is started.
///
/// Standard output and errors of different newsletters mix by whole lines only.
[[nodiscard]] Result<std::variant<InChild, AllEnded>> for_each_newsletter(
    const std::vector<Newsletter>& newsletters, const ForEachOptions& options, const std::atomic<bool>& stop);

/// Which of two exit statuses (sysexits.h) matters more.
[[nodiscard]] int worse_status(int one, int other);

}  // namespace tidings::app
