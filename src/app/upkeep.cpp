#include "app/upkeep.hpp"

#include <system_error>

#include <fmt/format.h>

#include "base/file.hpp"
#include "members/our_files.hpp"
#include "sending/clock_guard.hpp"
#include "store/instance.hpp"

namespace tidings::app {

Result<void> mend(const config::Context& context, const std::function<void(const std::string&)>& tell) {
  for (const auto& file : members::wide_files(context.config)) {
    TIDINGS_TRY(narrow(file));
    tell(fmt::format("{}: others cannot read it any more", file.string()));
  }
  TIDINGS_TRY(members::finish_erasing(context.database));
  TIDINGS_LET(const auto dated_back, sending::mend_clock(context));
  for (const auto& line : dated_back) tell(fmt::format("{}: dated back", line));
  return {};
}

Result<void> restore(const config::Config& config, const std::filesystem::path& backup) {
  std::error_code ignored;
  for (const auto* const suffix : {"", "-wal"}) {
    auto there = config.store_path;
    there += suffix;
    if (!std::filesystem::exists(there, ignored)) continue;
    return fail(Errc::cannot_create, fmt::format("{} is there", there.string()), "move it away first");
  }
  if (!std::filesystem::exists(backup, ignored))
    return fail(Errc::no_input, fmt::format("there is no {}", backup.string()));
  TIDINGS_LET(const auto lock, store::SenderLock::take(config.store_path, "db restore"));
  TIDINGS_LET(auto copy, store::Database::open_copy_in_memory(backup));
  TIDINGS_TRY(copy.check());
  TIDINGS_TRY(store::set_fact(copy, "instance", fmt::format("restored from {}", backup.string())));
  return copy.backup_to(config.store_path);
}

Result<void> adopt(store::Database& database) { return store::check_instance(database, store::Guard::adopt); }

}  // namespace tidings::app
