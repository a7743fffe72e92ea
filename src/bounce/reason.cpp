#include "bounce/reason.hpp"

#include <algorithm>
#include <charconv>
#include <initializer_list>

#include "base/refusal.hpp"
#include "bounce/phrases.hpp"
#include "bounce/scan.hpp"

namespace tidings::bounce {
namespace {

using P = std::string_view;

template <class Phrases>
bool any_of(P flat, const Phrases& phrases) {
  return std::any_of(phrases.begin(), phrases.end(),
                     [&](P phrase) { return contains_pattern(flat, phrase); });
}

struct Code {
  int subject = 0;
  int detail = 0;
};

Code split_status(std::string_view status) {
  Code code;
  const auto first = status.find('.');
  const auto second = status.find('.', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return code;
  std::from_chars(status.data() + first + 1, status.data() + second, code.subject);
  std::from_chars(status.data() + second + 1, status.data() + status.size(), code.detail);
  return code;
}

/// RFC 3463, with later entries of the registry of enhanced status codes and those of Exchange Online.
Reason reason_of_status(std::string_view status) {
  const auto [subject, detail] = split_status(status);
  switch (subject) {
    case 1:
      switch (detail) {
        case 0:  // "other address status": the address, and nothing more
        case 1:
        case 3: return Reason::user_unknown;
        case 2: return Reason::host_unknown;
        case 4: return Reason::unknown;  // ambiguous
        case 6: return Reason::moved;
        case 7:
        case 8: return Reason::policy;  // the sender's address
        case 10:
          return Reason::user_unknown;  // null MX (RFC 7505), and "recipient not found" of Exchange Online
        default: return Reason::unknown;
      }
    case 2:
      switch (detail) {
        case 1: return Reason::suspended;
        case 2: return Reason::mailbox_full;
        case 3: return Reason::too_big;
        default: return Reason::unknown;
      }
    case 3:
      switch (detail) {
        case 4: return Reason::too_big;
        default: return Reason::system;
      }
    case 4:
      switch (detail) {
        case 4: return Reason::host_unknown;  // nowhere to route to
        case 7:
        case 316: return Reason::expired;
        default: return Reason::network;
      }
    case 5: return detail == 3 ? Reason::rate : Reason::system;
    case 6: return Reason::content;
    case 7:
      switch (detail) {
        case 13: return Reason::suspended;
        case 16: return Reason::too_big;
        case 17:
        case 18: return Reason::moved;
        default:
          return Reason::policy;  // also 27: the sender's domain has a null MX (RFC 7505), or its SPF fails
                                  // (Gmail)
      }
    default: return Reason::unknown;
  }
}

bool blames_address(Reason reason) {
  switch (reason) {
    case Reason::user_unknown:
    case Reason::host_unknown:
    case Reason::no_mail:
    case Reason::moved: return true;
    default: return false;  // including Reason::disabled: disabled mailboxes come back
  }
}

std::string_view status_for(Reason reason) {
  switch (reason) {
    case Reason::user_unknown: return "1.1";
    case Reason::host_unknown: return "1.2";
    case Reason::no_mail: return "1.10";
    case Reason::moved: return "1.6";
    case Reason::disabled:
    case Reason::suspended: return "2.1";
    case Reason::mailbox_full: return "2.2";
    case Reason::too_big: return "3.4";
    case Reason::rate:
    case Reason::spam:
    case Reason::policy:
    case Reason::relaying: return "7.1";
    case Reason::content: return "6.0";
    case Reason::expired: return "4.7";
    case Reason::network: return "4.0";
    case Reason::system: return "3.0";
    case Reason::unknown: return "0.0";
  }
  return "0.0";
}

bool is_generic(std::string_view status) { return status.empty() || status.substr(1) == ".0.0"; }

/// Whether `flat` has a phrase of the groups for `reason` before, or after, the groups that blame the
/// address.
bool says(Reason reason, bool before, P flat) {
  bool passed = false;
  for (const auto& group : phrase_table()) {
    passed = passed || blames_address(group.reason);
    if (group.reason == reason && passed != before && any_of(flat, group.phrases)) return true;
  }
  return false;
}

bool refuses_sender(P flat) { return says(Reason::policy, true, flat); }
bool says_spam(P flat) { return says(Reason::spam, false, flat); }

/// Only the class, or a system without details: the words of the notice are more informative.
bool says_little(std::string_view status) {
  const auto [subject, detail] = split_status(status);
  return is_generic(status) || (detail == 0 && (subject == 3 || subject == 5));
}

bool has_any(std::string_view flat, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](P word) { return flat.find(word) != P::npos; });
}

/// Words of little weight: hosts also use them for unknown users, with a plain code.
bool is_vague(Reason reason, P flat) {
  switch (reason) {
    case Reason::policy:
    case Reason::content:
    case Reason::disabled: return true;
    case Reason::system: return !has_any(flat, {"command", "mailer", "permission", "write", "config"});
    case Reason::suspended: return !has_any(flat, {"suspend", "frozen", "locked", "temporar"});
    default: return false;
  }
}

/// If words are vague, another cause beside them decides, then the code: "5.1.1 Mailbox unavailable or access
/// denied" against "5.2.1 Mailbox unavailable" against "Mailbox unavailable, reject due to policy
/// restrictions".
Reason weighed(Reason words, P flat, P status) {
  if (words == Reason::user_unknown && is_only_vague(flat)) {
    if (const auto beside = cause_beside(flat); beside != Reason::unknown) return beside;
    const auto by_code = says_little(status) ? Reason::unknown : reason_of_status(status);
    return by_code == Reason::unknown ? words : by_code;
  }
  const bool about_us = is_about_us(flat) || refuses_sender(flat) || names_another_cause(flat);
  if (status == "5.1.1" && is_vague(words, flat) && !about_us) return Reason::user_unknown;
  if (status == "5.1.6" && words == Reason::disabled)
    return Reason::moved;  // "no longer in use", with a new address
  // Office 365 for addresses missing from its directory; with 5.7.1 Postfix uses it for any rule (access(5)).
  if (status == "5.4.1" && flat.find("recipient address rejected: access denied") != P::npos)
    return Reason::user_unknown;
  return words;
}

char class_of(const Evidence& evidence, const std::string& status, int code) {
  if (evidence.action == Action::delayed) return '4';
  if (!status.empty()) return status.front();
  if (code != 0) return static_cast<char>('0' + code / 100);
  return '5';
}

/// A reason that blames the address stands only if nothing suggests another one.
Reason doubted(Reason reason, P flat, P status, P around, int code) {
  if (!blames_address(reason)) return reason;
  if (code / 10 == 53) return Reason::policy;  // authentication, of us (RFC 4954)
  const bool named = reason == Reason::user_unknown || reason == Reason::moved;
  if (named && (is_before_recipient(flat) || is_before_recipient(around))) return Reason::policy;
  if (is_about_us(flat)) return Reason::policy;
  const int subject = split_status(status).subject;
  // "550 5.7.1 blocked, see ...; address does not exist"
  if (subject == 7 && says_spam(flat)) return Reason::spam;
  if (is_surely_spam(flat)) return Reason::spam;
  if (!names_another_cause(flat)) return reason;
  const auto other = cause_beside(flat);
  return other == Reason::unknown ? Reason::policy : other;
}

}  // namespace

