// What became of an attempt: the relay's answer as data. Not an Error: a 4yz or 5yz is an answer.
//
// RFC 5321 sections 4.2 and 4.5.3.2; RFC 3463 for enhanced status codes; classification table in outcome.cpp.
#pragma once

#include <string>
#include <string_view>

namespace tidings::delivery {

/// Where in the dialogue the answer (or the silence) came.
enum class Stage { connect, greeting, ehlo, tls, auth, mail, rcpt, data, body, dot };
[[nodiscard]] std::string_view name_of(Stage stage);

enum class OutcomeKind {
  accepted,   ///< 2yz to the final dot, nothing else
  temporary,  ///< 4yz, lost before the final dot, and whatever nobody has classified
  permanent,  ///< 5yz that is about this address or this message
  unknown,    ///< the final dot was written and no answer came: in doubt
};
[[nodiscard]] std::string_view name_of(OutcomeKind kind);

/// Whom the answer is about: decides who is touched by it.
enum class Blame {
  nobody,
  address,  ///< this mailbox: RCPT-stage 5.1.x and the like
  message,  ///< size or content
  relay,    ///< policy, authentication, rate: pauses the relay, never touches a subscriber
};

struct Outcome {
  OutcomeKind kind = OutcomeKind::temporary;
  Blame blame = Blame::nobody;
  Stage stage = Stage::connect;
  int code = 0;          ///< 0: no reply
  std::string enhanced;  ///< "5.1.1", or empty
  std::string text;      ///< reply text, clean UTF-8, one line, at most 500 bytes

  bool operator==(const Outcome&) const = default;
};

}  // namespace tidings::delivery
