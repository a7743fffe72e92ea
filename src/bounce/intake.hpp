// The places of incoming mail: Maildir, mbox, a pipe. Reads the mails and files them afterwards, without
// knowing what they mean.
//
// Maildir (cr.yp.to/proto/maildir): reads new/, and unseen mail in cur/. An accepted mail moves to cur/ with
// the flag S, a foreign one to unmatched/ below it. Nothing is deleted. An mbox (RFC 4155) is never written:
// its mails are known by their Message-ID. Only the first max_mail_bytes of a mail are used. A mail that
// cannot be read stays in place, and the others are read.
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
  std::string name{};  ///< for people: the file, or the mail's place in a mailbox
  std::string_view bytes{};
};

/// Called for each mail; its result decides where the mail goes. An error stops the reading and leaves the
/// mail in place.
using Take = std::function<Result<Disposition>(const Incoming&)>;

/// The mails that could not be read, by name.
using Unread = std::vector<Error>;

/// Oldest name first. Errc::no_input if there is no such Maildir; Errc::io, Errc::cannot_create.
[[nodiscard]] Result<Unread> read_maildir(const std::filesystem::path& folder, const Take& take);

/// Errc::no_input. `unmatched` gets a copy of foreign mail.
[[nodiscard]] Result<Unread> read_mbox(const std::filesystem::path& file,
                                       const std::filesystem::path& unmatched, const Take& take);

/// The first max_mail_bytes of a file. Errc::no_input.
[[nodiscard]] Result<std::string> read_mail_file(const std::filesystem::path& file);

/// The mail on standard input, cut likewise but read to its end, to satisfy the mail system that writes it.
[[nodiscard]] Result<std::string> read_mail_of_pipe();

/// Whether standard input is a pipe, a socket or a file, which may bring a mail. A pipe must have data (or be
/// closed) within `patience`: the caller may leave an idle one open.
[[nodiscard]] bool has_piped_mail(std::chrono::milliseconds patience);

}  // namespace tidings::bounce
