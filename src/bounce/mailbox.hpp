// Mailboxes on other hosts where reports wait: IMAP4rev1 (RFC 3501) and POP3 (RFC 1939), by libcurl.
//
// One message a request, never a FETCH of our own making: libcurl hands on only the first line of its
// literals. IMAP: what was taken is moved to `done_folder` (RFC 6851, or COPY and \Deleted where the server
// has no MOVE); without one it is flagged \Seen and \Answered, which no reading sets by itself, so that a run
// that died leaves its mail to the next. POP3 has no flags: mail stays, and is known by its Message-ID,
// unless `removal` says otherwise. Deletions of POP3 happen when the session ends. TLS is required unless the
// options say so; certificates are verified always. The first max_mail_bytes of a mail are read.
#pragma once

#include <chrono>
#include <string>

#include "base/result.hpp"
#include "bounce/intake.hpp"

namespace tidings::bounce {

struct MailboxOptions {
  enum class Tls { require, off };
  enum class Removal { keep, remove };

  std::string url{};  ///< imap(s)://HOST[:PORT] or pop3(s)://HOST[:PORT], no path
  std::string username{};
  std::string password{};
  Tls tls = Tls::require;
  std::string ca_file{};  ///< empty: the system's
  std::string folder = "INBOX";
  std::string done_folder{};  ///< plain ASCII without quotes; made where it is missing
  Removal removal = Removal::keep;
  std::filesystem::path unmatched{};          ///< a copy of what is none of ours goes here
  std::chrono::milliseconds timeout{60'000};  ///< of one request
};

/// Oldest first. Errc::config where the login is refused, Errc::unavailable for all else between us and the
/// server; errors of `take` end the reading and leave that mail as it was. A mail that the server does not
/// hand over is among the unread ones.
[[nodiscard]] Result<Unread> read_mailbox(const MailboxOptions& options, const Take& take);

}  // namespace tidings::bounce
