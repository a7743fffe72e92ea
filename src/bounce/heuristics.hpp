// Reports without structure: qmail, Exim, Domino, MDaemon, IMail, gateways and providers that write prose.
// Pure.
//
// A mail counts as a report only if its sender or subject looks like one and it says that something was not
// delivered. Addresses are recognised by their place: after a label ("RCPT TO:"), at the start of a line
// before a reason, alone on a line, in a sentence with a reason. The notice ends where the returned message
// begins.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bounce/mime_reader.hpp"
#include "bounce/report.hpp"

namespace tidings::bounce {

struct Finding {
  std::string address{};
  std::string diagnostic{};  ///< the words about this address
};

/// The notice, separated from the message that it returns.
struct Notice {
  std::string text{};
  std::string rest{};  ///< from the returned message's header on; may be empty
};

[[nodiscard]] Notice cut_notice(std::string_view text);

/// Recipients of the notice in order of appearance; empty if none stands out.
[[nodiscard]] std::vector<Finding> find_recipients(const Mail& mail, std::string_view notice);

/// Whether a person or a list passes on somebody else's mail: the subject or header says so, and nothing says
/// that a mail system sent it.
[[nodiscard]] bool is_passed_on(const Mail& mail);

/// Some sign that a mail system wrote it to the sender of a message.
[[nodiscard]] bool may_be_report(const Mail& mail, std::string_view notice);

/// 0: nothing of a report in it, or nothing that only a mail system has (null sender, its name, its
/// structure); 3 or more counts as a report.
[[nodiscard]] int report_score(const Mail& mail, std::string_view notice);

/// Whether it says that delivery is late or done rather than failed: warnings of Exim and others; success.
[[nodiscard]] Action action_of(const Mail& mail, std::string_view notice);

/// Out of office, vacation, challenge-response, receipts: from or for an existing person.
[[nodiscard]] bool is_auto_reply(const Mail& mail, std::string_view notice);

}  // namespace tidings::bounce
