// The result of an attempt: the relay's answer as data. Not an Error: a 4yz or 5yz is an answer.
//
// RFC 5321 sections 4.2 and 4.5.3.2; RFC 3463 for enhanced status codes. classify() is a table (outcome.cpp);
// anything it does not list is temporary below 500 and scored above. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tidings::delivery {

/// Where in the dialogue the answer (or the silence) came. `body` is up to the last octet of the message,
/// `dot` after it.
enum class Stage { connect, greeting, ehlo, tls, auth, mail, rcpt, data, body, dot };
[[nodiscard]] std::string_view name_of(Stage stage);
[[nodiscard]] std::optional<Stage> stage_of(std::string_view name);

enum class OutcomeKind {
  accepted,   ///< only 2yz to the final dot
  temporary,  ///< 4yz, lost before the final dot, relay trouble, and anything unclassified
  permanent,  ///< 5yz about this address or this message
  unknown,    ///< the final dot may have been sent, and no answer came: in doubt
};
[[nodiscard]] std::string_view name_of(OutcomeKind kind);
[[nodiscard]] std::optional<OutcomeKind> outcome_kind_of(std::string_view name);

/// Whom the answer is about, and so whom it affects.
enum class Blame {
  nobody,
  address,  ///< this mailbox: RCPT-stage 5.1.x and the like
  message,  ///< size or content
  relay,    ///< about us: policy, authentication, quota, its network; pauses the relay, never affects a
            ///< subscriber
};
[[nodiscard]] std::string_view name_of(Blame blame);

/// What an answer says about the address itself: `hard` suppresses at once, `soft` scores at most one point a
/// day.
enum class Verdict { none, soft, hard };

struct Outcome {
  OutcomeKind kind = OutcomeKind::temporary;
  Blame blame = Blame::nobody;
  Verdict verdict = Verdict::none;
  Stage stage = Stage::connect;
  int code = 0;            ///< 0: no reply
  std::string enhanced{};  ///< "5.1.1", or empty
  std::string text{};  ///< reply text without the enhanced status: clean UTF-8, one line, at most 500 bytes

  bool operator==(const Outcome&) const = default;

  /// "550 5.1.1 no such user", or only the text if there was no reply.
  [[nodiscard]] std::string line() const;
};

/// A reply as an outcome. `text` may begin with an enhanced status; control characters and excess length are
/// removed.
[[nodiscard]] Outcome classify(Stage stage, int code, std::string_view text);

/// No reply: `unknown` at Stage::dot, else temporary and the relay's fault. `why` in words ("connection
/// closed").
[[nodiscard]] Outcome no_reply(Stage stage, std::string_view why);

/// Whether an answer is about us rather than a mailbox or a message (421, x.7.x, 53y, the words of
/// base/refusal.hpp, a refusal at greeting, EHLO, STARTTLS, AUTH or MAIL, no connection).
[[nodiscard]] bool is_relay_trouble(const Outcome& outcome);

/// Whether such an answer alone shows that everybody will get it, so that nobody else should be tried on this
/// relay now. An answer about one recipient may be one of their rules (RefusalWatch).
[[nodiscard]] bool concerns_everybody(const Outcome& outcome);

}  // namespace tidings::delivery
