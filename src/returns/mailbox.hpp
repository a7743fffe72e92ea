// Where [bounce] says that reports come back: a Maildir, or a mailbox on another host. For "bounce ingest"
// and "run".
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "bounce/intake.hpp"
#include "config/config.hpp"

namespace tidings::returns {

/// Each new mail of the Maildir, else of the mailbox; nothing where neither is named. Over a network it may
/// take minutes, and fails as bounce/mailbox.hpp says; errors of `take` end the reading.
[[nodiscard]] Result<bounce::Unread> read_bounce_mailbox(const config::Config& config,
                                                         const bounce::Take& take);

/// Deletes the oldest mails of the folder for mail that is no report, and of the one in `maildir` if it is
/// not empty, beyond [bounce] unmatched_limit and unmatched_bytes. One line that says so; empty where nothing
/// was deleted.
[[nodiscard]] std::string trim_unmatched_folders(const config::Config& config,
                                                 const std::filesystem::path& maildir);

}  // namespace tidings::returns
