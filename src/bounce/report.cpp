#include "bounce/report.hpp"

namespace tidings::bounce {

std::string_view name_of(Action action) {
  switch (action) {
    case Action::failed: return "failed";
    case Action::delayed: return "delayed";
    case Action::delivered: return "delivered";
    case Action::relayed: return "relayed";
    case Action::expanded: return "expanded";
    case Action::complaint: return "complaint";
  }
  return "";
}

std::string_view name_of(Kind kind) { return kind == Kind::hard ? "hard" : "soft"; }

std::string_view name_of(Reason reason) {
  switch (reason) {
    case Reason::unknown: return "unknown";
    case Reason::user_unknown: return "user unknown";
    case Reason::host_unknown: return "domain unknown";
    case Reason::no_mail: return "domain accepts no mail";
    case Reason::moved: return "moved";
    case Reason::disabled: return "disabled";
    case Reason::suspended: return "suspended";
    case Reason::mailbox_full: return "mailbox full";
    case Reason::too_big: return "message too big";
    case Reason::rate: return "rate limit";
    case Reason::spam: return "treated as spam";
    case Reason::policy: return "policy";
    case Reason::content: return "content";
    case Reason::relaying: return "relaying denied";
    case Reason::expired: return "expired";
    case Reason::network: return "network";
    case Reason::system: return "system";
  }
  return "";
}

Reason reason_named(std::string_view name) {
  for (int each = 0; each <= static_cast<int>(Reason::system); ++each) {
    if (name_of(static_cast<Reason>(each)) == name) return static_cast<Reason>(each);
  }
  return Reason::unknown;
}

}  // namespace tidings::bounce
