// Where [bounce] says that reports come back: a Maildir, or a mailbox on another host. For "bounce ingest" and "run".
#pragma once

#include <filesystem>

#include "app/config.hpp"
#include "base/result.hpp"
#include "bounce/intake.hpp"

namespace tidings::app {

[[nodiscard]] inline bool has_bounce_mailbox(const Config& config) {
  return !config.bounce.maildir.empty() || !config.bounce.mailbox.empty();
}

/// The folder for mail that is no report.
[[nodiscard]] std::filesystem::path unmatched_folder(const Config& config);

/// Each new mail of the Maildir, else of the mailbox; nothing where neither is named. Over a network it may take minutes, and
/// fails as bounce/mailbox.hpp says; errors of `take` end the reading.
[[nodiscard]] Result<void> read_bounce_mailbox(const Config& config, const bounce::Take& take);

}  // namespace tidings::app
