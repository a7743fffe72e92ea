#include "bounce/policy.hpp"

namespace tidings::bounce {

bool is_complaint(std::string_view feedback_type) {
  return feedback_type != "auth-failure" && feedback_type != "not-spam" && feedback_type != "dmarc";
}

bool counts_against_address(Reason reason) {
  switch (reason) {
    case Reason::unknown:
    case Reason::user_unknown:
    case Reason::host_unknown:
    case Reason::no_mail:
    case Reason::moved:
    case Reason::disabled:
    case Reason::suspended:
    case Reason::mailbox_full:
    case Reason::expired:
    case Reason::network: return true;
    case Reason::too_big:
    case Reason::rate:
    case Reason::spam:
    case Reason::policy:
    case Reason::content:
    case Reason::relaying:
    case Reason::system: return false;
  }
  return false;
}

Step step_for(const Report& report, const Recipient& recipient) {
  if (report.complaint) return is_complaint(report.feedback_type) ? Step::suppress_complaint : Step::nothing;
  if (recipient.action != Action::failed) return Step::nothing;
  if (recipient.kind == Kind::hard) return Step::suppress_hard;
  return counts_against_address(recipient.reason) ? Step::count : Step::nothing;
}

}  // namespace tidings::bounce
