// The words by which lists say who gets mail: status words, and headers that speak of consent. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "subscriber/subscriber.hpp"
#include "subscriber/suppression.hpp"

namespace tidings::subscriber {

/// "E-mail Address" and "email_address" are equal; other scripts are unchanged.
[[nodiscard]] std::string key_of(std::string_view header);

[[nodiscard]] bool is_yes(std::string_view text);
[[nodiscard]] bool is_no(std::string_view text);

/// What a line says about its address: a subscription state, or why it must not be mailed at all.
using LineStatus = std::variant<SubscriptionState, SuppressionCause>;

/// The words of status columns, ours and other services'. A word without a meaning ("enabled") is `known` but
/// has no status: the line counts as one without.
struct StatusWord {
  bool known = false;
  std::optional<LineStatus> status{};
};
[[nodiscard]] StatusWord read_status(std::string_view word);

/// Whether the word means that somebody must not be mailed.
[[nodiscard]] bool says_no_mail(std::string_view word);

/// The graver of two: suppressed, withdrawn, pending, confirmed, none.
[[nodiscard]] std::optional<LineStatus> graver(std::optional<LineStatus> a, std::optional<LineStatus> b);

/// What a header says about its column.
enum class HeaderMeaning {
  nothing,
  status,   ///< a status or consent of some kind
  no_mail,  ///< "Unsubscribed", "Email blocklisted": yes means no mail
  consent,  ///< "GDPR consent", "Opt-in": no means no mail
};
[[nodiscard]] HeaderMeaning meaning_of_header(std::string_view header);

/// The status word for bounced and the like in our files.
[[nodiscard]] std::string_view status_word(SuppressionCause cause);

}  // namespace tidings::subscriber
