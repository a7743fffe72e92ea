// The mailbox of [bounce]: a Maildir, or a mailbox on another host. For "bounce ingest" and "run".
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "bounce/intake.hpp"
#include "config/config.hpp"

namespace tidings::returns {

/// Reads each new mail of the Maildir, else of the mailbox; nothing if neither is configured. Over a network
/// it may take minutes, and fails as bounce/mailbox.hpp says; errors of `take` stop the reading.
[[nodiscard]] Result<bounce::Unread> read_bounce_mailbox(const config::Config& config,
                                                         const bounce::Take& take);

/// Deletes the oldest mails beyond [bounce] unmatched_limit and unmatched_bytes from the folder for unmatched
/// mail, and from the one in `maildir` if that is not empty. Returns one line that says so; empty if nothing
/// was deleted.
[[nodiscard]] std::string trim_unmatched_folders(const config::Config& config,
                                                 const std::filesystem::path& maildir);

/// Deletes unmatched mail from before that time, in the folder and in that of [bounce] maildir; returns how
/// many.
[[nodiscard]] int drop_unmatched_before(const config::Config& config, UtcTime before);

}  // namespace tidings::returns
