// Remote mailboxes with reports: IMAP4rev1 (RFC 3501) and POP3 (RFC 1939), by libcurl.
//
// One message per request, never our own FETCH: libcurl passes on only the first line of its literals. IMAP:
// processed mail moves to `done_folder` (RFC 6851, or COPY and \Deleted if the server has no MOVE); without
// one it is flagged \Seen and \Answered, which reading alone never sets, so that a crashed run leaves its
// mail to the next. POP3 has no flags: mail stays, and is known by its Message-ID, unless `removal` says
// otherwise. POP3 deletes when the session ends. TLS is required unless the options say so; certificates are
// always verified. Only the first max_mail_bytes of a mail are read.
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
  std::string done_folder{};  ///< plain ASCII without quotes; created if missing
  Removal removal = Removal::keep;
  std::filesystem::path unmatched{};          ///< gets a copy of foreign mail
  std::chrono::milliseconds timeout{60'000};  ///< of one request
};

/// Oldest first. Errc::config if the login is refused, Errc::unavailable for any other trouble with the
/// server; an error of `take` stops the reading and leaves that mail as it was. Mail that the server does not
/// deliver is among the unread ones.
[[nodiscard]] Result<Unread> read_mailbox(const MailboxOptions& options, const Take& take);

}  // namespace tidings::bounce