Reason reason_of_words(std::string_view text) {
  const auto flat = flatten(text);
  for (const auto& [reason, phrases] : phrase_table()) {
    if (any_of(flat, phrases)) return reason;
  }
  return Reason::unknown;
}

Judgement judge(const Evidence& evidence) {
  Judgement out;
  const auto flat = flatten(evidence.diagnostic);
  const auto around = flatten(evidence.around);
  const auto in_words = find_status(evidence.diagnostic);
  int code = find_reply_code(evidence.diagnostic);
  // A host's own code is more informative than "5.0.0", and a host's 4.y.z beats a 5.0.0 that only means
  // "given up".
  out.status = is_generic(evidence.status) && !in_words.empty() ? in_words : evidence.status;
  // Words before codes, specific codes before the surrounding words, general codes last.
  out.reason =
      weighed(reason_of_words(evidence.diagnostic), flat, in_words.empty() ? evidence.status : in_words);
  if (out.reason == Reason::unknown && !says_little(out.status)) out.reason = reason_of_status(out.status);
  if (out.reason == Reason::unknown && !says_little(in_words)) out.reason = reason_of_status(in_words);
  if (out.reason == Reason::unknown && !evidence.around.empty()) {
    out.reason = weighed(reason_of_words(evidence.around), around, out.status);
    if (code == 0) code = find_reply_code(evidence.around);
    if (out.status.empty()) out.status = find_status(evidence.around);
  }
  if (out.reason == Reason::unknown && !is_generic(out.status)) out.reason = reason_of_status(out.status);
  out.reason = doubted(out.reason, flat, in_words.empty() ? out.status : in_words, around, code);
  const char status_class = class_of(evidence, out.status, code);
  if (out.status.empty()) {
    // Given up after a long time is 4.4.7, whatever the last answer was.
    const bool transient = status_class == '4' || out.reason == Reason::expired;
    const auto detail = status_for(out.reason);
    out.status = std::string(1, transient ? '4' : '5') + "." + std::string{detail};
  } else if (evidence.action == Action::delayed && out.status.front() == '5') {
    out.status.front() = '4';
  }
  const bool final = evidence.action == Action::failed && out.status.front() == '5' && code / 100 != 4 &&
                     (in_words.empty() || in_words.front() != '4');
  out.kind = final && blames_address(out.reason) ? Kind::hard : Kind::soft;
  return out;
}

}  // namespace tidings::bounce
