// Mail addresses: syntax (RFC 5321 section 4.1.2) and internationalised domains (IDNA 2008, by libidn2).
// Pure.
//
// Accepts what a relay can be given: one addr-spec, without display name, quoted local part, comments or
// address literal. A non-ASCII local part is kept and marked (RFC 6531); characters in it that are invisible
// or change the reading order are refused.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tidings {

struct MailAddress {
  std::string local;   ///< as written
  std::string domain;  ///< A-labels, lower case: the form on the wire
  bool needs_smtputf8 = false;

  bool operator==(const MailAddress&) const = default;

  /// local@domain
  [[nodiscard]] std::string text() const { return local + "@" + domain; }

  /// For finding duplicates: the domain as above, the local part case-folded. Not for sending.
  [[nodiscard]] std::string key() const;
};

/// An address from the database, split at its last @ without checks: it was accepted once, and a person whose
/// address would be refused today must still be found, unsubscribed and erased. Never for sending.
[[nodiscard]] MailAddress stored_address(std::string_view text);

/// Errc::bad_data says what is wrong. At most 64 octets of local part and 254 in all (RFC 5321 section
/// 4.5.3.1).
[[nodiscard]] Result<MailAddress> parse_mail_address(std::string_view text);

/// A mailbox as in From: `Name <local@domain>`, `"Name, Inc." <...>` or the bare address.
struct Mailbox {
  std::string name;  ///< UTF-8, may be empty
  MailAddress address;

  bool operator==(const Mailbox&) const = default;
};

/// Errc::bad_data, also for control characters anywhere.
[[nodiscard]] Result<Mailbox> parse_mailbox(std::string_view text);

/// A host name as A-labels in lower case; Errc::bad_data if a label is empty, too long or contains anything
/// but letters, digits and hyphens.
[[nodiscard]] Result<std::string> domain_to_ascii(std::string_view domain);

/// The readable form for people; the input if it cannot be decoded.
[[nodiscard]] std::string domain_to_unicode(std::string_view domain);

}  // namespace tidings
