// Why a delivery failed, and whether the address is at fault: from codes and words of a diagnostic to reason,
// status and kind. Pure.
//
// Words and codes often contradict each other: 550 5.7.1 is said of unknown users, 550 5.1.1 of blocked
// senders. The first matching rule decides; every doubt is soft:
//
// |    | the report says | example | result |
// |----|---|---|---|
// |  1 | not failed, or a 4yz / 4.y.z anywhere | 450 user unknown; 5.1.1, but delayed | soft |
// |  2 | refused before the recipient, or 53x | MAIL FROM, HELO, AUTH: no such user | soft: about us |
// |  3 | words about us, our volume, our host | sender address rejected: user unknown | soft: policy |
// |  4 | words of a full or closed mailbox, of relaying, of giving up | 5.1.1 mailbox full | soft |
// |  5 | plain words of an unknown user or domain | 5.0.0, 5.7.1 no such user | hard, unless 6 |
// |  6 | another cause beside them: spam, policy, rate | no such user, or not permitted | soft |
// |  7 | vague (RFC 5321 4.2.3) | 5.7.1 mailbox unavailable | other cause, code, else hard |
// |  8 | words of policy or content with 5.1.1, without 3 or 6 | 5.1.1 access denied | hard: the code |
// |  9 | no known words: a specific code (RFC 3463) | 5.1.1; 5.4.4; 5.7.1 | by the code |
// | 10 | a code of the class alone | 5.0.0; 550 | the words around it, else soft |
//
// The words are in phrases.hpp, phrases_address.hpp, phrases_message.hpp.
#pragma once

#include <string>
#include <string_view>

#include "bounce/report.hpp"

namespace tidings::bounce {

struct Judgement {
  Reason reason = Reason::unknown;
  std::string status{};  ///< d.d.d
  Kind kind = Kind::soft;

  bool operator==(const Judgement&) const = default;
};

struct Evidence {
  Action action = Action::failed;
  std::string status{};      ///< the Status field, "" if there is none
  std::string diagnostic{};  ///< what the receiving host said
  std::string around{};      ///< the rest of the notice; used only if the diagnostic says nothing
};

[[nodiscard]] Judgement judge(const Evidence& evidence);

/// By words alone; Reason::unknown if no known phrase occurs.
[[nodiscard]] Reason reason_of_words(std::string_view text);

}  // namespace tidings::bounce
