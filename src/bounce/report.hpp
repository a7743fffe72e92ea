// One mail read as a delivery report (RFC 3464 and older forms) or as a feedback report (RFC 5965). Plain
// data.
//
// `hard` means that the address itself is permanently at fault: no such mailbox, no such domain, a domain
// that accepts no mail. Everything else is soft, including every refusal of a message or a sender: a soft
// report may be counted, but never acted on alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidings::bounce {

/// RFC 3464 section 2.3.3; `complaint` is ours, for feedback reports.
enum class Action { failed, delayed, delivered, relayed, expanded, complaint };
[[nodiscard]] std::string_view name_of(Action action);

enum class Kind { soft, hard };
[[nodiscard]] std::string_view name_of(Kind kind);

/// Why, in the order of the rules that find it (reason.hpp).
enum class Reason {
  unknown,
  user_unknown,  ///< no such mailbox
  host_unknown,  ///< no such domain, or it has no mail host
  no_mail,       ///< the domain says that it accepts no mail (RFC 7505)
  moved,         ///< the mailbox moved without a new address
  disabled,      ///< closed permanently
  suspended,     ///< closed for now
  mailbox_full,
  too_big,
  rate,      ///< too many messages or sessions
  spam,      ///< the content or the sender's reputation
  policy,    ///< a rule of the receiver, authentication of the sender
  content,   ///< form of the message
  relaying,  ///< the host does not relay for us
  expired,   ///< given up after a long time
  network,
  system,
};
[[nodiscard]] std::string_view name_of(Reason reason);
/// Reason::unknown for an unknown name.
[[nodiscard]] Reason reason_named(std::string_view name);

struct Recipient {
  std::string address{};   ///< as reported; local@domain
  std::string original{};  ///< the address before forwarding, if the report names it too; else empty
  Action action = Action::failed;
  std::string status{};  ///< d.d.d (RFC 3463); empty for complaints
  Kind kind = Kind::soft;
  Reason reason = Reason::unknown;
  std::string diagnostic{};  ///< one line of UTF-8, at most 500 bytes

  bool operator==(const Recipient&) const = default;
};

/// About the returned message, as far as the report shows it. Untrusted: anybody can write a report.
struct Returned {
  std::string message_id{};        ///< with the angle brackets
  std::string list_unsubscribe{};  ///< the field's value
  std::string envelope_from{};     ///< Return-Path or X-...-Sender

  bool operator==(const Returned&) const = default;
};

struct Report {
  std::vector<Recipient> recipients{};  ///< may be empty for a complaint with a redacted address
  bool complaint = false;               ///< a feedback report (RFC 5965)
  std::string feedback_type{};          ///< abuse, fraud, opt-out, auth-failure, not-spam ...
  std::string reporter{};               ///< Reporting-MTA or the user agent of the feedback
  Returned returned{};
};

}  // namespace tidings::bounce
