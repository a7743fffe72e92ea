// Where reports wait: Maildir, mbox, a pipe. Reading them, and putting them away afterwards; knows nothing of
// what they mean.
//
// Maildir (cr.yp.to/proto/maildir): new/ is read, and what is unseen in cur/. A mail that was taken is moved
// to cur/ with the flag S; one that is not ours to unmatched/ below it. Nothing is deleted. An mbox (RFC
// 4155) is never written: its mails are known by their Message-ID. A mail is at most max_mail_bytes long
// here; the rest of a longer one is not looked at. A mail that cannot be read stays where it is, and the
// others are read.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace tidings::bounce {

enum class Disposition { keep, taken, unmatched };

struct Incoming {
  std::string name{};  ///< for people: the file, or which mail of a mailbox
  std::string_view bytes{};
};

/// Called for each mail; what it returns decides where the mail goes. An error ends the reading and leaves
/// the mail where it is.
using Take = std::function<Result<Disposition>(const Incoming&)>;

/// The mails that could not be read, each by its name.
using Unread = std::vector<Error>;

/// Oldest name first. Errc::no_input where there is no such Maildir; Errc::io, Errc::cannot_create.
[[nodiscard]] Result<Unread> read_maildir(const std::filesystem::path& folder, const Take& take);

/// Errc::no_input. `unmatched` gets a copy of what is none of ours.
[[nodiscard]] Result<Unread> read_mbox(const std::filesystem::path& file,
                                       const std::filesystem::path& unmatched, const Take& take);

/// The first max_mail_bytes of a file. Errc::no_input.
[[nodiscard]] Result<std::string> read_mail_file(const std::filesystem::path& file);

/// What standard input brings, cut likewise but read to its end, so that the mail system in front of it is
/// content.
[[nodiscard]] Result<std::string> read_mail_of_pipe();

/// Whether standard input is a pipe, a socket or a file, in which a mail may come. A pipe must have something
/// within `patience` (or be closed): who starts a command may leave an idle one open.
[[nodiscard]] bool has_piped_mail(std::chrono::milliseconds patience);

}  // namespace tidings::bounce
