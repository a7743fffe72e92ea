// Where reports wait: Maildir, mbox. Reading them, and putting them away afterwards; knows nothing of what they mean.
//
// Maildir (cr.yp.to/proto/maildir): new/ is read, and what is unseen in cur/. A mail that was taken is moved to cur/
// with the flag S; one that is none of ours to unmatched/ below it. Nothing is deleted. An mbox (RFC 4155) is never
// written: its mails are known by their Message-ID. A mail is at most max_mail_bytes long here; the rest of a longer
// one is not looked at.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tidings::bounce {

enum class PutAway { keep, taken, unmatched };

/// Called for each mail; what it returns decides where the mail goes. An error ends the reading and leaves the mail
/// where it is.
using Take = std::function<Result<PutAway>(std::string_view bytes)>;

/// Oldest name first. Errc::no_input where there is no such Maildir; Errc::io, Errc::cannot_create.
[[nodiscard]] Result<void> read_maildir(const std::filesystem::path& folder, const Take& take);

/// Errc::no_input. `unmatched` gets a copy of what is none of ours.
[[nodiscard]] Result<void> read_mbox(const std::filesystem::path& file, const std::filesystem::path& unmatched,
                                     const Take& take);

/// A file of its own in the folder, named by the content: the same mail twice is one file.
[[nodiscard]] Result<void> put_unmatched(const std::filesystem::path& folder, std::string_view bytes);

}  // namespace tidings::bounce
